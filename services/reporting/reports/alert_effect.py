"""C5: what alerts achieve: the share of work done before its deadline, and of alerts that somebody answered."""

from collections.abc import Sequence

from services.reporting.domain.fact import AlertSeen, Fact
from services.reporting.domain.question import Figure, Question, Report, count, percentile, share
from services.reporting.domain.timeline import timing
from shared.contracts.alerts import AlertState


def alert_effect(facts: Sequence[Fact], question: Question) -> list[Figure]:
    """Shares over the records that fell due on the days asked about, then over the alerts opened on them."""
    due = [fact for fact in facts if fact.life and question.covers(fact.life.due_at, fact) and _decided(fact, question)]
    warned = [fact for fact in due if _alerts(fact, "at_risk")]
    alerts = [(fact, one) for fact in facts for one in fact.alerts if question.covers(one.opened_at, fact)]
    departments = sorted({fact.life.department for fact in due if fact.life})
    return [
        count("fell_due", [fact.id for fact in due]),
        _in_time("resolved_before_deadline", due, question),
        *(
            _in_time(
                "resolved_before_deadline",
                [fact for fact in due if fact.life and fact.life.department is department],
                question,
                department=department.value,
            )
            for department in departments
        ),
        _in_time("resolved_in_time_after_warning", warned, question),
        _late_and_alerted(due, question),
        *_of_alerts(alerts),
    ]


def _decided(fact: Fact, question: Question) -> bool:
    """Whether its deadline is behind it, one way or the other: closed, or passed by now."""
    life = fact.life
    return life is not None and (not life.is_open or timing(life, question.now).late)


def _in_time(name: str, facts: Sequence[Fact], question: Question, **labels: str) -> Figure:
    kept = [fact.id for fact in facts if fact.life and not timing(fact.life, question.now).late]
    return share(name, kept, [fact.id for fact in facts], **labels)


def _late_and_alerted(due: Sequence[Fact], question: Question) -> Figure:
    """The promise that no late work goes unseen: 1, or the records behind the figure say where it broke."""
    late = [fact for fact in due if fact.life and timing(fact.life, question.now).late]
    return share("late_with_alert", [fact.id for fact in late if _alerts(fact, "overdue")], [fact.id for fact in late])


def _alerts(fact: Fact, rule: str) -> list[AlertSeen]:
    return [one for one in fact.alerts if one.rule == rule and one.state is not AlertState.RETRACTED]


def _of_alerts(alerts: Sequence[tuple[Fact, AlertSeen]]) -> list[Figure]:
    figures = []
    for rule in sorted({one.rule for _, one in alerts}):
        mine = [(fact, one) for fact, one in alerts if one.rule == rule and one.state is not AlertState.RETRACTED]
        taken = [(fact, one) for fact, one in mine if one.acknowledged_at]
        waits = [(one.acknowledged_at - one.opened_at).total_seconds() for _, one in taken if one.acknowledged_at]
        records = tuple(fact.id for fact, _ in mine)
        figures += [
            Figure(name="alerts", labels={"rule": rule}, value=len(mine), unit="alerts", records=records),
            Figure(
                name="acknowledged_share",
                labels={"rule": rule},
                value=round(len(taken) / len(mine), 4) if mine else None,
                unit="share",
                records=tuple(fact.id for fact, one in mine if not one.acknowledged_at),
            ),
            Figure(
                name="acknowledge_p50",
                labels={"rule": rule},
                value=percentile(waits, 50),
                unit="seconds",
                records=tuple(fact.id for fact, _ in taken),
            ),
        ]
    return figures


ALERT_EFFECT = Report(
    name="alert_effect",
    title="What alerts achieve",
    definition=(
        "resolved_before_deadline: of the records that fell due on the local days asked about and are closed or late, "
        "the share closed by their due moment; behind it stand those that were not. late_with_alert: of the late ones, "
        "the share whose deadline rang; it must be 1. acknowledged_share: of the alerts opened on those days, by rule, "
        "without those retracted; behind it stand the ones nobody took."
    ),
    figures=alert_effect,
)

"""C5: what alerts achieve: work done before its deadline, before the guest asked, before the day closed."""

from collections.abc import Iterator, Sequence

from services.reporting.domain.chart import Chart, chart
from services.reporting.domain.fact import AlertSeen, Fact, Life
from services.reporting.domain.local import day_of, whole_ms_between
from services.reporting.domain.question import Asked, Behind, Figure, Question, Report, share
from services.reporting.domain.standing import Standing, rang
from services.reporting.domain.tally import ALL, Entry, Tally, group, scaled
from shared.contracts.alerts import AlertState
from shared.contracts.records import Outcome

DUE, RUNG = "due", "rung"
TAKEN = "t"
SHORT_MS = 120_000
"""An alert that ended by itself so soon, with nobody having taken it, told nobody anything."""


def entries(fact: Fact) -> Iterator[Entry]:
    """A closed record on the day it fell due; each of its alerts on the day it rang."""
    if fact.life is not None and not fact.life.is_open:
        yield from _due(fact, fact.life)
    for one in fact.alerts:
        yield from _alert(fact, one)


def _due(fact: Fact, life: Life) -> Iterator[Entry]:
    day, late = day_of(life.due_at, fact.zone), life.closed_at is not None and life.closed_at > life.due_at
    for name in (ALL, group(department=life.department.value)):
        yield Entry(day, DUE, name, "late" if late else "in_time")
    if late:
        yield Entry(day, DUE, ALL, "late_rung" if rang(fact, "overdue") else "late_unseen")
    if rang(fact, "at_risk"):
        yield Entry(day, DUE, ALL, "warned_late" if late else "warned_in_time")
    last = life.closes[-1] if life.closes else None
    if last is not None and last.outcome is Outcome.FULFILLED:
        same = day_of(last.closed_at, fact.zone) <= day
        yield Entry(day, DUE, ALL, "by_day" if same else "after_day")
        if not life.asked_for:
            first = life.repeats[0] if life.repeats else None
            yield Entry(day, DUE, ALL, "asked_first" if first and first < last.closed_at else "before_asked")


def standing(one: Standing, question: Question) -> Iterator[Entry]:
    """An open record that is late by now counts as late on the day it fell due."""
    day = day_of(one.due_at, one.zone)
    if not one.late(question.now) or not question.start <= day <= question.end:
        return
    for name in (ALL, group(department=one.department)):
        yield Entry(day, DUE, name, "late")
    yield Entry(day, DUE, ALL, "late_rung" if one.rung else "late_unseen")
    if one.warned:
        yield Entry(day, DUE, ALL, "warned_late")


def _alert(fact: Fact, one: AlertSeen) -> Iterator[Entry]:
    day, name = day_of(one.opened_at, fact.zone), group(rule=one.rule)
    if one.state is AlertState.RETRACTED:
        yield Entry(day, RUNG, name, "retracted")
        return
    yield Entry(day, RUNG, name, "taken" if one.acknowledged_at else "untaken")
    if one.acknowledged_at:
        waited = whole_ms_between(one.opened_at, one.acknowledged_at) / 1000
        yield Entry(day, RUNG, name, scaled(TAKEN, waited))
    elif one.closed_at and whole_ms_between(one.opened_at, one.closed_at) < SHORT_MS:
        yield Entry(day, RUNG, name, "short")


def basis(life: Life, fact: Fact) -> object:
    """Alerts, and how a closed record stands against its deadline."""
    closed = None if life.is_open else (life.due_at, life.closed_at, life.department, life.closes, life.repeats)
    return (closed, fact.alerts) if closed or fact.alerts else None


def figures(asked: Asked) -> list[Figure]:
    """Shares over the records that fell due on the days asked about, then over the alerts opened on them."""
    due = Tally()
    for tally in (asked.of(DUE), asked.standing):
        due.add(tally.sums)
    fell = due.get("in_time") + due.get("late")
    both = Behind(family=DUE, measures=("in_time", "late"))
    return [
        Figure(name="fell_due", value=fell, unit="records", records=fell, behind=both),
        share("resolved_before_deadline", due, DUE, "in_time", "late"),
        *(share("resolved_before_deadline", due, DUE, "in_time", "late", name) for name, _ in due.groups("department")),
        share("resolved_in_time_after_warning", due, DUE, "warned_in_time", "warned_late"),
        share("resolved_before_guest_asked", due, DUE, "before_asked", "asked_first"),
        share("resolved_before_day_closed", due, DUE, "by_day", "after_day"),
        share("late_with_alert", due, DUE, "late_rung", "late_unseen"),
        *_of_alerts(asked.of(RUNG)),
    ]


def _of_alerts(tally: Tally) -> list[Figure]:
    figures = []
    for name, labels in tally.groups("rule"):
        rung = tally.get("taken", name) + tally.get("untaken", name)
        at, taken = tally.percentile(TAKEN, 50, name), tally.get("taken", name)
        behind = Behind(family=RUNG, group=name, measures=("taken", "untaken"))
        figures += [
            Figure(name="alerts", labels=labels, value=rung, unit="alerts", records=rung, behind=behind),
            share("acknowledged_share", tally, RUNG, "taken", "untaken", name),
            Figure(name="acknowledge_p50", labels=labels, value=at[0] if at else None, unit="seconds", records=taken,
                   behind=Behind(family=RUNG, group=name, measures=("taken",))),
        ]  # fmt: skip
    return figures


def picture(found: Sequence[Figure]) -> Chart | None:
    """What was resolved before its deadline, by department."""
    some = [one for one in found if one.name == "resolved_before_deadline" and one.labels]
    return chart("Before the deadline", "department", "share", [(o.labels["department"], o.value, None) for o in some])


ALERT_EFFECT = Report(
    name="alert_effect",
    figures=figures,
    families=(DUE, RUNG),
    entries=entries,
    basis=basis,
    standing=standing,
    picture=picture,
)

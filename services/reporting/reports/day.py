"""The figures of the day: what is open, late and at risk now, and what the day has brought."""

from collections.abc import Sequence

from services.reporting.domain.fact import Fact, Life
from services.reporting.domain.question import Figure, Question, Report, count, share
from services.reporting.domain.timeline import timing
from services.reporting.reports.money import money
from shared.contracts.records import Outcome, Workflow

Lives = Sequence[tuple[Fact, Life]]


def day(facts: Sequence[Fact], question: Question) -> list[Figure]:
    """Open work as it stands now; everything else within the days asked about."""
    lives = [(fact, fact.life) for fact in facts if fact.life is not None]
    return [
        *_open(lives, question),
        *_closed(lives, question),
        _exceptions(lives, question),
        *_upsell(lives, question),
        _score(lives, question),
        *money(facts, question),
    ]


def _open(lives: Lives, question: Question) -> list[Figure]:
    still = [(fact, life) for fact, life in lives if life.is_open]
    timings = {fact.id: timing(life, question.now) for fact, life in still}
    figures = [
        count("open", [fact.id for fact, _ in still]),
        count("late", [fact.id for fact, _ in still if timings[fact.id].late]),
        count("at_risk", [fact.id for fact, _ in still if timings[fact.id].at_risk]),
    ]
    for status in sorted({life.status for _, life in still}):
        mine = [fact.id for fact, life in still if life.status is status]
        figures.append(count("open", mine, status=status.value))
    for department in sorted({life.department for _, life in still}):
        mine = [fact.id for fact, life in still if life.department is department]
        figures.append(count("open", mine, department=department.value))
        late = [record for record in mine if timings[record].late]
        figures.append(count("late", late, department=department.value))
    return figures


def _closed(lives: Lives, question: Question) -> list[Figure]:
    closed = [(fact, one) for fact, life in lives for one in life.closes if question.covers(one.closed_at, fact)]
    on_time = [fact.id for fact, one in closed if one.closed_at <= one.due_at]
    late = {fact.id for fact, one in closed if one.closed_at > one.due_at}
    outcomes = sorted({one.outcome for _, one in closed})
    return [
        count("opened", [fact.id for fact, life in lives if question.covers(life.opened_at, fact)]),
        count("closed", [fact.id for fact, _ in closed]),
        *(count("closed", [f.id for f, one in closed if one.outcome is out], outcome=out.value) for out in outcomes),
        share("closed_in_time", [one for one in on_time if one not in late], [fact.id for fact, _ in closed]),
    ]


def _exceptions(lives: Lives, question: Question) -> Figure:
    raised = [fact.id for fact, life in lives for one in life.exceptions if question.covers(one.at, fact)]
    return Figure(name="exceptions", value=len(raised), unit="exceptions", records=tuple(raised))


def _upsell(lives: Lives, question: Question) -> list[Figure]:
    """Upsell work closed: won when fulfilled; cancelled work was never answered and does not count."""
    closed = [
        (fact.id, life.kind, one.outcome)
        for fact, life in lives
        if life.workflow == Workflow.UPSELL
        for one in life.closes
        if one.outcome is not Outcome.CANCELLED and question.covers(one.closed_at, fact)
    ]
    won = [record for record, _, outcome in closed if outcome is Outcome.FULFILLED]
    return [
        count("upsell_answered", [record for record, _, _ in closed]),
        count("upsell_won", won),
        share("conversion", won, [record for record, _, _ in closed]),
        *(_conversion(kind, closed) for kind in sorted({kind for _, kind, _ in closed})),
    ]


def _conversion(kind: str, closed: Sequence[tuple[str, str, Outcome]]) -> Figure:
    mine = [(record, outcome) for record, of_kind, outcome in closed if of_kind == kind]
    won = [record for record, outcome in mine if outcome is Outcome.FULFILLED]
    return share("conversion", won, [record for record, _ in mine], kind=kind)


def _score(lives: Lives, question: Question) -> Figure:
    scored = [
        (fact.id, life.score)
        for fact, life in lives
        if life.score is not None and question.covers(life.opened_at, fact)
    ]
    mean = round(sum(score for _, score in scored) / len(scored), 2) if scored else None
    return Figure(name="mean_score", value=mean, unit="score", records=tuple(record for record, _ in scored))


DAY = Report(
    name="day",
    title="The day's figures",
    definition=(
        "open, late and at_risk: as it stands now, whenever it was opened. opened, closed, closed_in_time, exceptions, "
        "money, upsell: on the local days asked about; conversion: of the upsell work answered on them, the share "
        "fulfilled (behind it stand the ones that were not); mean_score: of the scores left on them."
    ),
    figures=day,
)

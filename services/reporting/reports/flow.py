"""The family `flow`: what came, what closed, in time or late, and with what outcome; the ground of several reports."""

from collections.abc import Iterator

from services.reporting.domain.fact import Close, Fact, Life
from services.reporting.domain.local import day_of
from services.reporting.domain.tally import ALL, Entry, group
from shared.contracts.records import Outcome, Workflow

FLOW = "flow"
_UPSELL = Workflow.UPSELL.value


def flow(fact: Fact) -> Iterator[Entry]:
    """Openings and scores on the day of the trigger, closes on their own day, exceptions on theirs."""
    life = fact.life
    if life is None:
        return
    opened = day_of(life.opened_at, fact.zone)
    yield Entry(opened, FLOW, ALL, "opened")
    yield Entry(opened, FLOW, group(department=life.department.value), "opened")
    if life.score is not None:
        yield Entry(opened, FLOW, ALL, "scored")
        yield Entry(opened, FLOW, ALL, "score", life.score)
        yield Entry(opened, FLOW, ALL, "score2", life.score**2)
    for close in life.closes:
        yield from _closed(fact, life, close)
    for one in life.exceptions:
        yield Entry(day_of(one.at, fact.zone), FLOW, ALL, "exceptions")


def _closed(fact: Fact, life: Life, close: Close) -> Iterator[Entry]:
    day, timing = day_of(close.closed_at, fact.zone), "late" if close.closed_at > close.due_at else "in_time"
    for name in (ALL, group(department=life.department.value)):
        yield Entry(day, FLOW, name, "closed")
        yield Entry(day, FLOW, name, timing)
    yield Entry(day, FLOW, group(outcome=close.outcome.value), "closed")
    if close.number > 1:
        yield Entry(day, FLOW, ALL, "closed_again")
    if life.workflow == _UPSELL and close.outcome is not Outcome.CANCELLED:
        for name in (ALL, group(kind=life.kind)):
            yield Entry(day, FLOW, name, "won" if close.outcome is Outcome.FULFILLED else "lost")


def basis(life: Life, fact: Fact) -> object:
    """All that came and closed."""
    return (life.opened_at, life.department, life.score, life.workflow, life.kind, life.closes, life.exceptions)

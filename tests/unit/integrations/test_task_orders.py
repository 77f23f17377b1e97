"""What a record's news means for its task in the PMS: open once, close once, and never told its own words back."""

import pytest

from services.integrations.domain.orders import TaskAct
from services.integrations.domain.pms_orders import OrderRow, task_of
from shared.contracts.identity import Actor, ActorKind, system
from shared.contracts.records import Outcome, RecordSnapshot, Status, Trigger, TriggerKind
from tests.factories.records import NOON, snapshot

KINDS = frozenset({"guest_request"})
STAFF, PMS = Actor(kind=ActorKind.STAFF, id="ana"), Actor(kind=ActorKind.PMS, id="mews")
THEIRS = Trigger(kind=TriggerKind.STAFF_TASK, key="guest_request:task:task-9", source_event="seen-9")
OURS = Trigger(kind=TriggerKind.STAFF_TASK, key="entered:rec-1")


def record(trigger: Trigger = OURS, *, closed: bool = False) -> RecordSnapshot:
    """A guest request of a stay."""
    ended = {"status": Status.COMPLETE, "outcome": Outcome.FULFILLED, "close_count": 1} if closed else {}
    return snapshot(version=3, stay_id="stay-1", trigger=trigger, **ended)


def ordered(row: OrderRow | None) -> tuple[TaskAct, str | None] | None:
    """What is asked of the PMS."""
    return (row.task.act, row.task.theirs) if row and row.task else None


@pytest.mark.parametrize(
    ("trigger", "closed", "by", "asked"),
    [
        (OURS, False, STAFF, (TaskAct.OPEN, None)),
        (OURS, True, STAFF, (TaskAct.CLOSE, None)),
        (OURS, True, system("records"), (TaskAct.CLOSE, None)),
        (OURS, True, PMS, None),
        (THEIRS, False, PMS, None),
        (THEIRS, False, STAFF, None),
        (THEIRS, True, STAFF, (TaskAct.CLOSE, "task-9")),
        (THEIRS, True, PMS, None),
    ],
)
def test_pms_is_asked_only_for_what_it_does_not_know(
    trigger: Trigger, closed: bool, by: Actor, asked: tuple[TaskAct, str | None] | None
) -> None:
    assert ordered(task_of(record(trigger, closed=closed), by, KINDS, NOON)) == asked
    assert task_of(record(trigger, closed=closed), by, frozenset(), NOON) is None


def test_same_news_again_is_the_same_order() -> None:
    once, again = (task_of(record(closed=True), STAFF, KINDS, NOON) for _ in range(2))

    assert once is not None
    assert again is not None
    assert once.id == again.id

"""The moves of a record: all twenty-five pairs, through commands."""

import itertools

import pytest

from services.records.domain import commands as c
from services.records.domain.moves import may_close, may_move
from shared.contracts.errors import AppError
from shared.contracts.records import Outcome, Status
from tests.factories.guest_records import WHY, blocked, done, in_status

S = Status
ALLOWED = {
    (S.NEW, S.PENDING),
    (S.NEW, S.BLOCKED),
    (S.NEW, S.COMPLETE),
    (S.PENDING, S.APPROVED),
    (S.PENDING, S.BLOCKED),
    (S.PENDING, S.COMPLETE),
    (S.APPROVED, S.PENDING),
    (S.APPROVED, S.BLOCKED),
    (S.APPROVED, S.COMPLETE),
    (S.BLOCKED, S.PENDING),
    (S.BLOCKED, S.COMPLETE),
    (S.COMPLETE, S.PENDING),
}
"""Written out by hand from the design; a blocked record here was pending before."""

PAIRS = list(itertools.product(S, S))
CLOSE = c.CompleteRecord(Outcome.DECLINED, WHY)
TOWARDS: dict[Status, tuple[c.Command, ...]] = {
    S.NEW: (c.UnblockRecord(),),
    S.PENDING: (c.AcceptRecord(), c.ResumeRecord(WHY), c.UnblockRecord(), c.ReopenRecord(WHY)),
    S.APPROVED: (c.CheckValue(), c.ApproveRecord(), c.UnblockRecord()),
    S.BLOCKED: (blocked(),),
    S.COMPLETE: (CLOSE,),
}
"""Every command that could lead to a status."""


def reached(before: Status, commands: tuple[c.Command, ...]) -> set[Status]:
    """The statuses that any of these commands leads to; a refusal leads nowhere."""
    found = set()
    for command in commands:
        try:
            found.add(done(in_status(before), command).state.status)
        except AppError:
            continue
    return found


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_moves_are_those_listed_when_asked_as_a_table(before: Status, after: Status) -> None:
    assert may_move(before, after, S.PENDING) == ((before, after) in ALLOWED)


def test_moves_of_all_commands_are_those_listed_when_tried_from_every_status() -> None:
    every = tuple(command for commands in TOWARDS.values() for command in commands)
    moves = {(before, after) for before in S for after in reached(before, every) if before is not after}
    # One command at a time: pending → approved needs a checked value, which `in_status(PENDING)` does not have.
    assert moves == ALLOWED - {(S.PENDING, S.APPROVED)}


def test_move_to_approved_happens_when_the_value_is_checked() -> None:
    pending = done(in_status(S.PENDING), c.CheckValue()).state
    assert done(pending, c.ApproveRecord()).state.status is S.APPROVED


@pytest.mark.parametrize("before", [S.NEW, S.PENDING, S.APPROVED])
def test_unblock_goes_back_to_the_status_before_when_blocked_from_any(before: Status) -> None:
    state = in_status(S.BLOCKED, blocked_from=before)
    assert done(state, c.UnblockRecord()).state.status is before


@pytest.mark.parametrize(("before", "outcome"), list(itertools.product(S, Outcome)))
def test_close_is_refused_or_not_by_outcome_when_in_each_status(before: Status, outcome: Outcome) -> None:
    fulfilled_too_early = outcome is Outcome.FULFILLED and before is not S.APPROVED
    assert may_close(before, outcome) == (before is not S.COMPLETE and not fulfilled_too_early)


@pytest.mark.parametrize("before", [S.NEW, S.BLOCKED, S.APPROVED])
def test_approve_is_refused_when_not_pending(before: Status) -> None:
    with pytest.raises(AppError) as refusal:
        done(in_status(before), c.ApproveRecord())
    assert refusal.value.code == "move_refused"

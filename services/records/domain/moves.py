"""The moves of a record: those listed here are possible, all others are refused (C3)."""

from shared.contracts.errors import AppError, conflict
from shared.contracts.records import Outcome, Status

MOVES: dict[Status, frozenset[Status]] = {
    Status.NEW: frozenset({Status.PENDING, Status.BLOCKED, Status.COMPLETE}),
    Status.PENDING: frozenset({Status.APPROVED, Status.BLOCKED, Status.COMPLETE}),
    Status.APPROVED: frozenset({Status.PENDING, Status.BLOCKED, Status.COMPLETE}),
    Status.BLOCKED: frozenset({Status.NEW, Status.PENDING, Status.APPROVED, Status.COMPLETE}),
    Status.COMPLETE: frozenset({Status.PENDING}),
}


def may_move(before: Status, after: Status, blocked_from: Status | None = None) -> bool:
    """Whether a record may go from one status to another; out of `blocked` only back to where it was, or closed."""
    if before is Status.BLOCKED and after is not Status.COMPLETE:
        return after is blocked_from
    return after in MOVES[before]


def refuse_move(before: Status, after: Status) -> AppError:
    """The refusal of a move."""
    return conflict("move_refused", f"A record that is {before} cannot become {after}.")


def may_close(before: Status, outcome: Outcome) -> bool:
    """Whether a record in this status may close so: only approved work can be fulfilled."""
    return before is not Status.COMPLETE and (outcome is not Outcome.FULFILLED or before is Status.APPROVED)

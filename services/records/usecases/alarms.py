"""The timers that a record wants, from its state alone: set when they appear in it, taken back when they go."""

from collections.abc import Sequence

from services.records.domain.standby import in_line
from services.records.domain.state import RecordState
from shared.chassis.timers import Timer
from shared.contracts.records import Status

EXPIRE = "expire"
APPROVE_BY = "approve_by"
WAIT = "wait"
GRANT = "grant"
REPEATS = "repeats"
INVESTIGATION = "investigation"


def timer_changes(moved: Sequence[tuple[RecordState | None, RecordState]]) -> tuple[list[Timer], list[str]]:
    """The timers to set and the ids of those to take back, for records before (None: new) and after."""
    before = {each: timer for was, _ in moved if was for each, timer in timers_of(was).items()}
    after = {each: timer for _, state in moved for each, timer in timers_of(state).items()}
    new = [timer for each, timer in after.items() if before.get(each) != timer]
    return new, [each for each in before if each not in after]


def timers_of(state: RecordState) -> dict[str, Timer]:
    """By id: when it expires, by when each proposal must be decided, until when it waits, whose cause to count."""
    wanted = [*_of_open(state)] if state.status is not Status.COMPLETE else []
    wanted += [
        # Counted after the note is committed, so of two that are raised at once the later one sees both.
        Timer(f"{REPEATS}:{each.id}", REPEATS, state.id, each.raised_at, 0, {"chain": state.chain, "part": each.id})
        for each in state.exception_notes
        if state.kind != INVESTIGATION
    ]
    return {timer.id: timer for timer in wanted}


def _of_open(state: RecordState) -> list[Timer]:
    plain = {"chain": state.chain}
    wanted = []
    if state.ends_at is not None:
        # The generation follows the moment alone, so that ordinary versions never touch the timer.
        moment = int(state.ends_at.timestamp())
        wanted.append(Timer(f"{EXPIRE}:{state.id}", EXPIRE, state.id, state.ends_at, moment, plain))
    wanted += [
        Timer(f"{APPROVE_BY}:{each.id}", APPROVE_BY, state.id, each.approve_by, 0, plain | {"part": each.id})
        for each in state.proposals
        if each.pending and each.approve_by is not None
    ]
    until = state.waits_for.until if state.waits_for else None
    if until is not None:
        wanted.append(Timer(f"{WAIT}:{state.id}", WAIT, state.id, until, int(until.timestamp()), plain))
    place = in_line(state)
    if place is not None:
        # Whoever stands in line again, after a fired timer, has a timer again.
        again = int(place.since.timestamp() * 1000)
        wanted.append(Timer(f"{GRANT}:{state.id}", GRANT, state.id, place.moment, again, plain))
    return wanted

"""Taking work on, stopping and starting its clock, handing it over."""

import datetime as dt
from typing import Any

from services.records.domain.act import Act, Step
from services.records.domain.commands import (
    AcceptRecord,
    BlockRecord,
    Command,
    EndWait,
    HandOff,
    UnblockRecord,
    UpdateStay,
)
from services.records.domain.deadlines import accept_by
from services.records.domain.steps.approval import approve_by_policy
from services.records.domain.texts import check_reason, require_reason
from shared.contracts.errors import conflict, invalid
from shared.contracts.identity import Role
from shared.contracts.records import Awaited, Status, Wait

MAX_IDLE_HANDOFFS = 2


def accept(act: Act, _command: AcceptRecord) -> Act:
    """Whoever accepts owns it; new work becomes pending, and the policy may approve it at once.

    A program accepts for the owner whom the rule chose: nobody could ring it.
    """
    state = act.state
    if state.accepted:
        raise conflict("already_accepted", "Somebody has already accepted this.")
    taken: dict[str, Any] = {"accepted": True}
    if act.doer.id != state.owner and Role.INTEGRATION not in act.doer.roles:
        taken |= {"owner": act.doer.id, "owner_rule": "accepted", "owner_because": None}
    if state.status is not Status.NEW:
        return act.then("accepted", **taken)
    return approve_by_policy(act.move("accepted", Status.PENDING, **taken))


def block(act: Act, command: BlockRecord) -> Act:
    """The clock stops, and everybody sees what for and for whom: by the code, the words stay private."""
    require_reason(command.reason)
    _check_wait(act, command.waits_for)
    return act.move(
        "blocked",
        Status.BLOCKED,
        reason=command.reason,
        blocked_from=act.state.status,
        blocked_reason=command.reason.code or "other",
        waits_for=command.waits_for,
        paused_at=act.now,
    )


def _check_wait(act: Act, wait: Wait) -> None:
    if (wait.department is not None) != (wait.party is Awaited.DEPARTMENT):
        raise invalid("department", "party", "A department is named where one is waited for, and nowhere else.")
    if (wait.staff_id is not None) != (wait.party is Awaited.PERSON):
        raise invalid("staff_id", "party", "A person is named where one is waited for, and nowhere else.")
    if wait.until is not None and wait.until <= act.now:
        raise invalid("until", "in_future", "until must lie ahead.")


def end_wait(act: Act, _command: EndWait) -> Act:
    """Whoever is waited for has had their time: say so, once. The clock still stands until somebody goes on."""
    wait = act.state.waits_for
    if wait is None or wait.until is None or act.now < wait.until:
        raise conflict("not_waiting", "Nobody is waited for until now.")
    return act.then("wait_ended", waits_for=wait.model_copy(update={"until": None}))


def unblock(act: Act, _command: UnblockRecord) -> Act:
    """Back to the status before the block, with the time that was left."""
    if act.state.status is not Status.BLOCKED or act.state.blocked_from is None:
        raise conflict("not_blocked", "This is not blocked.")
    pause = paused_for(act)
    return act.move(
        "unblocked",
        act.state.blocked_from,
        blocked_from=None,
        blocked_reason=None,
        waits_for=None,
        paused_at=None,
        paused_s=act.state.paused_s + int(pause.total_seconds()),
        due_at=act.state.due_at + pause,
        accept_by=act.state.accept_by + pause,
        idle_handoffs=0,
    )


def paused_for(act: Act) -> dt.timedelta:
    """How long the present pause has lasted."""
    return act.now - act.state.paused_at if act.state.paused_at else dt.timedelta()


def hand_off(act: Act, command: HandOff) -> Act:
    """Another department or person has it now; the second hand-off without progress makes it the supervisor's."""
    check_reason(command.reason)
    state = act.state
    if (command.ownership.owner, command.department) == (state.owner, state.department):
        raise conflict("same_owner", "It is theirs already.")
    idle = state.idle_handoffs + 1
    led_nowhere = idle >= MAX_IDLE_HANDOFFS
    ownership = command.supervisor if led_nowhere else command.ownership
    return act.then(
        "handed_off",
        reason=command.reason,
        department=command.department,
        owner=ownership.owner,
        owner_rule=ownership.rule,
        owner_because=ownership.because,
        accepted=False,
        accept_by=accept_by(state.sla, state.paused_at or act.now, state.due_at),
        handoffs=state.handoffs + 1,
        idle_handoffs=idle,
    )


def update_stay(act: Act, command: UpdateStay) -> Act:
    """The stay moved: room, guest and the deadlines that hang on it follow."""
    state = act.state
    moved = command.due_at - state.due_at
    if (command.room, command.guest_id, command.due_at, command.expires_at) == (
        state.room,
        state.guest_id,
        state.due_at,
        state.expires_at,
    ):
        raise conflict("nothing_changed", "The stay says what the record already holds.")
    return act.then(
        "stay_updated",
        room=command.room,
        guest_id=command.guest_id,
        due_at=command.due_at,
        expires_at=command.expires_at,
        accept_by=accept_by(state.sla, state.paused_at or act.now, command.due_at)
        if moved and not state.accepted
        else state.accept_by,
    )


STEPS: dict[type[Command], Step] = {
    AcceptRecord: Step(accept),
    BlockRecord: Step(block),
    UnblockRecord: Step(unblock),
    EndWait: Step(end_wait),
    HandOff: Step(hand_off),
    UpdateStay: Step(update_stay),
}

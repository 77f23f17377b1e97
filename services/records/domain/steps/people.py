"""Declining work, giving it to somebody by name, taking it from somebody who is absent."""

from typing import Any

from services.records.domain.act import Act, Step
from services.records.domain.commands import Command, DeclineRecord, Ownership, ReassignRecord, ReplaceAbsent
from services.records.domain.deadlines import accept_by
from services.records.domain.steps.work import MAX_IDLE_HANDOFFS
from services.records.domain.texts import Reason, require_reason
from shared.contracts.errors import conflict

ABSENT = Reason(code="absent")


def decline(act: Act, command: DeclineRecord) -> Act:
    """The owner will not take it: the next best has it, after the second hand-off without progress the supervisor."""
    state = act.state
    require_reason(command.reason)
    if act.doer.id != state.owner:
        raise conflict("not_owner", "Only the person it was given to can decline it.")
    if state.accepted:
        raise conflict("already_accepted", "You have accepted this; hand it off instead.")
    idle = state.idle_handoffs + 1
    ownership = command.supervisor if idle >= MAX_IDLE_HANDOFFS else command.ownership
    if ownership.owner == state.owner:
        raise conflict("nobody_else", "There is nobody else who could have it.")
    return act.then(
        "declined",
        reason=command.reason,
        **_given(act, ownership),
        declined_by=tuple(dict.fromkeys((*state.declined_by, act.doer.id))),
        handoffs=state.handoffs + 1,
        idle_handoffs=idle,
    )


def reassign(act: Act, command: ReassignRecord) -> Act:
    """A person with authority decides who has it, also when hand-offs have led nowhere: it is counted all the same."""
    state = act.state
    require_reason(command.reason)
    if command.staff_id == state.owner:
        raise conflict("same_owner", "It is theirs already.")
    return act.then(
        "reassigned",
        reason=command.reason,
        **_given(act, Ownership(command.staff_id, "reassigned")),
        handoffs=state.handoffs + 1,
        idle_handoffs=state.idle_handoffs + 1,
    )


def replace_absent(act: Act, command: ReplaceAbsent) -> Act:
    """The next by the rule has it. Nobody passed it around, so no hand-off is counted."""
    if act.state.owner != command.absent:
        raise conflict("not_owner", "It is not theirs any more.")
    return act.then("reassigned", reason=ABSENT, **_given(act, command.ownership))


def _given(act: Act, ownership: Ownership) -> dict[str, Any]:
    """The update that makes somebody the owner, who has yet to accept."""
    return {
        "owner": ownership.owner,
        "owner_rule": ownership.rule,
        "owner_because": ownership.because,
        "accepted": False,
        "accept_by": accept_by(act.state.sla, act.state.paused_at or act.now, act.state.due_at),
    }


STEPS: dict[type[Command], Step] = {
    DeclineRecord: Step(decline),
    ReassignRecord: Step(reassign),
    ReplaceAbsent: Step(replace_absent),
}

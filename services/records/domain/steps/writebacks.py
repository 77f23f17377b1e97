"""A change of what the PMS holds (rate, room, guest): proposed here, approved, written back, settled (K3)."""

import re
from typing import Any

from services.records.domain.act import Act, Step
from services.records.domain.changes import pms_name, pms_value
from services.records.domain.commands import Command, ProposeWriteback, SettleWriteback
from services.records.domain.stakes import amount_of
from services.records.domain.steps.proposals import Asked, proposed
from services.records.domain.texts import require_reason
from shared.contracts.errors import conflict, invalid, not_found
from shared.contracts.values import MAX_MINOR_UNITS, derived_id
from shared.contracts.writebacks import UNSETTLED, PmsChange, PmsField

_ROOM = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,31}", re.ASCII)


def propose_writeback(act: Act, command: ProposeWriteback) -> Act:
    """Ask for a change in the PMS; nobody does that alone, whatever their role."""
    value = _checked(act, command)
    require_reason(command.reason)
    stay = act.terms.stay
    if stay is None:
        raise conflict("stay_unknown", "There is no stay here whose value the PMS could change.")
    held = [each.writeback for each in act.state.proposals if each.pending and each.writeback]
    waiting = [*held, *(each for each in act.state.writebacks if each.state in UNSETTLED)]
    if any(each.field is command.field for each in waiting):
        raise conflict("writeback_pending", f"A change of the {command.field.value} is on its way already.")
    before, name = pms_value(stay, command.field), pms_name(command.field)
    if value == before:
        raise conflict("nothing_changed", "The PMS holds this value already.")
    change = PmsChange(
        id=derived_id("writeback", act.state.id, command.proposal_id), field=command.field, before=before, after=value
    )
    amount = abs(amount_of(value) - amount_of(before)) if command.field is PmsField.RATE else 0
    asked = Asked(command.proposal_id, "writeback", {name: before}, {name: value}, amount, writeback=change)
    return proposed(act, asked, command.reason)


def _checked(act: Act, command: ProposeWriteback) -> Any:
    value = command.value
    if command.field is PmsField.RATE:
        if not isinstance(value, dict) or set(value) != {"amount", "currency"} or type(value["amount"]) is not int:
            raise invalid("value", "money", "A rate is an amount in minor units and a currency.")
        if not 0 < value["amount"] <= MAX_MINOR_UNITS:
            raise invalid("value", "positive", "A rate must be more than nothing.")
        if value["currency"] != act.terms.currency:
            raise invalid("value", "currency", f"A rate must be in {act.terms.currency}.")
    elif command.field is PmsField.ROOM:
        if not isinstance(value, str) or not _ROOM.fullmatch(value):
            raise invalid("value", "room", "A room is its number or name, at most 32 characters.")
    elif not isinstance(value, dict) or set(value) != {"ref", "digest"}:
        raise invalid("value", "draft", "A guest's profile is changed by a draft that integrations hold.")
    return value


def settle_writeback(act: Act, command: SettleWriteback) -> Act:
    """Note what the PMS said."""
    change = next((each for each in act.state.writebacks if each.id == command.writeback_id), None)
    if change is None:
        raise not_found("writeback")
    if change.state not in UNSETTLED or change.state is command.state:
        raise conflict("nothing_changed", "The PMS has said so already.")
    settled = change.model_copy(update={"state": command.state, "failure": command.failure})
    kept = tuple(settled if each.id == change.id else each for each in act.state.writebacks)
    return act.then("writeback_settled", writebacks=kept)


STEPS: dict[type[Command], Step] = {
    ProposeWriteback: Step(propose_writeback),
    SettleWriteback: Step(settle_writeback, when_closed=True),
}

"""Changing fields: directly, or as a proposal where another person must agree."""

from typing import Any

from services.records.domain.act import Act, Step
from services.records.domain.commands import Command, EditFields
from services.records.domain.kinds import FieldType
from services.records.domain.steps.proposals import change_proposed, void_overtaken
from services.records.domain.steps.sold import on_values, require_price
from services.records.domain.steps.staking import asked_for, staked, too_much
from services.records.domain.texts import check_reason, require_reason
from services.records.domain.validation import checked, require_audit_reason
from shared.contracts.errors import conflict


def edit(act: Act, command: EditFields) -> Act:
    """Validate all values, ask for the reason audited fields need, then change them or propose the change."""
    check_reason(command.reason)
    after = changed(act, command.values)
    require_audit_reason(after, act.state.fields, act.terms, command.reason.given)
    if protected(act, after):
        require_reason(command.reason)
        return change_proposed(act, command.edit_id, after, command.reason)
    if act.doer.bound:
        require_price(act, act.state.fields | after, after)
    stakes = staked(act, command.edit_id, asked_for(act, after))
    said = on_values(act, after) | {"fields": act.state.fields | after, "stakes": stakes}
    return void_overtaken(act.then("edited", reason=command.reason, idle_handoffs=0, **said))


def changed(act: Act, values: Any) -> dict[str, Any]:
    """The normalised values that differ from what stands; none at all is a refusal."""
    normal = checked(values, act.state.fields, act.terms, act.about, act.doer.bound)
    after = {name: value for name, value in normal.items() if value != act.state.fields.get(name)}
    if not after:
        raise conflict("nothing_changed", "The fields hold these values already.")
    return after


def protected(act: Act, after: dict[str, Any]) -> list[str]:
    """The fields of a change that need another person: sensitive ones, the confirmed value, and too much money."""
    confirmed = act.terms.kind.checked_field if act.state.checked else None
    much = too_much(act, asked_for(act, after))
    return [name for name in after if name == confirmed or _sensitive(act, name, after) or (much and _money(act, name))]


def _money(act: Act, name: str) -> bool:
    spec = act.terms.kind.field(name)
    return spec is not None and spec.sensitive and spec.type is FieldType.MONEY


def _sensitive(act: Act, name: str, after: dict[str, Any]) -> bool:
    spec, held = act.terms.kind.field(name), act.state.fields
    # The first value of a sensitive field takes nothing from anybody: it is entered, then protected.
    return spec is not None and held.get(name) is not None and spec.guarded(held, held | after)


STEPS: dict[type[Command], Step] = {
    EditFields: Step(edit),
}

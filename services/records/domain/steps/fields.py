"""Changing fields: directly, or as a proposal where another person must agree."""

from typing import Any

from services.records.domain.act import Act, Step
from services.records.domain.commands import Command, EditFields
from services.records.domain.steps.proposals import change_proposed, void_overtaken
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
    return void_overtaken(act.then("edited", reason=command.reason, fields=act.state.fields | after, idle_handoffs=0))


def changed(act: Act, values: Any) -> dict[str, Any]:
    """The normalised values that differ from what stands; none at all is a refusal."""
    normal = checked(values, act.state.fields, act.terms, act.about, act.doer.bound)
    after = {name: value for name, value in normal.items() if value != act.state.fields.get(name)}
    if not after:
        raise conflict("nothing_changed", "The fields hold these values already.")
    return after


def protected(act: Act, after: dict[str, Any]) -> list[str]:
    """The fields of a change that need another person: sensitive ones, and the confirmed value."""
    confirmed = act.terms.kind.checked_field if act.state.checked else None
    return [name for name in after if name == confirmed or _sensitive(act, name, after)]


def _sensitive(act: Act, name: str, after: dict[str, Any]) -> bool:
    spec, held = act.terms.kind.field(name), act.state.fields
    # The first value of a sensitive field takes nothing from anybody: it is entered, then protected.
    return spec is not None and held.get(name) is not None and spec.guarded(held, held | after)


STEPS: dict[type[Command], Step] = {
    EditFields: Step(edit),
}

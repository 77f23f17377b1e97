"""What differs between two versions of a record, as its history and audit will say it (C6)."""

from typing import Any

from services.records.domain.kinds import KindSpec
from services.records.domain.state import RecordState
from shared.contracts.envelope import Change
from shared.contracts.identity import DataClass
from shared.contracts.stays import Stay
from shared.contracts.writebacks import PmsField

WATCHED = (
    *("status", "owner", "owner_rule", "department", "room", "stay_id", "guest_id", "outcome", "due_at"),
    *("blocked_reason", "guest_informed", "merged_into", "repeats"),
)
"""Attributes, beside the kind's own fields, whose change is told with old and new value."""


PMS_CLASSES: dict[PmsField, DataClass] = {
    PmsField.RATE: DataClass.PAYMENT,
    PmsField.ROOM: DataClass.ORDINARY,
    PmsField.GUEST: DataClass.GUEST_IDENTITY,
}
"""The data classes of what the PMS holds of a stay."""


def pms_name(name: PmsField) -> str:
    """What a value of the stay is called beside a record's own fields."""
    return f"pms_{name.value}"


def pms_value(stay: Stay, name: PmsField) -> Any:
    """What a stay holds now; of a guest only which version of the profile, for identity stays in integrations."""
    if name is PmsField.GUEST:
        return {"guest_id": stay.guest_id, "profile_version": stay.profile_version}
    return stay.rate.model_dump() if name is PmsField.RATE else stay.room


_OF_PMS = {pms_name(name): held for name, held in PMS_CLASSES.items()}


def field_class(kind: KindSpec, name: str) -> DataClass:
    """The data class of a field; what the kind does not know is treated as private."""
    if name in _OF_PMS:
        return _OF_PMS[name]
    spec = kind.field(name)
    return spec.data_class if spec else DataClass.PRIVATE_STAY


def field_changes(before: dict[str, Any], after: dict[str, Any], kind: KindSpec) -> list[Change]:
    """One change for each field that differs, in the order of the names."""
    return [
        Change(field=name, data_class=field_class(kind, name), before=before.get(name), after=after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def changes_between(before: RecordState, after: RecordState, kind: KindSpec) -> list[Change]:
    """All changes from one version to the next."""
    watched = [
        Change(field=name, before=getattr(before, name), after=getattr(after, name))
        for name in WATCHED
        if getattr(before, name) != getattr(after, name)
    ]
    return watched + field_changes(before.fields, after.fields, kind)

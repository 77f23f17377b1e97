"""Changes of PMS values that staff approved, on their way to the PMS, and what became of them, on `stays.v1`."""

import enum
from typing import Any

from pydantic import Field

from shared.contracts.envelope import EventBody
from shared.contracts.values import Code, EntityId, Instant, Version, Wire


class PmsField(enum.StrEnum):
    """What of a stay staff may ask the PMS to change."""

    RATE = "rate"
    ROOM = "room"
    GUEST = "guest"


class WritebackState(enum.StrEnum):
    """Commands out: `sending` is saved before the call and never retried blindly."""

    PENDING = "pending"
    SENDING = "sending"
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


UNSETTLED = frozenset({WritebackState.PENDING, WritebackState.SENDING, WritebackState.UNKNOWN})
"""States in which nobody knows yet whether the PMS holds the new value."""


class PmsChange(Wire):
    """One approved change of a PMS value: `id` is our key for ever. A guest's change is a draft's ref and digest."""

    id: EntityId
    field: PmsField
    before: Any = Field(
        default=None, description="What the stay held when it was asked; of a guest only the profile's version"
    )
    after: Any = Field(description="What it is to be; of a guest the ref and digest of a draft, never a name")
    state: WritebackState = WritebackState.PENDING
    failure: Code | None = None
    approved_by: EntityId | None = None


class Writeback(Wire):
    """A change on its way to the PMS, once per key."""

    change: PmsChange
    property_id: str
    record_id: EntityId
    stay_id: EntityId
    at: Instant
    version: Version


class WritebackEvent(EventBody):
    """Any event of a write-back."""

    writeback: Writeback


WRITEBACK_VERBS = ("requested", "done", "refused", "unknown")

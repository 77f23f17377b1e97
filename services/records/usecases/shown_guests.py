"""What callers are shown of what is known of a guest."""

from typing import Any

from services.records.domain.points import Entry
from shared.contracts.records import Outcome, Status
from shared.contracts.values import Frozen, Instant


class Preference(Frozen):
    """What a guest likes, on one topic: the newest note that was confirmed and still holds."""

    kind: str
    kind_title: str
    topic: str
    record_id: str
    property_id: str
    stay_id: str | None
    fields: dict[str, Any]
    masked_fields: tuple[str, ...]
    confirmed_by: str
    confirmed_at: Instant


class GuestPreferences(Frozen):
    """All that is known of a guest in the caller's hotels."""

    guest_id: str
    preferences: tuple[Preference, ...]


class Words(Frozen):
    """What somebody wrote, by its reference."""

    ref: str
    text: str


class HeldFile(Frozen):
    """A photo or PDF of a record; its bytes are at `/v1/records/{record}/attachments/{id}`."""

    id: str
    type: str
    size: int
    added_at: Instant


class GuestRecord(Frozen):
    """One record about a guest, with everything people wrote on it."""

    id: str
    property_id: str
    kind: str
    status: Status
    outcome: Outcome | None
    stay_id: str | None
    room: str | None
    opened_at: Instant
    closed_at: Instant | None
    fields: dict[str, Any]
    words: tuple[Words, ...]
    files: tuple[HeldFile, ...]


class GuestFile(Frozen):
    """All that records holds of a guest in the caller's hotels, for the guest."""

    guest_id: str
    records: tuple[GuestRecord, ...]
    points: tuple[Entry, ...]

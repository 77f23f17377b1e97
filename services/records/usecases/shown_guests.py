"""What callers are shown of what is known of a guest."""

from typing import Any

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

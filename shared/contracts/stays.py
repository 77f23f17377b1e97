"""Stays: our read-only mirror of PMS reservations, and the events on `stays.v1`."""

import datetime as dt
import enum
from typing import Any

from pydantic import Field

from shared.contracts.envelope import EventBody
from shared.contracts.values import Code, EntityId, Instant, Money, Version, Wire


class StayStatus(enum.StrEnum):
    """Where a reservation stands."""

    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    CHECKED_OUT = "checked_out"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Party(Wire):
    """How many travel."""

    adults: int = Field(ge=0, le=99)
    children: int = Field(default=0, ge=0, le=99)
    babies: int = Field(default=0, ge=0, le=99)


class SpecialRequest(Wire):
    """A request that came with the reservation: its id and topic code, never its text."""

    id: EntityId
    code: Code


class Stay(Wire):
    """One reservation. Guest identity is `guest_id` and a profile version; names stay in integrations."""

    id: EntityId
    chain: str
    property_id: str
    version: Version
    pms: Code
    reservation: EntityId
    confirmation: EntityId | None = Field(
        default=None, description="The number people say, where it is another than the one the PMS is asked by"
    )
    status: StayStatus
    guest_id: EntityId
    profile_version: int = 1
    arrival: dt.date
    departure: dt.date
    booked_at: Instant
    checked_in_at: Instant | None = None
    checked_out_at: Instant | None = None
    cancelled_at: Instant | None = None
    room: str | None = None
    room_type_reserved: str
    room_type_assigned: str | None = None
    party: Party
    rate: Money
    balance: Money
    meal: Code | None = None
    segment: Code | None = None
    channel: Code | None = None
    deposit: Code | None = None
    country: str | None = None
    language: str = "en"
    tier: Code | None = None
    loyalty_points: int | None = Field(
        default=None, ge=0, le=10**9, description="What the programme says the guest has"
    )
    repeat: bool = False
    vip: bool = False
    parking: int = 0
    requests: tuple[SpecialRequest, ...] = ()
    comments: tuple[SpecialRequest, ...] = ()
    source_time: Instant = Field(description="The PMS's own time of this state")

    @property
    def nights(self) -> int:
        """Nights between arrival and departure."""
        return (self.departure - self.arrival).days


class SeenStay(Stay):
    """A stay as one caller may see it: what it costs is left out for who may not see payments."""

    rate: Money | None = None  # type: ignore[assignment] # a mask only ever leaves out
    balance: Money | None = None  # type: ignore[assignment] # as above

    @classmethod
    def masked(cls, stay: Stay, *, money: bool) -> "SeenStay":
        """The stay with or without its money."""
        hidden: dict[str, Any] = {} if money else {"rate": None, "balance": None}
        return cls.model_validate(stay.model_dump() | hidden)


class StayEvent(EventBody):
    """Any event of a stay. `backfill` marks history imported before the cut-over: nothing opens from it."""

    stay: Stay
    backfill: bool = False


STAY_VERBS = ("booked", "changed", "room_changed", "checked_in", "checked_out", "cancelled", "no_show")

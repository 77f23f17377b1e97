"""A reservation as a PMS tells it, in our words: what every adapter maps its vendor's shape to."""

import datetime as dt
from dataclasses import dataclass, field

from shared.contracts.stays import Party, SpecialRequest, StayStatus
from shared.contracts.values import Money


@dataclass(frozen=True, slots=True)
class Guest:
    """The guest of a reservation: identity, so it goes into the profile and nowhere else."""

    profile: str
    first_name: str
    last_name: str
    email: str | None = None
    phone: str | None = None
    language: str = "en"
    country: str | None = None

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Reservation:
    """One reservation at one moment of the PMS's own time (`source_time`); the whole state, never a part of it.

    `balance` is what the PMS itself says is owed, without what we posted. `guest` is None when the source says nothing.
    """

    pms: str
    number: str
    property_id: str
    status: StayStatus
    arrival: dt.date
    departure: dt.date
    booked_at: dt.datetime
    source_time: dt.datetime
    room_type_reserved: str
    party: Party
    rate: Money
    balance: Money
    guest: Guest | None = None
    checked_in_at: dt.datetime | None = None
    checked_out_at: dt.datetime | None = None
    cancelled_at: dt.datetime | None = None
    room: str | None = None
    room_type_assigned: str | None = None
    meal: str | None = None
    segment: str | None = None
    channel: str | None = None
    deposit: str | None = None
    country: str | None = None
    tier: str | None = None
    loyalty_points: int | None = None
    repeat: bool = False
    vip: bool = False
    parking: int = 0
    requests: tuple[SpecialRequest, ...] = ()
    comments: tuple[SpecialRequest, ...] = field(default=())
    confirmation: str | None = None
    """The number people say on the telephone, where it is another than `number`, which the PMS is asked by."""

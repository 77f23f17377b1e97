"""The generic webhook: whole reservations pushed by a PMS that has no shape of its own, read and written here."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from services.integrations.domain.reservations import Guest, Reservation
from services.integrations.pms.hotel_bookings.columns import NAME
from shared.contracts.errors import Breach, breached
from shared.contracts.stays import Party, SpecialRequest, StayStatus
from shared.contracts.values import AskedDay, AskedInstant, Code, EntityId, Money, Wire, iso, minor_digits

MAX_EVENTS = 500
MAX_NIGHTS = 400
FIRST_YEAR, LAST_YEAR = 1990, 2100
LIMIT = Decimal(10**9)

Name = Annotated[str, StringConstraints(max_length=200)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
RoomType = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,7}$")]
Room = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,12}$")]


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite() or abs(value) > LIMIT:
        raise ValueError("an amount is a finite number below a thousand million")
    return value


Amount = Annotated[Decimal, AfterValidator(_finite)]


def _plausible_day(value: dt.date) -> dt.date:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"no hotel stay of ours lies before {FIRST_YEAR} or after {LAST_YEAR}")
    return value


def _plausible(value: dt.datetime) -> dt.datetime:
    _plausible_day(value)
    return value


# Deadlines are counted from these: near the ends of the calendar there is nothing to count to.
Day = Annotated[AskedDay, AfterValidator(_plausible_day)]
Moment = Annotated[AskedInstant, AfterValidator(_plausible)]


class GuestPayload(Wire):
    """The guest as the PMS knows them."""

    profile_number: EntityId
    first_name: Name = ""
    last_name: Name = ""
    email: Name | None = None
    phone: Name | None = None
    language: str = Field(default="en", pattern=r"^[a-z]{2}$")
    country: Country | None = None


class ReservationPayload(Wire):
    """The whole reservation after the event. Days are the property's own."""

    number: EntityId
    status: StayStatus
    arrival: Day
    departure: Day
    booked_at: Moment
    checked_in_at: Moment | None = None
    checked_out_at: Moment | None = None
    cancelled_at: Moment | None = None
    room: Room | None = None
    room_type_reserved: RoomType
    room_type_assigned: RoomType | None = None
    adults: int = Field(ge=0, le=99)
    children: int = Field(default=0, ge=0, le=99)
    babies: int = Field(default=0, ge=0, le=99)
    adr: Amount
    balance: Amount = Decimal(0)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    meal: Code | None = None
    market_segment: Code | None = None
    distribution_channel: Code | None = None
    deposit_type: Code | None = None
    tier: Code | None = None
    loyalty_points: int | None = Field(default=None, ge=0, le=10**9, strict=True)
    is_repeated_guest: bool = False
    vip: bool = False
    parking_spaces: int = Field(default=0, ge=0, le=99)
    special_requests: tuple[SpecialRequest, ...] = Field(default=(), max_length=50)
    comments: tuple[SpecialRequest, ...] = Field(default=(), max_length=50)

    @model_validator(mode="after")
    def nights_are_plausible(self) -> "ReservationPayload":
        """A stay ends no earlier than it begins and within about a year."""
        if not 0 <= (self.departure - self.arrival).days <= MAX_NIGHTS:
            raise ValueError(f"departure must lie 0 to {MAX_NIGHTS} days after arrival")
        return self


class EventPayload(Wire):
    """One event of one reservation. `occurred_at` is the vendor's time: the newest wins."""

    event_id: EntityId
    event: Literal["booked", "changed", "room_changed", "checked_in", "checked_out", "cancelled", "no_show"]
    occurred_at: Moment
    reservation: ReservationPayload
    guest: GuestPayload | None = None


class Delivery(Wire):
    """What one request brings: one event or up to 500."""

    events: tuple[EventPayload, ...] = Field(min_length=1, max_length=MAX_EVENTS)


def read(payload: object, property_id: str, currency: str) -> list[tuple[str, Reservation]]:
    """Event ids and reservations of a request; whatever is wrong raises an `invalid` AppError naming every field."""
    many = isinstance(payload, dict) and "events" in payload
    try:
        delivery = Delivery.model_validate(payload if many else {"events": [payload]})
    except ValidationError as failure:
        raise breached(_breaches(failure, many)) from failure
    wrong = [
        Breach(
            field=_place(index, many) + "reservation.currency", rule="currency", message=f"This hotel uses {currency}."
        )
        for index, event in enumerate(delivery.events)
        if event.reservation.currency != currency
    ]
    if wrong:
        raise breached(wrong)
    return [(event.event_id, _reservation(event, property_id)) for event in delivery.events]


def _place(index: int, many: bool) -> str:
    return f"events.{index}." if many else ""


def _breaches(failure: ValidationError, many: bool) -> list[Breach]:
    skip = 0 if many else 2
    return [
        Breach(
            field=".".join(str(part) for part in error["loc"][skip:]) or "body",
            rule=error["type"],
            message=error["msg"],
        )
        for error in failure.errors(include_url=False, include_input=False, include_context=False)[:50]
    ]


def _money(value: Decimal, currency: str) -> Money:
    return Money(amount=int((value * 10 ** minor_digits(currency)).to_integral_value()), currency=currency)


def _reservation(event: EventPayload, property_id: str) -> Reservation:
    said, guest = event.reservation, event.guest
    return Reservation(
        pms=NAME,
        number=said.number,
        property_id=property_id,
        status=said.status,
        arrival=said.arrival,
        departure=said.departure,
        booked_at=said.booked_at,
        source_time=event.occurred_at,
        room_type_reserved=said.room_type_reserved,
        room_type_assigned=said.room_type_assigned,
        room=said.room,
        party=Party(adults=said.adults, children=said.children, babies=said.babies),
        rate=_money(said.adr, said.currency),
        balance=_money(said.balance, said.currency),
        guest=_guest(guest) if guest else None,
        checked_in_at=said.checked_in_at,
        checked_out_at=said.checked_out_at,
        cancelled_at=said.cancelled_at,
        meal=said.meal,
        segment=said.market_segment,
        channel=said.distribution_channel,
        deposit=said.deposit_type,
        country=guest.country if guest else None,
        tier=said.tier,
        loyalty_points=said.loyalty_points,
        repeat=said.is_repeated_guest,
        vip=said.vip,
        parking=said.parking_spaces,
        requests=said.special_requests,
        comments=said.comments,
    )


def _guest(said: GuestPayload) -> Guest:
    return Guest(
        profile=said.profile_number,
        first_name=said.first_name,
        last_name=said.last_name,
        email=said.email,
        phone=said.phone,
        language=said.language,
        country=said.country,
    )


def write(event_id: str, event: str, of: Reservation) -> dict[str, Any]:
    """The payload a PMS of this kind would push for a state; `read` gives the state back."""
    moments = {"checked_in_at": of.checked_in_at, "checked_out_at": of.checked_out_at, "cancelled_at": of.cancelled_at}
    body: dict[str, Any] = {
        "event_id": event_id,
        "event": event,
        "occurred_at": iso(of.source_time),
        "reservation": {
            "number": of.number,
            "status": of.status.value,
            "arrival": of.arrival.isoformat(),
            "departure": of.departure.isoformat(),
            "booked_at": iso(of.booked_at),
            **{name: iso(moment) for name, moment in moments.items() if moment},
            "room": of.room,
            "room_type_reserved": of.room_type_reserved,
            "room_type_assigned": of.room_type_assigned,
            **of.party.model_dump(),
            "adr": _decimal(of.rate),
            "balance": _decimal(of.balance),
            "currency": of.rate.currency,
            "meal": of.meal,
            "market_segment": of.segment,
            "distribution_channel": of.channel,
            "deposit_type": of.deposit,
            "tier": of.tier,
            "loyalty_points": of.loyalty_points,
            "is_repeated_guest": of.repeat,
            "vip": of.vip,
            "parking_spaces": of.parking,
            "special_requests": [request.model_dump() for request in of.requests],
            "comments": [comment.model_dump() for comment in of.comments],
        },
    }
    return body | ({"guest": _guest_payload(of.guest)} if of.guest else {})


def _decimal(value: Money) -> str:
    return str(Decimal(value.amount).scaleb(-minor_digits(value.currency)))


def _guest_payload(guest: Guest) -> dict[str, Any]:
    return {
        "profile_number": guest.profile,
        "first_name": guest.first_name,
        "last_name": guest.last_name,
        "email": guest.email,
        "phone": guest.phone,
        "language": guest.language,
        "country": guest.country,
    }

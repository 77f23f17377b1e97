"""The life of a booking as a list of reservation states, each at its own moment; pure and seeded."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from services.integrations.domain.reservations import Reservation
from services.integrations.pms.hotel_bookings.chance import Chance
from services.integrations.pms.hotel_bookings.columns import NAME
from services.integrations.pms.hotel_bookings.guests import GuestBook, Visitor
from services.integrations.pms.hotel_bookings.hotels import Hotel
from services.integrations.pms.hotel_bookings.moments import Moments, moments
from services.integrations.pms.hotel_bookings.reader import number
from services.integrations.pms.hotel_bookings.rows import Booking
from services.integrations.pms.hotel_bookings.wishes import comments, requests
from shared.contracts.stays import Party, SpecialRequest, StayStatus
from shared.contracts.values import Money

RATE_STEP = 3
"""Per cent by which each change of a booking moved its rate."""


class Life(NamedTuple):
    """Everything about one booking that its states are made of."""

    booking: Booking
    hotel: Hotel
    number: str
    visitor: Visitor
    moments: Moments
    shift: dt.timedelta
    requests: tuple[SpecialRequest, ...]
    comments: tuple[SpecialRequest, ...]


class State(NamedTuple):
    """One thing that happened: the vendor's word for it and the reservation after it."""

    event: str
    reservation: Reservation


def life(
    booking: Booking,
    hotel: Hotel,
    guests: GuestBook,
    seed: int,
    *,
    series: str = "I",
    shift: dt.timedelta = dt.timedelta(),
) -> Life:
    """Draw the life of a booking. The same booking, seed and shift always live the same."""
    chance = Chance(seed, booking.key)
    name = number(booking, series)
    return Life(
        booking=booking,
        hotel=hotel,
        number=name,
        visitor=guests.visitor(booking),
        moments=moments(booking, hotel.zone, chance, shift),
        shift=shift,
        requests=requests(booking, name, chance),
        comments=comments(name, chance),
    )


def final(of: Life) -> Reservation:
    """The state the file tells: how the booking ended, without a room number, which the file does not give."""
    ended = {
        StayStatus.CHECKED_OUT: _checked_out,
        StayStatus.CANCELLED: _cancelled,
        StayStatus.NO_SHOW: _no_show,
    }[of.booking.status]
    return ended(of, None).reservation


def states(of: Life, room: str | None, first_room: str | None) -> Iterator[State]:
    """All states in order. `room` is the one of the assigned type, `first_room` where a moved guest was before."""
    at = of.moments
    for index, moment in enumerate((at.booked, *at.changed)):
        yield State("booked" if not index else "changed", _reserved(of, moment, len(at.changed) - index))
    if of.booking.status is StayStatus.CANCELLED:
        yield _cancelled(of, None)
    elif of.booking.status is StayStatus.NO_SHOW:
        yield _no_show(of, None)
    else:
        yield from _stayed(of, room, first_room)


def _stayed(of: Life, room: str | None, first_room: str | None) -> Iterator[State]:
    at, kind = of.moments, of.booking.assigned
    assert at.checked_in is not None
    if at.assigned:
        yield State("room_changed", _state(of, StayStatus.BOOKED, at.assigned, room=room, kind=kind))
    early_room, early_kind = (first_room, of.booking.reserved) if at.moved else (room, kind)
    yield State("checked_in", _state(of, StayStatus.CHECKED_IN, at.checked_in, room=early_room, kind=early_kind))
    if at.moved:
        yield State("room_changed", _state(of, StayStatus.CHECKED_IN, at.moved, room=room, kind=kind))
    yield _checked_out(of, room)


def _checked_out(of: Life, room: str | None) -> State:
    assert of.moments.checked_out is not None
    kind = of.booking.assigned
    return State("checked_out", _state(of, StayStatus.CHECKED_OUT, of.moments.checked_out, room=room, kind=kind))


def _cancelled(of: Life, _: str | None) -> State:
    assert of.moments.cancelled is not None
    return State("cancelled", _state(of, StayStatus.CANCELLED, of.moments.cancelled))


def _no_show(of: Life, _: str | None) -> State:
    assert of.moments.no_show is not None
    return State("no_show", _state(of, StayStatus.NO_SHOW, of.moments.no_show))


def _reserved(of: Life, moment: dt.datetime, to_come: int) -> Reservation:
    """The booking before its last changes: a cheaper rate and fewer requests, which each change brings nearer."""
    rate = of.booking.adr * (100 - RATE_STEP * min(to_come, 20)) // 100
    kept = max(0, len(of.requests) - to_come)
    return _state(of, StayStatus.BOOKED, moment, rate=rate, wishes=of.requests[:kept])


def _balance(of: Life, status: StayStatus, rate: int) -> int:
    """What the PMS says is owed: the nights, until they are paid at check-out or in advance."""
    owed = status in (StayStatus.BOOKED, StayStatus.CHECKED_IN) and of.booking.deposit != "non_refundable"
    return rate * of.booking.nights if owed else 0


def _state(
    of: Life,
    status: StayStatus,
    moment: dt.datetime,
    *,
    room: str | None = None,
    kind: str | None = None,
    rate: int | None = None,
    wishes: tuple[SpecialRequest, ...] | None = None,
) -> Reservation:
    booking, at, currency = of.booking, of.moments, of.hotel.currency
    in_house = status in (StayStatus.CHECKED_IN, StayStatus.CHECKED_OUT)
    cents = booking.adr if rate is None else rate
    return Reservation(
        pms=NAME,
        number=of.number,
        property_id=of.hotel.property_id,
        status=status,
        arrival=booking.arrival + of.shift,
        departure=booking.departure + of.shift,
        booked_at=at.booked,
        source_time=moment,
        room_type_reserved=booking.reserved,
        room_type_assigned=kind,
        room=room,
        party=Party(adults=booking.adults, children=booking.children, babies=booking.babies),
        rate=Money(amount=cents, currency=currency),
        balance=Money(amount=_balance(of, status, cents), currency=currency),
        guest=of.visitor.guest,
        checked_in_at=at.checked_in if in_house else None,
        checked_out_at=at.checked_out if status is StayStatus.CHECKED_OUT else None,
        cancelled_at=at.cancelled if status is StayStatus.CANCELLED else None,
        meal=booking.meal,
        segment=booking.segment,
        channel=booking.channel,
        deposit=booking.deposit,
        country=booking.country,
        tier=of.visitor.tier,
        repeat=of.visitor.repeat,
        vip=of.visitor.vip,
        parking=booking.parking,
        requests=of.requests if wishes is None else wishes,
        comments=of.comments,
    )

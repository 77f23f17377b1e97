"""Gives the days of a booking their times of day: bookings through the day, check-in 14–22, check-out 7–12; pure."""

import datetime as dt
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.integrations.pms.hotel_bookings.chance import Chance, Weighted
from services.integrations.pms.hotel_bookings.rows import Booking
from shared.contracts.stays import StayStatus
from shared.contracts.values import instant_of

MINUTE = dt.timedelta(minutes=1)
LATE_MOVES = 0.3
"""Share of the guests with another room type who are moved only after check-in."""

BOOKING_HOURS = Weighted.of(
    {7: 2, 8: 4, 9: 7, 10: 9, 11: 9, 12: 7, 13: 6, 14: 7, 15: 7, 16: 7, 17: 7, 18: 7, 19: 7, 20: 7, 21: 6}
)
ARRIVAL_HOURS = Weighted.of({14: 14, 15: 20, 16: 18, 17: 14, 18: 11, 19: 9, 20: 7, 21: 5})
DEPARTURE_HOURS = Weighted.of({7: 10, 8: 16, 9: 21, 10: 26, 11: 27})


class Moments(NamedTuple):
    """When what happens to a booking, in UTC; None for what never does. They rise strictly."""

    booked: dt.datetime
    changed: tuple[dt.datetime, ...] = ()
    assigned: dt.datetime | None = None
    checked_in: dt.datetime | None = None
    moved: dt.datetime | None = None
    checked_out: dt.datetime | None = None
    cancelled: dt.datetime | None = None
    no_show: dt.datetime | None = None

    @property
    def last(self) -> dt.datetime:
        """The moment of the last thing that happens."""
        ends = (self.checked_out, self.cancelled, self.no_show)
        return next((end for end in ends if end is not None), self.booked)


class _Wall:
    """Turns hotel days and drawn hours into instants."""

    def __init__(self, zone: ZoneInfo, chance: Chance, shift: dt.timedelta) -> None:
        self._zone, self._chance, self._shift = zone, chance, shift

    def at(self, name: str, day: dt.date, hour: int) -> dt.datetime:
        seconds = self._chance.whole(name, 0, 3599)
        naive = dt.datetime.combine(day + self._shift, dt.time(hour)) + dt.timedelta(seconds=seconds)
        return instant_of(naive, self._zone)

    def drawn(self, name: str, day: dt.date, hours: Weighted[int]) -> dt.datetime:
        return self.at(name, day, self._chance.weighted(name + "_hour", hours))


def moments(booking: Booking, zone: ZoneInfo, chance: Chance, shift: dt.timedelta = dt.timedelta()) -> Moments:
    """Times of a booking's life; `shift` (whole days) moves it to another time, local hours stay."""
    wall = _Wall(zone, chance, shift)
    # Who books for the same day does it in the morning, so that everything else still fits after it.
    same_day = booking.booked >= min(booking.arrival, booking.status_day)
    booked = wall.at("booked", booking.booked, 8) if same_day else wall.drawn("booked", booking.booked, BOOKING_HOURS)
    settled = booked + (booking.changes + 2) * 3 * MINUTE
    if booking.status is StayStatus.CANCELLED:
        cancelled = max(_cancelled(booking, wall), settled)
        return Moments(booked, _changes(booking, chance, booked, cancelled), cancelled=cancelled)
    assigned = max(wall.at("assigned", booking.arrival, 9), settled)
    changed = _changes(booking, chance, booked, assigned)
    if booking.status is StayStatus.NO_SHOW:
        return Moments(booked, changed, no_show=max(wall.at("no_show", booking.arrival, 23), assigned + MINUTE))
    return _stayed(booking, wall, chance, Moments(booked, changed), assigned)


def _cancelled(booking: Booking, wall: _Wall) -> dt.datetime:
    if booking.status_day >= booking.arrival:
        return wall.at("cancelled", booking.status_day, 11)
    return wall.drawn("cancelled", booking.status_day, BOOKING_HOURS)


def _changes(booking: Booking, chance: Chance, booked: dt.datetime, until: dt.datetime) -> tuple[dt.datetime, ...]:
    """Spread the changes between booking and what follows it, in whole seconds and strictly rising."""
    if not booking.changes:
        return ()
    step = (until - booked) / (booking.changes + 1)
    jitter = [(0.2 + 0.6 * chance.roll(f"change{index}")) for index in range(booking.changes)]
    return tuple((booked + step * (index + share)).replace(microsecond=0) for index, share in enumerate(jitter))


def _stayed(booking: Booking, wall: _Wall, chance: Chance, so_far: Moments, assigned: dt.datetime) -> Moments:
    """Another room type than reserved is assigned on the morning of arrival, or by a move soon after check-in."""
    if booking.nights:
        arrived = wall.drawn("checked_in", booking.arrival, ARRIVAL_HOURS)
        left = wall.drawn("checked_out", booking.departure, DEPARTURE_HOURS)
    else:
        arrived, left = wall.at("checked_in", booking.arrival, 12), wall.at("checked_out", booking.arrival, 18)
    arrived = max(arrived, assigned + MINUTE)
    left = max(left, arrived + 60 * MINUTE)
    stayed = so_far._replace(checked_in=arrived, checked_out=left)
    if booking.assigned == booking.reserved:
        return stayed
    if chance.roll("late_move") < LATE_MOVES:
        return stayed._replace(moved=arrived + chance.whole("moved", 10, 50) * MINUTE)
    return stayed._replace(assigned=assigned)

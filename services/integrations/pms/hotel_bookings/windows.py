"""Chooses the bookings that one window of days needs, so that a hotel day starts full and not empty; pure."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.integrations.pms.hotel_bookings.rows import Booking
from shared.contracts.stays import StayStatus


class Window(NamedTuple):
    """Days of the file's own time: `days` from `first` are played; arrivals up to `ahead` days later are known."""

    first: dt.date
    days: int = 1
    ahead: int = 3

    @property
    def end(self) -> dt.date:
        """The first day that is not played."""
        return self.first + dt.timedelta(days=self.days)

    def holds(self, day: dt.date) -> bool:
        """Whether a day is played."""
        return self.first <= day < self.end


def needed(booking: Booking, window: Window) -> bool:
    """Whether a booking is in the house, is expected soon, or has something happen to it in the window."""
    if window.holds(booking.booked) or window.holds(booking.status_day):
        return True
    if booking.booked >= window.end:
        return False
    if booking.status is StayStatus.CHECKED_OUT:
        return booking.arrival < window.end + dt.timedelta(days=window.ahead) and booking.departure >= window.first
    still_open = booking.status_day >= window.end
    return still_open and window.first <= booking.arrival < window.end + dt.timedelta(days=window.ahead)


def select(bookings: Iterable[Booking], window: Window) -> Iterator[Booking]:
    """The bookings a window needs, in their order."""
    return (booking for booking in bookings if needed(booking, window))

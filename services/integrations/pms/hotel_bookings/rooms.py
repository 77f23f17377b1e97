"""Gives stays their room numbers: one guest a room and night, always the same for the same bookings; pure."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from services.integrations.pms.hotel_bookings.chance import Chance
from services.integrations.pms.hotel_bookings.hotels import ROOMS, room_numbers
from services.integrations.pms.hotel_bookings.lives import Life
from shared.contracts.stays import StayStatus

ANNEXE = 901
"""First room number beyond a hotel's table, for a day the file holds more guests of a type than the table rooms."""


class Rooms(NamedTuple):
    """The room a stay ends in, and the one a moved guest was in before."""

    last: str
    first: str | None = None


class Allocator:
    """Keeps which nights each room of one hotel is taken."""

    def __init__(self, hotel: str) -> None:
        self._numbers = {kind: list(numbers) for kind, numbers in room_numbers(ROOMS[hotel]).items()}
        self._taken: dict[str, set[dt.date]] = {}
        self._annexe = ANNEXE

    def take(self, kind: str, nights: Iterable[dt.date], start: float) -> str:
        """A free room of a type for these nights, searched from a drawn place on."""
        wanted, numbers = set(nights), self._numbers.setdefault(kind, [])
        begin = int(start * len(numbers))
        for room in numbers[begin:] + numbers[:begin]:
            if wanted.isdisjoint(self._taken.get(room, set())):
                break
        else:
            room = str(self._annexe)
            self._annexe += 1
            numbers.append(room)
        self._taken.setdefault(room, set()).update(wanted)
        return room


def allocate(lives: Iterable[Life], seed: int) -> dict[str, Rooms]:
    """Rooms by reservation number, for those who stay; the order of the lives does not matter."""
    given: dict[str, Rooms] = {}
    by_hotel: dict[str, Allocator] = {}
    for life in sorted(lives, key=lambda one: (one.booking.arrival, one.number)):
        booking = life.booking
        if booking.status is not StayStatus.CHECKED_OUT:
            continue
        allocator = by_hotel.setdefault(booking.hotel, Allocator(booking.hotel))
        chance = Chance(seed, life.number)
        nights = [booking.arrival + dt.timedelta(days=night) for night in range(max(1, booking.nights))]
        last = allocator.take(booking.assigned, nights, chance.roll("room"))
        first = allocator.take(booking.reserved, nights[:1], chance.roll("first")) if life.moments.moved else None
        given[life.number] = Rooms(last, first)
    return given

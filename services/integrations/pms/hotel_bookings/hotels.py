"""The two hotels of the file as properties: which one a row belongs to, and how many rooms of each type it has."""

from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.integrations.domain.connections import ConnectionSpec
from services.integrations.pms.hotel_bookings.columns import CITY, NAME, RESORT

ROOMS: dict[str, dict[str, int]] = {
    CITY: {"A": 150, "B": 16, "C": 4, "D": 60, "E": 12, "F": 9, "G": 6, "K": 9},
    RESORT: {"A": 78, "B": 3, "C": 14, "D": 56, "E": 35, "F": 14, "G": 10, "H": 5, "I": 8},
}
"""Rooms by type: a little more than were ever occupied at once, as the hotels' sizes are not published."""

ROOMS_A_FLOOR = 30


class Hotel(NamedTuple):
    """One hotel of the file as a property of a chain; `name` is the file's word for it."""

    name: str
    property_id: str
    zone: ZoneInfo
    currency: str


def room_numbers(rooms: dict[str, int]) -> dict[str, tuple[str, ...]]:
    """Room numbers by type: floor and place, types one after another from the first floor up."""
    numbers: dict[str, tuple[str, ...]] = {}
    place = 0
    for kind, count in rooms.items():
        numbers[kind] = tuple(_number(place + offset) for offset in range(count))
        place += count
    return numbers


def _number(place: int) -> str:
    return f"{place // ROOMS_A_FLOOR + 1}{place % ROOMS_A_FLOOR + 1:02d}"


def specs(chain: str) -> tuple[ConnectionSpec, ...]:
    """Both hotels as connections of a chain: the resort in Faro, the city hotel in Lisbon."""
    return tuple(
        ConnectionSpec(
            property_id=property_id,
            chain=chain,
            pms=NAME,
            hotel=name,
            zone="Europe/Lisbon",
            currency="EUR",
            rooms=ROOMS[name],
        )
        for property_id, name in (("resort", RESORT), ("city", CITY))
    )

"""Every PMS we can talk to: one line each."""

from collections.abc import Callable

from services.integrations.pms.hotel_bookings.adapter import HotelBookings
from services.integrations.ports import Folios, Pms

ADAPTERS: dict[str, Callable[[Folios, int], Pms]] = {
    HotelBookings.name: HotelBookings,
}


def adapters(folios: Folios, seed: int) -> dict[str, Pms]:
    """All adapters, by the name that connections and stays carry."""
    return {name: make(folios, seed) for name, make in ADAPTERS.items()}

"""Every PMS we can talk to: one line each; those that push whole payloads, and those that are asked."""

from collections.abc import Callable

from services.integrations.pms.apaleo.adapter import Apaleo
from services.integrations.pms.calling import Wire
from services.integrations.pms.cloudbeds.adapter import Cloudbeds
from services.integrations.pms.hotel_bookings.adapter import HotelBookings
from services.integrations.pms.mews.adapter import Mews
from services.integrations.pms.ohip.adapter import Ohip
from services.integrations.ports import Folios, Pms
from services.integrations.ports.vendors import Listened, Vendor

ADAPTERS: dict[str, Callable[[Folios, int], Pms]] = {
    HotelBookings.name: HotelBookings,
}

VENDORS: dict[str, Callable[[Wire], Vendor]] = {
    Apaleo.name: Apaleo,
    Cloudbeds.name: Cloudbeds,
    Mews.name: Mews,
    Ohip.name: Ohip,
}


def vendors(wire: Wire) -> dict[str, Vendor]:
    """All vendors that are asked, by the name that connections and stays carry."""
    return {name: make(wire) for name, make in VENDORS.items()}


LISTENED: dict[str, Callable[[Wire], Listened]] = {
    Ohip.name: Ohip,
}


def listened(wire: Wire) -> dict[str, Listened]:
    """Those whose events are fetched by us."""
    return {name: make(wire) for name, make in LISTENED.items()}


def adapters(folios: Folios, seed: int) -> dict[str, Pms]:
    """All adapters, by the name that connections and stays carry."""
    return {name: make(folios, seed) for name, make in ADAPTERS.items()}

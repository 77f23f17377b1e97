"""From a stay of ours to the number that its PMS is asked by, and to its page there."""

from collections.abc import Mapping
from typing import Protocol

from services.integrations.domain.following import Kept
from services.integrations.ports import Connections
from services.integrations.ports.vendors import Vendor
from shared.contracts.values import Scope


class Stays(Protocol):
    """The part of the stay store that is needed."""

    async def get(self, scope: Scope, stay_id: str) -> Kept | None: ...


class Reservations:
    """Looks reservation numbers up."""

    def __init__(self, stays: Stays) -> None:
        self._stays = stays

    async def __call__(self, scope: Scope, stay_id: str | None) -> str | None:
        """The number of a stay's reservation; None for no stay and for one that we do not know."""
        kept = await self._stays.get(scope, stay_id) if stay_id else None
        return kept.stay.reservation if kept else None


class PmsLinks:
    """Where a stay stands in the pages of its PMS."""

    def __init__(self, stays: Stays, connections: Connections, vendors: Mapping[str, Vendor]) -> None:
        self._stays, self._connections, self._vendors = stays, connections, vendors

    async def __call__(self, scope: Scope, property_id: str, pms: str, reservation: str) -> str | None:
        """The address of a reservation there; None where the PMS has no pages, or is the hotel's no more."""
        connection = await self._connections.find(scope, property_id)
        vendor = self._vendors.get(pms)
        if connection is None or vendor is None or connection.pms != pms:
            return None
        return vendor.link(connection, reservation)

"""Counts what each hotel has free on the days ahead, and tells only of days that changed."""

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from services.integrations.domain.connections import Connection
from services.integrations.domain.inventory import changed, counted
from services.integrations.ports import Connections, StayStore
from shared.chassis.clock import Clock
from shared.chassis.mongo import Duplicate
from shared.chassis.provenance import Provenance
from shared.contracts.inventory import InventoryDay
from shared.contracts.values import SYSTEM_CHAIN, Scope, local_day, zone

ALL = Scope(chain=SYSTEM_CHAIN)


class Days(Protocol):
    """Where the published days are kept."""

    async def days(
        self, scope: Scope, property_id: str, first: dt.date, last: dt.date
    ) -> dict[dt.date, InventoryDay]: ...
    async def publish(
        self, scope: Scope, days: Sequence[InventoryDay], now: dt.datetime, provenance: Provenance
    ) -> None: ...


class CountRooms:
    """Recounts the near days of every hotel; run often, it gathers many changes into one event a day."""

    def __init__(self, days: Days, stays: StayStore, connections: Connections, clock: Clock, ahead: int) -> None:
        self._days, self._stays, self._connections, self._clock = days, stays, connections, clock
        self._ahead = dt.timedelta(days=ahead)

    async def __call__(self) -> int:
        """Recount all hotels; how many days changed."""
        return sum([await self._count(each) for each in await self._connections.all(ALL)])

    async def _count(self, hotel: Connection) -> int:
        now = self._clock.now()
        first = local_day(now, zone(hotel.zone))
        last = first + self._ahead
        scope = Scope(chain=hotel.chain, properties=frozenset({hotel.property_id}))
        known = await self._days.days(scope, hotel.property_id, first, last)
        stays = await self._stays.around(scope, first, last)
        news = changed(known, counted(hotel.property_id, hotel.rooms, stays, first, last))
        if not news:
            return 0
        try:
            await self._days.publish(scope, news, now, Provenance.fresh(self._clock.new_id()))
        except Duplicate:
            return 0  # another replica was faster; the next round sees what it told
        return len(news)

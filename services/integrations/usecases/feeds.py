"""Tells whether each hotel's PMS answers, so that others need not guess it from what it says."""

import dataclasses
import datetime as dt
from typing import Protocol

from services.integrations.domain.connections import Connection
from services.integrations.domain.endpoints import Endpoint
from services.integrations.domain.feeds import feed_news, told
from services.integrations.ports import Connections
from services.integrations.ports.following import Endpoints
from shared.chassis.clock import Clock
from shared.chassis.mongo import Duplicate
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.feeds import Feed
from shared.contracts.values import SYSTEM_CHAIN, Scope

ALL = Scope(chain=SYSTEM_CHAIN)


class Feeds(Protocol):
    """Where what was told is kept."""

    async def find(self, scope: Scope, property_id: str) -> Feed | None: ...
    async def publish(self, scope: Scope, feed: Feed, event: NewEvent, provenance: Provenance) -> None: ...


class TellFeeds:
    """Looks at every connected hotel; says what is new."""

    def __init__(self, feeds: Feeds, connections: Connections, endpoints: Endpoints, clock: Clock) -> None:
        self._feeds, self._connections, self._endpoints, self._clock = feeds, connections, endpoints, clock

    async def __call__(self) -> int:
        """Look once; how many hotels there was news of."""
        return sum([await self._tell(each) for each in await self._connections.all(ALL)])

    async def _tell(self, hotel: Connection) -> int:
        scope = Scope(chain=hotel.chain, properties=frozenset({hotel.property_id}))
        endpoint = self._in_business_time(await self._endpoints.find(scope, hotel.property_id))
        now = self._clock.now()
        feed = feed_news(await self._feeds.find(scope, hotel.property_id), hotel, endpoint, now)
        if feed is None:
            return 0
        try:
            await self._feeds.publish(scope, feed, told(hotel.chain, feed, now), Provenance.fresh(self._clock.new_id()))
        except Duplicate:
            return 0  # another replica was faster
        return 1

    def _in_business_time(self, endpoint: Endpoint) -> Endpoint:
        def business(real: dt.datetime | None) -> dt.datetime | None:
            return self._clock.business_of(real) if real else None

        return dataclasses.replace(endpoint, worked_at=business(endpoint.worked_at))

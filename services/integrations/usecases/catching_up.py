"""Looks for what no notification told: changes every 15 minutes, and each night everything near today."""

import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from services.integrations.domain.connections import Connection
from services.integrations.domain.marks import Hint
from services.integrations.ports import Connections, PmsRefused
from services.integrations.ports.following import Endpoints, FollowedStays, Looks, Marks
from services.integrations.ports.vendors import Listed, PmsBusy, PmsUnreadable, Vendor
from shared.chassis.clock import Clock
from shared.contracts.stays import StayStatus
from shared.contracts.values import SYSTEM_CHAIN, Scope, stay_id, zone

log = logging.getLogger(__name__)
ALL = Scope(chain=SYSTEM_CHAIN)
OVERLAP = dt.timedelta(minutes=10)
"""Vendors' clocks and ours may differ, and what a vendor lists may lag: what we look at overlaps."""
FIRST_LOOK = dt.timedelta(days=2)
FARTHEST = dt.timedelta(days=80)
"""How much one look covers: Mews lists at most three months; after a longer outage the next look goes on."""
BEHIND, AHEAD = dt.timedelta(days=2), dt.timedelta(days=400)
NIGHT = dt.time(2, 30)
AT_A_TIME = 500
Look = Callable[[Scope, Connection, Vendor], Awaitable[int]]


class CatchUp:
    """Lists what the PMS has and marks what differs; the marks are fetched as those of any notification."""

    def __init__(
        self,
        connections: Connections,
        vendors: Mapping[str, Vendor],
        marks: Marks,
        stays: FollowedStays,
        endpoints: Endpoints,
        looks: Looks,
        clock: Clock,
    ) -> None:
        self._connections, self._vendors, self._marks, self._stays = connections, vendors, marks, stays
        self._endpoints, self._looks, self._clock = endpoints, looks, clock

    async def changes(self) -> int:
        """Look at every hotel's changes since the last look; how many marks were raised."""
        return sum([await self._guarded(each, self._changes) for each in await self._hotels()])

    async def nights(self) -> int:
        """Look at everything near today, once a night on each hotel's own clock; how many marks were raised."""
        return sum([await self._guarded(each, self._night) for each in await self._hotels()])

    async def _hotels(self) -> list[Connection]:
        now = self._clock.real_now()
        resting = {one.property_id for one in await self._endpoints.failing(ALL) if not one.closed(now)}
        every = await self._connections.all(ALL)
        return [each for each in every if each.pms in self._vendors and each.property_id not in resting]

    async def _guarded(self, hotel: Connection, look: Look) -> int:
        scope = Scope(chain=hotel.chain, properties=frozenset({hotel.property_id}))
        try:
            return await look(scope, hotel, self._vendors[hotel.pms])
        except (PmsBusy, PmsRefused) as failure:
            # The next look begins where the last whole one ended.
            if failure.code != "throttled":
                await self._endpoints.failed(scope, hotel.property_id, failure.code, self._clock.real_now())
        except PmsUnreadable as failure:
            log.warning("a list could not be read at %s", failure.field, extra={"property": hotel.property_id})
        return 0

    async def _changes(self, scope: Scope, hotel: Connection, vendor: Vendor) -> int:
        now, looked = self._clock.real_now(), await self._looks.find(scope, hotel.property_id)
        since = (looked.changes_until or now - FIRST_LOOK) - OVERLAP
        until = min(now, since + FARTHEST)
        raised = 0
        async for page in vendor.changed(hotel, since, until):
            raised += await self._compare(scope, hotel, page)
        await self._looks.note(scope, hotel.property_id, changes_until=until)
        # On a quiet night nothing else shows that it is there.
        await self._endpoints.worked(scope, hotel.property_id, now)
        return raised

    async def _night(self, scope: Scope, hotel: Connection, vendor: Vendor) -> int:
        here = self._clock.real_now().astimezone(zone(hotel.zone))
        looked = await self._looks.find(scope, hotel.property_id)
        if here.time() < NIGHT or looked.night == here.date():
            return 0
        raised = await self.whole(scope, hotel, vendor, here.date())
        await self._looks.note(scope, hotel.property_id, night=here.date())
        return raised

    async def whole(self, scope: Scope, hotel: Connection, vendor: Vendor, today: dt.date) -> int:
        """Mark what differs, what we have and the PMS has not, and everybody who is in the house."""
        there: set[str] = set()
        raised = 0
        async for page in vendor.near(hotel, today - BEHIND, today + AHEAD):
            there.update(each.number for each in page)
            raised += await self._compare(scope, hotel, page)
        ours = await self._stays.open_numbers(scope, hotel.pms)
        # A balance may change without its reservation: whoever is in the house is asked about each night.
        inside = await self._stays.open_numbers(scope, hotel.pms, status=StayStatus.CHECKED_IN)
        return raised + await self._raise(scope, hotel, [*(one for one in ours if one not in there), *inside])

    async def _compare(self, scope: Scope, hotel: Connection, page: Sequence[Listed]) -> int:
        ids = {each.number: stay_id(hotel.property_id, hotel.pms, each.number) for each in page}
        known = await self._stays.source_times(scope, list(ids.values()))
        return await self._raise(
            scope, hotel, [each.number for each in page if _news(each, known.get(ids[each.number]))]
        )

    async def _raise(self, scope: Scope, hotel: Connection, numbers: Sequence[str]) -> int:
        raised = 0
        for start in range(0, len(numbers), AT_A_TIME):
            hints = [Hint(ref=number) for number in numbers[start : start + AT_A_TIME]]
            raised += await self._marks.raise_all(scope, hotel, hints, self._clock.real_now())
        return raised


def _news(listed: Listed, known: dt.datetime | None) -> bool:
    return known is None or listed.modified is None or listed.modified > known

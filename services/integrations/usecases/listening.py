"""Listens where a PMS does not call us: a stream that is held, a queue that is emptied; both only raise marks."""

import asyncio
import datetime as dt
import logging
from collections.abc import Mapping

from services.integrations.domain.connections import Connection
from services.integrations.domain.marks import Heard
from services.integrations.ports import Connections, PmsRefused
from services.integrations.ports.following import Looks, Marks
from services.integrations.ports.vendors import Listened, PmsBusy, PmsUnreadable
from shared.chassis.clock import Clock
from shared.chassis.leases import ended
from shared.contracts.errors import AppError
from shared.contracts.values import SYSTEM_CHAIN, Scope

log = logging.getLogger(__name__)
ALL = Scope(chain=SYSTEM_CHAIN)
EVENTS, STREAM, POLL = "events", "stream", "poll"
PAUSE = dt.timedelta(seconds=10)
"""The least time between leaving a stream and coming back: Oracle's own rule is five to ten seconds."""
LOOK_S = 10.0


class Listen:
    """One stream for each hotel that has one, and a queue emptied for each that has one; never both for a hotel."""

    def __init__(
        self,
        connections: Connections,
        vendors: Mapping[str, Listened],
        marks: Marks,
        looks: Looks,
        clock: Clock,
    ) -> None:
        self._connections, self._vendors, self._marks = connections, vendors, marks
        self._looks, self._clock = looks, clock

    async def _hotels(self, way: str) -> list[Connection]:
        every = await self._connections.all(ALL)
        return [one for one in every if one.pms in self._vendors and one.options.get(EVENTS, POLL) == way]

    async def poll(self) -> int:
        """Empty every queue once; how many marks were raised."""
        return sum([await self._pull(each) for each in await self._hotels(POLL)])

    async def _pull(self, hotel: Connection) -> int:
        raised = 0
        try:
            async for heard in self._vendors[hotel.pms].pull(hotel):
                raised += await self._mark(hotel, heard)
        except (PmsBusy, PmsRefused, PmsUnreadable, AppError) as failure:
            self._failed(hotel, failure)
        return raised

    async def streams(self) -> None:
        """For ever: hold the stream of every hotel that has one; hotels come and go meanwhile."""
        held: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                wanted = {one.property_id: one for one in await self._hotels(STREAM)}
                for gone in [name for name, task in held.items() if task.done() or name not in wanted]:
                    await ended(held[gone])
                    if not held[gone].cancelled():
                        held[gone].exception()
                    del held[gone]
                for name, hotel in wanted.items():
                    if name not in held:
                        held[name] = asyncio.create_task(self._hold(hotel))
                await asyncio.sleep(LOOK_S)
        finally:
            for task in held.values():
                await ended(task)

    async def _hold(self, hotel: Connection) -> None:
        while True:
            pause = await self.once(hotel)
            await asyncio.sleep(pause.total_seconds())

    async def once(self, hotel: Connection) -> dt.timedelta:
        """One connection of a stream, from where the last one ended; how long to wait before the next.

        The offset is kept after the marks: cut off in between, events are heard twice, which does no harm.
        """
        scope = self._scope(hotel)
        begin = (await self._looks.find(scope, hotel.property_id)).offset
        try:
            async for heard, offset in self._vendors[hotel.pms].listen(hotel, begin):
                await self._mark(hotel, heard)
                await self._looks.note(scope, hotel.property_id, offset=offset)
        except (PmsBusy, PmsRefused, PmsUnreadable, AppError) as failure:
            self._failed(hotel, failure)
            return max(PAUSE, failure.after or PAUSE) if isinstance(failure, PmsBusy) else PAUSE * 6
        return PAUSE

    @staticmethod
    def _scope(hotel: Connection) -> Scope:
        return Scope(chain=hotel.chain, properties=frozenset({hotel.property_id}))

    async def _mark(self, hotel: Connection, heard: Heard) -> int:
        if not heard.hints:
            return 0
        return await self._marks.raise_all(self._scope(hotel), hotel, heard.hints, self._clock.real_now())

    @staticmethod
    def _failed(hotel: Connection, failure: Exception) -> None:
        code = failure.code if isinstance(failure, PmsBusy | PmsRefused | AppError) else "unreadable"
        log.warning("events of a PMS are not heard now (%s)", code, extra={"property": hotel.property_id})

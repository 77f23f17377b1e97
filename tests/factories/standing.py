"""A service on a real store with its business clock standing still where the test puts it; no broker is needed."""

import datetime as dt
from collections.abc import Sequence

import httpx
from fastapi import FastAPI

from shared.chassis.mongo import Tx
from shared.chassis.service import Chassis
from shared.contracts.envelope import Envelope
from tests.factories.records import NOON

NO_BROKER = "127.0.0.1:1"


class Standing:
    """One service: hand it events, set its clock, fire its timers, ask it over HTTP."""

    def __init__(self, chassis: Chassis, app: FastAPI) -> None:
        self.chassis, self.app = chassis, app
        self.at(NOON)

    async def prepare(self, knowledge: Sequence[Envelope]) -> None:
        """Create indexes and tell it its keys, policy, staff and properties."""
        await self.chassis._prepare([])

        async def learn(tx: Tx) -> None:
            await self.chassis.policy.apply(tx, knowledge)

        await self.chassis.mongo.run(learn)
        await self.chassis.policy.refresh()
        self.chassis.policy.known.heartbeat = self.chassis.clock.real_now()

    def at(self, moment: dt.datetime) -> None:
        """Put the business clock to a moment; it stays there."""
        self.chassis.clock.stand_at(moment)

    async def hears(self, *events: Envelope) -> None:
        """Apply events as its own consumer does: cursors, one transaction."""
        applier = self.chassis.consumptions[1].applier

        async def work(tx: Tx) -> None:
            await applier._handler.apply(tx, events)

        await self.chassis.mongo.run(work)

    async def fires(self) -> int:
        """Fire every timer that is due, and those that come due by it; how many."""
        fired = 0
        while count := await self.chassis.timers.fire_due():
            fired += count
        return fired

    def client(self) -> httpx.AsyncClient:
        """A client of its HTTP interface."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://service")

    async def said(self, subject: str) -> list[str]:
        """The types of the events it wrote about one aggregate, in order."""
        rows = await self.chassis.mongo.collection("events").find({"agg": subject}, sort=[("ver", 1)])
        return [row["type"] for row in rows]

"""How often machines sent card numbers, by hotel, door and day."""

import datetime as dt
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter

from services.integrations.ports.masked import MaskedAt
from shared.chassis.mongo import Document, Mongo
from shared.contracts.values import Scope

MOST = 1000


def counting(registry: CollectorRegistry) -> Callable[[str], None]:
    """The metric of masked payloads, by door; a door is one of our adapters', never a caller's word."""
    counter = Counter(
        "bellboard_masked_payloads", "Payloads of machines with card numbers, masked", ["door"], registry=registry
    )
    return lambda door: counter.labels(door).inc()


class MaskedStore:
    """One document for each hotel, door and day."""

    def __init__(self, mongo: Mongo, count: Callable[[str], None] = lambda door: None) -> None:
        self._rows, self._count = mongo.collection("masked"), count

    async def note(self, scope: Scope, property_id: str, door: str, now: dt.datetime) -> None:
        """One more, in the store and in the metric."""
        day = now.date().isoformat()
        one = {"_id": f"{scope.chain}|{property_id}|{door}|{day}"}
        where = {"chain": scope.chain, "prop": property_id, "door": door, "day": day}
        await self._rows.update_one(one, {"$set": {**where, "last": now}, "$inc": {"times": 1}}, upsert=True)
        self._count(door)

    async def since(self, scope: Scope, day: dt.date) -> list[MaskedAt]:
        """By day, newest first, of the scope's hotels."""
        wanted: Document = {"chain": scope.chain, "day": {"$gte": day.isoformat()}}
        wanted |= {} if scope.properties is None else {"prop": {"$in": sorted(scope.properties)}}
        rows = await self._rows.find(wanted, sort=[("day", -1), ("_id", 1)], limit=MOST)
        return [
            MaskedAt(property_id=row["prop"], door=row["door"], day=row["day"], times=row["times"], last=row["last"])
            for row in rows
        ]

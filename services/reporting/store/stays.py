"""Keeps stays as reporting sees them, whether each is in the sums beside it."""

import datetime as dt
from collections.abc import Sequence

from services.reporting.domain.stay import StaySeen
from shared.chassis.mongo import BulkOp, Delete, Document, Mongo, Put, Tx
from shared.contracts.values import SYSTEM_CHAIN, Scope


class MongoStays:
    """The `stays` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("stays")

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx) -> dict[str, StaySeen]:
        """Stays by id; the system scope sees all chains."""
        here = {} if scope.chain == SYSTEM_CHAIN else {"chain": scope.chain}
        rows = await self._rows.find({"_id": {"$in": sorted(set(ids))}, **here}, tx=tx)
        return {row["_id"]: _stay(row) for row in rows}

    async def save(self, scope: Scope, stays: Sequence[StaySeen], tx: Tx) -> None:
        """Keep stays."""
        ops: list[BulkOp] = [Put({"_id": one.id}, {"$set": _row(one)}) for one in stays]
        await self._rows.bulk(ops, tx=tx)

    async def drop(self, scope: Scope, stay_id: str, tx: Tx) -> None:
        """Forget one, before its events are applied again."""
        await self._rows.bulk([Delete({"_id": stay_id})], tx=tx)

    async def around(self, scope: Scope, property_id: str, start: dt.date, end: dt.date) -> list[StaySeen]:
        """Stays of one property with a night from start to end, or an arrival on one of those days."""
        wanted: Document = {"chain": scope.chain, "prop": property_id}
        wanted |= {"arrival": {"$lte": end.isoformat()}, "departure": {"$gte": start.isoformat()}}
        return [_stay(row) for row in await self._rows.find(wanted)]


def _row(stay: StaySeen) -> Document:
    return {
        "chain": stay.chain,
        "prop": stay.property_id,
        "version": stay.version,
        "arrival": stay.arrival.isoformat(),
        "departure": stay.departure.isoformat(),
        "status": stay.status.value,
        "booked_at": stay.booked_at,
        "gone_at": stay.gone_at,
    }


def _stay(row: Document) -> StaySeen:
    return StaySeen(id=row["_id"], property_id=row["prop"], **{n: row[n] for n in _KEPT})


_KEPT = ("chain", "version", "arrival", "departure", "status", "booked_at", "gone_at")

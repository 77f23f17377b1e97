"""Keeps the watch of each aggregate: one document, rewritten with every event that changes it."""

from collections.abc import Sequence

from services.alerts.domain.watch import Watch
from services.alerts.store.scoping import within
from shared.chassis.mongo import BulkOp, Document, Mongo, Put, Tx
from shared.contracts.values import Scope


class MongoWatches:
    """The `watches` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("watches")

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx) -> dict[str, Watch]:
        """The watches of these aggregates, by id."""
        rows = await self._rows.find({"_id": {"$in": sorted(set(ids))}, **within(scope)}, tx=tx)
        return {row["_id"]: _watch(row) for row in rows}

    async def save(self, scope: Scope, watches: Sequence[Watch], tx: Tx) -> None:
        """Keep these watches."""
        ops: list[BulkOp] = [Put({"_id": one.id, "chain": scope.chain}, {"$set": _row(one)}) for one in watches]
        await self._rows.bulk(ops, tx=tx)

    async def drop(self, scope: Scope, aggregate_id: str, tx: Tx) -> None:
        """Forget one aggregate; its alerts stay, their ids are found again."""
        await self._rows.delete_one({"_id": aggregate_id}, tx=tx)  # a rebuild knows the aggregate, not its chain

    async def of_stays(self, scope: Scope, stay_ids: Sequence[str], tx: Tx) -> list[Watch]:
        """The watches of the records of these stays."""
        rows = await self._rows.find({"stay": {"$in": sorted(set(stay_ids))}, **within(scope)}, tx=tx)
        return [_watch(row) for row in rows]

    async def opened_by(self, scope: Scope, sources: Sequence[str], tx: Tx) -> frozenset[str]:
        """Those of these messages and comments for which a record was opened."""
        wanted = {"opened_by": {"$in": sorted(set(sources))}, **within(scope)}
        rows = await self._rows.find(wanted, projection={"opened_by": 1}, tx=tx) if sources else []
        return frozenset(row["opened_by"] for row in rows)

    async def active(self, scope: Scope, property_id: str, limit: int) -> list[Watch]:
        """The watches of a property that still wait for something, or are about what is open."""
        wanted = {"property_id": property_id, "active": True, **within(scope)}
        return [_watch(row) for row in await self._rows.find(wanted, limit=limit)]

    async def active_after(self, scope: Scope, property_id: str | None, after: str, limit: int, tx: Tx) -> list[Watch]:
        """The next such watches after an id, in the order of ids; of every property where none is named."""
        wanted: Document = {"active": True, "_id": {"$gt": after}, **within(scope)}
        wanted |= {"property_id": property_id} if property_id else {}
        return [_watch(row) for row in await self._rows.find(wanted, sort=[("_id", 1)], limit=limit, tx=tx)]


def _row(watch: Watch) -> Document:
    waiting = [clock.due for clock in watch.clocks if clock.due is not None and clock.alert is None]
    return {**watch.model_dump(exclude={"id"}), "unrung": min(waiting, default=None), "active": watch.active}


def _watch(row: Document) -> Watch:
    fields = {name: row[name] for name in Watch.model_fields if name in row}
    return Watch.model_validate({**fields, "id": row["_id"]})

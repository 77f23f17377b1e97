"""Keeps facts: one document a record, with the few fields beside it that queries need.

The fact itself is its JSON: three times faster to read than nested documents, and exactly what is hashed.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Sequence

from services.reporting.domain.fact import Fact
from services.reporting.domain.moments import moments_of
from services.reporting.domain.standing import Standing, standing_of
from services.reporting.ports import Known
from shared.chassis.mongo import BulkOp, Document, Mongo, Put, Tx
from shared.contracts.values import SYSTEM_CHAIN, Instant, Scope


class MongoFacts:
    """The `facts` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("facts")

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx | None = None) -> dict[str, Fact]:
        """Facts by id."""
        wanted = {"_id": {"$in": sorted(set(ids))}, **_within(scope)}
        rows = await self._rows.find(wanted, projection={"body": 1}, tx=tx)
        return {row["_id"]: fact_of(row) for row in rows}

    async def known(self, scope: Scope, ids: Sequence[str], version: int, tx: Tx) -> dict[str, Known]:
        """Facts by id, and whether each is in the sums of this version."""
        wanted = {"_id": {"$in": sorted(set(ids))}, **_within(scope)}
        rows = await self._rows.find(wanted, projection={"body": 1, "counted": 1}, tx=tx)
        return {row["_id"]: Known(fact_of(row), row.get("counted") == version) for row in rows}

    async def uncounted(self, scope: Scope, version: int, limit: int, tx: Tx) -> list[Fact]:
        """Facts that are not in the sums of this version yet."""
        wanted = {**_within(scope), "counted": {"$ne": version}}
        return [fact_of(row) for row in await self._rows.find(wanted, limit=limit, tx=tx)]

    async def save(self, scope: Scope, facts: Sequence[Fact], tx: Tx, version: int = 0) -> None:
        """Keep facts, which are in the sums of this version."""
        ops: list[BulkOp] = [
            Put({"_id": one.id, "chain": one.chain}, {"$set": _row(one) | {"counted": version}}) for one in facts
        ]
        await self._rows.bulk(ops, tx=tx)

    async def holding(self, scope: Scope, subject: str, tx: Tx) -> list[Fact]:
        """The facts that hold something of one aggregate; the system scope sees all chains."""
        wanted = {"$or": [{"_id": subject}, {"parts": subject}]}
        return [fact_of(row) for row in await self._rows.find({**wanted, **_within(scope)}, tx=tx)]

    async def get(self, scope: Scope, record_id: str) -> Fact | None:
        """One fact within the scope."""
        row = await self._rows.find_one({"_id": record_id, **_within(scope)})
        return fact_of(row) if row else None

    async def touching(
        self,
        scope: Scope,
        start: Instant,
        end: Instant,
        after: str | None,
        limit: int,
        *,
        standing: bool,
        lingering: bool = False,
    ) -> list[Fact]:
        """Facts that something happened to in a time (or all that are open), those first that moved last.

        `lingering`: those too that are open since before and did not move in it. At most `limit`, after the place that
        `place_of` the last of them named.
        """
        inside: Document = {"open": True} if standing else {"first_at": {"$lt": end}, "last_at": {"$gte": start}}
        rows = await self._moved(scope, inside, after, limit)
        if lingering and not standing and len(rows) < limit:
            # All of them moved before any of those above: the list goes on in its order.
            rows += await self._moved(scope, {"open": True, "last_at": {"$lt": start}}, after, limit - len(rows))
        # Off the event loop: thousands of facts are read for a page, and events must flow meanwhile.
        return await asyncio.to_thread(lambda: [fact_of(row) for row in rows])

    async def _moved(self, scope: Scope, which: Document, after: str | None, limit: int) -> list[Document]:
        wanted: Document = {**_within(scope), **which}
        if after is not None:
            moment, _, record = after.partition("|")
            at = dt.datetime.fromisoformat(moment)
            wanted["$or"] = [{"last_at": {"$lt": at}}, {"last_at": at, "_id": {"$gt": record}}]
        return await self._rows.find(wanted, projection={"body": 1}, sort=[("last_at", -1), ("_id", 1)], limit=limit)

    async def in_order(self, scope: Scope, start: Instant, end: Instant, after: str, limit: int) -> list[Fact]:
        """Facts that something happened to in a time, by their ids, beyond one: each once, whatever moves meanwhile."""
        wanted = {**_within(scope), "_id": {"$gt": after}, "first_at": {"$lt": end}, "last_at": {"$gte": start}}
        rows = await self._rows.find(wanted, projection={"body": 1}, sort=[("_id", 1)], limit=limit, hint=("_id",))
        return await asyncio.to_thread(lambda: [fact_of(row) for row in rows])

    async def standing(self, scope: Scope) -> list[Standing]:
        """Everything that is open, as reports about now need it."""
        wanted = {**_within(scope), "open": True}
        rows = await self._rows.find(wanted, projection={"_id": 0, "now": 1})
        return [Standing(**row["now"]) for row in rows if row.get("now")]

    async def overdue(self, scope: Scope, now: Instant, limit: int) -> list[Standing]:
        """What is open, past its due moment with its clock running, and was not told of for that moment."""
        wanted: Document = {**_within(scope), "open": True, "now.due_at": {"$lte": now}}
        wanted["$expr"] = {"$ne": ["$told_due", "$now.due_at"]}
        wanted["$or"] = [{"now.paused_at": None}, {"$expr": {"$gt": ["$now.paused_at", "$now.due_at"]}}]
        rows = await self._rows.find(wanted, projection={"_id": 0, "now": 1}, sort=[("now.due_at", 1)], limit=limit)
        return [Standing(**row["now"]) for row in rows]

    async def told_overdue(self, scope: Scope, told: Sequence[Standing]) -> None:
        """These were told of, each for its due moment."""
        ops: list[BulkOp] = [Put({"_id": one.id}, {"$set": {"told_due": one.due_at}}, upsert=False) for one in told]
        await self._rows.bulk(ops, ordered=False)

    async def every(self, scope: Scope) -> AsyncIterator[Fact]:
        """All facts of a scope, in the order of their ids."""
        async for row in self._rows.stream(_within(scope), sort=[("_id", 1)]):
            yield fact_of(row)


def _within(scope: Scope) -> Document:
    if scope.chain == SYSTEM_CHAIN:
        return {}
    if scope.properties is None:
        return {"chain": scope.chain}
    return {"chain": scope.chain, "property_id": {"$in": sorted(scope.properties)}}


def _row(fact: Fact) -> Document:
    moments = sorted(moments_of(fact))
    open_now = standing_of(fact)
    return {
        "property_id": fact.property_id,
        "now": dict(vars(open_now)) if open_now else None,
        "body": fact.model_dump_json(),
        "parts": list(fact.parts),
        "open": fact.life is not None and fact.life.is_open,
        "first_at": moments[0] if moments else None,
        "last_at": moments[-1] if moments else None,
    }


def fact_of(row: Document) -> Fact:
    """A stored fact as it was folded."""
    return Fact.model_validate_json(row["body"])

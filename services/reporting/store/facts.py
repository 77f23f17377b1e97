"""Keeps facts: one document a record, with the few fields beside it that queries need.

The fact itself is its JSON: three times faster to read than nested documents, and exactly what is hashed.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterator, Sequence

from services.reporting.domain.fact import Fact
from shared.chassis.mongo import BulkOp, Document, Mongo, Put, Tx
from shared.contracts.values import SYSTEM_CHAIN, Instant, Scope


class MongoFacts:
    """The `facts` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("facts")

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx | None = None) -> dict[str, Fact]:
        """Facts by id."""
        rows = await self._rows.find({"_id": {"$in": sorted(set(ids))}, **_within(scope)}, tx=tx)
        return {row["_id"]: fact_of(row) for row in rows}

    async def save(self, scope: Scope, facts: Sequence[Fact], tx: Tx) -> None:
        """Keep facts."""
        ops: list[BulkOp] = [Put({"_id": one.id, "chain": one.chain}, {"$set": _row(one)}) for one in facts]
        await self._rows.bulk(ops, tx=tx)

    async def holding(self, scope: Scope, subject: str, tx: Tx) -> list[Fact]:
        """The facts that hold something of one aggregate; the system scope sees all chains."""
        wanted = {"$or": [{"_id": subject}, {"parts": subject}]}
        return [fact_of(row) for row in await self._rows.find({**wanted, **_within(scope)}, tx=tx)]

    async def get(self, scope: Scope, record_id: str) -> Fact | None:
        """One fact within the scope."""
        row = await self._rows.find_one({"_id": record_id, **_within(scope)})
        return fact_of(row) if row else None

    async def touching(self, scope: Scope, start: Instant, end: Instant) -> list[Fact]:
        """Facts that something happened to in a time, and all that are open."""
        within = {"first_at": {"$lt": end}, "last_at": {"$gte": start}}
        wanted = {**_within(scope), "$or": [within, {"open": True}]}
        rows = await self._rows.find(wanted, projection={"body": 1})
        # Off the event loop: thousands of facts are read for a report, and events must flow meanwhile.
        return await asyncio.to_thread(lambda: [fact_of(row) for row in rows])

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
    moments = sorted(_moments(fact))
    return {
        "property_id": fact.property_id,
        "body": fact.model_dump_json(),
        "parts": list(fact.parts),
        "open": fact.life is not None and fact.life.is_open,
        "first_at": moments[0] if moments else None,
        "last_at": moments[-1] if moments else None,
    }


def _moments(fact: Fact) -> Iterator[dt.datetime]:
    """Every moment that some report counts by."""
    if fact.life:
        yield from (fact.life.opened_at, fact.life.due_at)
        yield from (one.closed_at for one in fact.life.closes)
        yield from (one.at for one in fact.life.exceptions)
        yield from (one.at for one in fact.life.lines)
    yield from (one.opened_at for one in fact.alerts)
    yield from (one.made_at for one in fact.offers)


def fact_of(row: Document) -> Fact:
    """A stored fact as it was folded."""
    return Fact.model_validate_json(row["body"])

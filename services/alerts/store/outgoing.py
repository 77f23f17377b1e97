"""Where deliveries wait to be sent: claimed for a minute by one process, so that a crash only delays them."""

import datetime as dt
from collections.abc import Mapping, Sequence

from services.alerts.ports.channels import Settled, Waiting
from services.alerts.store.notices import PENDING, delivery_of, row_of
from shared.chassis.mongo import BulkOp, Document, Mongo, Put, Tx
from shared.contracts.values import Instant, Scope

CLAIM = dt.timedelta(seconds=60)


class MongoOutgoing:
    """The outgoing rows of the `notifications` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo, self._rows = mongo, mongo.collection("notifications")

    async def claim(self, scope: Scope, now: Instant, real: Instant, limit: int) -> list[Waiting]:
        """Deliveries that are due in business time and free in real time, each claimed for a minute; of all chains."""
        free: Document = {"st": PENDING, "visible_at": {"$lte": now}, "retry_at": {"$not": {"$gt": real}}}
        rows = await self._rows.find(free, sort=[("visible_at", 1)], limit=limit)
        found = []
        for row in rows:
            mine = {"_id": row["_id"], "st": PENDING, "tries": row["tries"], "retry_at": row["retry_at"]}
            taken = {"$set": {"retry_at": real + CLAIM}, "$inc": {"tries": 1}}
            if await self._rows.update_one(mine, taken):
                tries = row["tries"] + 1
                found.append(Waiting(row["chain"], delivery_of(row), tries, tries))
        return found

    async def settle(self, scope: Scope, settled: Sequence[Settled]) -> None:
        """Write down what became of claimed ones; one that falls over to another channel waits there, at once."""
        ops: list[BulkOp] = []
        for one in settled:
            mine = {"_id": one.waiting.delivery.id, "st": PENDING, "tries": one.waiting.claim}
            line = {"at": one.at, "state": one.state, "code": one.code}
            told: Document = {
                "st": one.state,
                "retry_at": one.retry_at,
                "failure": None if one.code == "ok" else one.code,
            }
            told |= {"maybe_twice": True} if one.maybe else {}
            told |= {"tries": one.waiting.claim - 1} if one.code == "throttled" else {}
            ops.append(Put(mine, {"$set": told, "$push": {"log": line}}, upsert=False))
            if one.followed_by is not None:
                row = row_of(Scope(chain=one.waiting.chain), one.followed_by)
                ops.append(Put({"_id": one.followed_by.id}, {"$setOnInsert": row}))

        # What fails and what follows it are written together, so that a crash never loses the way to somebody.
        async def work(tx: Tx) -> None:
            await self._rows.bulk(ops, tx=tx)

        if ops:
            await self._mongo.run(work)

    async def walled(
        self, scope: Scope, property_id: str | None, after: Instant
    ) -> list[tuple[str, str, str, str, Instant]]:
        """(id, property, wall, zone, visible at) of the deliveries put off to a local time after a moment."""
        wanted: Document = {"wall": {"$type": "string"}, "visible_at": {"$gt": after}}
        wanted |= {"property_id": property_id} if property_id else {}
        rows = await self._rows.find(wanted)
        return [(row["_id"], row["property_id"], row["wall"], row["zone"], row["visible_at"]) for row in rows]

    async def rezone(self, scope: Scope, moves: Mapping[str, Instant]) -> None:
        """Put deliveries that wait off to other moments."""
        puts = [Put({"_id": one}, {"$set": {"visible_at": at}}, upsert=False) for one, at in moves.items()]
        await self._rows.bulk(puts)

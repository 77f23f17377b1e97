"""Where deliveries wait to be sent: claimed for a minute by one process, so that a crash only delays them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from services.alerts.domain.notice import Delivery
from services.alerts.domain.receipts import SENT, Arrived, Receipt, moves
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

        # What fails and what follows it are written together, so that a crash never loses the way to somebody.
        async def work(tx: Tx) -> None:
            sent = [one.waiting.delivery.id for one in settled if one.state == SENT]
            early = {"_id": {"$in": sent}, "receipt": {"$type": "object"}}
            rows = await self._rows.find(early, projection={"receipt": 1}, tx=tx) if sent else []
            told = {row["_id"]: Receipt.model_validate(row["receipt"]) for row in rows}
            ops = [op for one in settled for op in _settling(_received(one, told.get(one.waiting.delivery.id)))]
            await self._rows.bulk(ops, tx=tx)

        if settled:
            await self._mongo.run(work)

    async def name(self, scope: Scope, deliveries: Sequence[str], letter: str) -> None:
        """Note the key of the one letter that tells these."""
        await self._rows.update_many({"_id": {"$in": list(deliveries)}}, {"$set": {"letter": letter}})

    async def receive(
        self, scope: Scope, letter: str, receipt: Receipt, otherwise: Callable[[Delivery], Delivery | None]
    ) -> int:
        """Take a receipt in for all that a letter told; what was lost goes the next way. How many it told of.

        One that comes before we have noted that the letter left waits at the delivery, for `settle` to find.
        """

        async def work(tx: Tx) -> int:
            rows = [
                *await self._rows.find({"_id": letter, "st": {"$exists": True}}, tx=tx),
                *await self._rows.find({"letter": letter}, tx=tx),
            ]
            ops: list[BulkOp] = []
            for row in rows:
                if row["st"] == PENDING:
                    kept = {"$set": {"receipt": receipt.model_dump()}}
                    ops.append(Put({"_id": row["_id"], "receipt": None}, kept, upsert=False))
                elif moves(row["st"]):
                    ops.extend(_receiving(row, receipt, otherwise(delivery_of(row))))
            await self._rows.bulk(ops, tx=tx)
            return len(rows)

        return await self._mongo.run(work)

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


def _received(one: Settled, receipt: Receipt | None) -> Settled:
    """A letter that left, with what its receipt said before we knew that it had left."""
    if receipt is None:
        return one
    lost = receipt.state is Arrived.FAILED
    way = one.otherwise if lost else None
    return replace(one, state=receipt.state.value, code=receipt.code, followed_by=way)


def _settling(one: Settled) -> list[BulkOp]:
    mine = {"_id": one.waiting.delivery.id, "st": PENDING, "tries": one.waiting.claim}
    told: Document = {"st": one.state, "retry_at": one.retry_at, "failure": None if one.code == "ok" else one.code}
    told |= {"maybe_twice": True} if one.maybe else {}
    told |= {"tries": one.waiting.claim - 1} if one.code == "throttled" else {}
    ops: list[BulkOp] = [Put(mine, {"$set": told, "$push": {"log": _line(one.at, one.state, one.code)}}, upsert=False)]
    return [*ops, *_following(one.waiting.chain, one.followed_by)]


def _receiving(row: Document, receipt: Receipt, way: Delivery | None) -> list[BulkOp]:
    state, failure = receipt.state.value, None if receipt.code == "ok" else receipt.code
    line = _line(receipt.at, state, receipt.code)
    told = {"$set": {"st": state, "failure": failure}, "$push": {"log": line}}
    ops: list[BulkOp] = [Put({"_id": row["_id"], "st": row["st"]}, told, upsert=False)]
    return [*ops, *_following(row["chain"], way if receipt.state is Arrived.FAILED else None)]


def _following(chain: str, way: Delivery | None) -> list[BulkOp]:
    return [Put({"_id": way.id}, {"$setOnInsert": row_of(Scope(chain=chain), way)})] if way is not None else []


def _line(at: dt.datetime, state: str, code: str) -> Document:
    return {"at": at, "state": state, "code": code}

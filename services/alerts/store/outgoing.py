"""Where deliveries wait to be sent: claimed for a minute by one process, so that a crash only delays them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from services.alerts.domain.notice import Delivery
from services.alerts.domain.outgoing import Kind
from services.alerts.domain.preferences import INBOX, PLACE
from services.alerts.domain.receipts import Arrived, Receipt, moves
from services.alerts.ports.channels import Settled, Waiting
from services.alerts.store.notices import PENDING, delivery_of, ring_id, row_of
from services.alerts.store.scoping import within
from shared.chassis.mongo import BulkOp, Document, Mongo, Put, Tx
from shared.contracts.values import Instant, Scope

CLAIM = dt.timedelta(seconds=60)
"""Longer than any channel gives one try; it begins anew with the try."""
PLACES = frozenset(kind.value for kind in Kind)
MOST_TOLD = 200
MOST_UNSORTED = 200
MOST_HEIRS = 50


class MongoOutgoing:
    """The outgoing rows of the `notifications` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo, self._rows = mongo, mongo.collection("notifications")
        self._rings = mongo.collection("rings")

    async def claim(
        self, scope: Scope, queue: str, now: Instant, real: Instant, limit: int
    ) -> list[tuple[Waiting, ...]]:
        """Letters of one channel, due in business time and free in real time, each claimed for a minute; of all chains.

        The gravest first, then the oldest. A person's digest is one letter about several deliveries.
        """
        free = _free(now, real) | _of(queue)
        found: list[tuple[Waiting, ...]] = []
        for row in await self._rows.find(free, sort=[("rank", 1), ("visible_at", 1)], limit=limit):
            first = await self._taken(row, real)
            if first is not None:
                found.append((first, *await self._mates(row, free, real)))
        return found

    async def _mates(self, row: Document, free: Document, real: Instant) -> list[Waiting]:
        """What is told together with it: a digest's rest, and of one that was begun just what it told."""
        if not row["digest"]:
            return []
        whose = {name: row.get(name) for name in ("chain", "staff_id", "digest", "letter")}
        rows = await self._rows.find(free | whose, sort=[("visible_at", 1)], limit=MOST_TOLD)
        return [one for each in rows if (one := await self._taken(each, real)) is not None]

    async def _taken(self, row: Document, real: Instant) -> Waiting | None:
        mine = {"_id": row["_id"], "st": PENDING, "tries": row["tries"], "retry_at": row["retry_at"]}
        told: Document = {"retry_at": real + CLAIM, "begun": False}
        # Whoever had it began to send and was never heard of again: it may have left.
        told |= {"maybe_twice": True} if row.get("begun") else {}
        if not await self._rows.update_one(mine, {"$set": told, "$inc": {"tries": 1}}):
            return None
        tries = row["tries"] + 1
        return Waiting(row["chain"], delivery_of(row), tries, tries, row.get("letter"))

    async def begin(self, scope: Scope, group: Sequence[Waiting], letter: str, real: Instant) -> bool:
        """Note that this letter, under its key, is about to leave; False when a claim on it is not ours any more."""
        ours: list[Document] = [{"_id": one.delivery.id, "tries": one.claim} for one in group]
        told: Document = {"begun": True, "retry_at": real + CLAIM}
        # Whoever tells us later what became of it knows this key alone.
        told |= {"letter": letter} if [one.delivery.id for one in group] != [letter] else {}
        return await self._rows.update_many({"$or": ours, "st": PENDING}, {"$set": told}) == len(group)

    async def unsorted(self, scope: Scope, now: Instant, real: Instant, queues: Sequence[str]) -> list[Waiting]:
        """What is due and in no queue: places whose channel is not known yet, and channels that are not there."""
        places: Document = {"channel": PLACE, "via": {"$nin": list(queues)}}
        strays: Document = {"channel": {"$nin": [*queues, PLACE]}}
        rows = await self._rows.find(_free(now, real) | {"$or": [places, strays]}, limit=MOST_UNSORTED)
        return [Waiting(row["chain"], delivery_of(row), row["tries"], row["tries"]) for row in rows]

    async def sort(self, scope: Scope, delivery: str, queue: str) -> None:
        """Note by which channel a place is told."""
        await self._rows.update_one({"_id": delivery, "st": PENDING}, {"$set": {"via": queue}})

    async def grouped(self, scope: Scope, lead: Delivery) -> list[Delivery]:
        """The other notifications of a group, oldest first, that were listed while its lead rang for them."""
        wanted: Document = {"group": lead.group, "channel": INBOX, "alert": {"$ne": lead.alert}, **within(scope)}
        wanted |= {} if lead.destination else {"staff_id": lead.staff_id}
        rows = await self._rows.find(wanted, sort=[("visible_at", 1), ("_id", 1)], limit=MOST_HEIRS)
        return [delivery_of(row) for row in rows]

    async def settle(self, scope: Scope, settled: Sequence[Settled]) -> None:
        """Write down what became of claimed ones; one that falls over to another channel waits there, at once.

        Of one whose claim is not ours any more nothing is written, and nothing follows it.
        """

        # What fails and what follows it are written together, so that a crash never loses the way to somebody.
        async def work(tx: Tx) -> None:
            ids = [one.waiting.delivery.id for one in settled]
            rows = await self._rows.find({"_id": {"$in": ids}, "st": PENDING}, projection={"tries": 1}, tx=tx)
            claims = {row["_id"]: row["tries"] for row in rows}
            ours = [one for one in settled if claims.get(one.waiting.delivery.id) == one.waiting.claim]
            await self._rows.bulk([op for one in ours for op in _settling(one)], tx=tx)
            for one in ours:
                if one.unring and one.followed_by is None:
                    # Nobody was rung: who joins the group later is no follower of one that never led.
                    lead = one.waiting.delivery
                    await self._rings.delete_one({"_id": ring_id(lead.group, lead.hearer)}, tx=tx)

        if settled:
            await self._mongo.run(work)

    async def receive(
        self, scope: Scope, letter: str, receipt: Receipt, otherwise: Callable[[Delivery], Delivery | None]
    ) -> int:
        """Take a receipt in for all that a letter told; what was lost goes the next way. How many it told of.

        One that comes before we have noted that the letter left is the last word, too: there is nothing to try again.
        """

        async def work(tx: Tx) -> int:
            rows = [
                *await self._rows.find({"_id": letter, "st": {"$exists": True}}, tx=tx),
                *await self._rows.find({"letter": letter, "_id": {"$ne": letter}}, tx=tx),
            ]
            ops: list[BulkOp] = []
            for row in rows:
                if moves(row["st"]):
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


def _free(now: Instant, real: Instant) -> Document:
    return {"st": PENDING, "visible_at": {"$lte": now}, "retry_at": {"$not": {"$gt": real}}}


def _of(queue: str) -> Document:
    """A channel's own letters, and those to places that are told by it."""
    return {"channel": queue} if queue not in PLACES else {"channel": PLACE, "via": queue}


def _settling(one: Settled) -> list[BulkOp]:
    mine = {"_id": one.waiting.delivery.id, "st": PENDING, "tries": one.waiting.claim}
    told: Document = {"st": one.state, "retry_at": one.retry_at, "failure": None if one.code == "ok" else one.code}
    told |= {"begun": False}
    told |= {"maybe_twice": True} if one.maybe else {}
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

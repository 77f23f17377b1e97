"""Deliveries to partners in MongoDB: one row for each event and subscription, numbered without a gap."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from services.integrations.domain.deliveries import Delivery, DeliveryState
from services.integrations.domain.partners import Standing, Subscription
from shared.chassis.clock import Clock
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import BulkOp, Document, Mongo, Put, Tx
from shared.chassis.outbox import Outbox
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import conflict
from shared.contracts.values import SYSTEM_CHAIN, Scope

LISTED, LIVE = 0, 1
BATCH = 500
CLAIM_S = 60
MOST_REPLAYED = 10_000
_WAITING, _PENDING = DeliveryState.WAITING.value, DeliveryState.PENDING.value
_MOVING = ("number", "state", "attempts", "due_at", "status", "fault", "done_at")
"""What changes of a row, kept beside its body."""


class DeliveryStore:
    """The `partner_deliveries` of this service, kept for 30 days of real time."""

    def __init__(self, mongo: Mongo, outbox: Outbox, idempotency: Idempotency, clock: Clock) -> None:
        self._mongo, self._outbox, self._idempotency, self._clock = mongo, outbox, idempotency, clock
        self._rows, self._subscriptions = mongo.collection("partner_deliveries"), mongo.collection("subscriptions")

    async def write(self, scope: Scope, tx: Tx, rows: Sequence[Delivery], rank: int) -> int:
        """Write down what is not there yet; how many were new. The lower rank is numbered first."""
        ids = [one.row for one in rows]
        there = {row["_id"] for row in await self._rows.find({"_id": {"$in": ids}}, projection={"_id": 1}, tx=tx)}
        new = [one for one in rows if one.row not in there]
        now = self._clock.real_now()
        documents = [_row(one) | {"rank": rank, "order": self._clock.new_id(), "at": now} for one in new]
        await self._rows.insert_many(documents, tx=tx)
        return len(new)

    async def list_from(self, scope: Scope, one: Subscription, rows: Sequence[Delivery], last: str, done: bool) -> None:
        """Write down a part of what stands, and how far that is; `done` makes the subscription active."""

        async def work(tx: Tx) -> None:
            await self.write(scope, tx, rows, LISTED)
            moved: Document = {"listed": last}
            if done:
                moved |= {"standing": Standing.ACTIVE.value, "body.standing": Standing.ACTIVE.value}
            mine = {"_id": one.id, "chain": scope.chain, "standing": Standing.STARTING.value}
            await self._subscriptions.update_one(mine, {"$set": moved}, tx=tx)

        await self._mongo.run(work)

    async def add(
        self, scope: Scope, one: Subscription, rows: Sequence[Delivery], event: NewEvent, ctx: CommandContext
    ) -> int:
        """Write rows down by a command, with the subscription's new version; how many."""

        async def work(tx: Tx) -> int:
            await self._idempotency.keep(tx, ctx, 200, one.id, len(rows))
            await self._versioned(tx, one)
            await self._outbox.append(tx, [event], ctx.provenance)
            return await self.write(scope, tx, rows, LIVE)

        return await self._mongo.run(work)

    async def _versioned(self, tx: Tx, one: Subscription) -> None:
        row = {"version": one.version, "body.version": one.version}
        mine = {"_id": one.id, "chain": one.chain, "version": one.version - 1}
        if not await self._subscriptions.update_one(mine, {"$set": row}, tx=tx):
            raise conflict("subscription_moved_on", "Somebody else has changed this subscription at the same moment.")

    async def listed_to(self, scope: Scope, subscription_id: str) -> str:
        """How far what stands is written down; empty at the beginning."""
        row = await self._subscriptions.find_one({"_id": subscription_id, "chain": scope.chain})
        return str(row["listed"]) if row else ""

    async def number(self, scope: Scope, subscription_id: str, now: dt.datetime) -> int:
        """Give the next numbers to what waits for one; how many."""
        if not await self._rows.find_one({"sub": subscription_id, "state": _WAITING}, projection={"_id": 1}):
            return 0

        async def work(tx: Tx) -> int:
            wanted = {"sub": subscription_id, "state": _WAITING}
            order = [("rank", 1), ("order", 1)]
            found = await self._rows.find(wanted, projection={"_id": 1}, sort=order, limit=BATCH, tx=tx)
            if not found:
                return 0
            mine = {"_id": subscription_id, "chain": scope.chain}
            counted = await self._subscriptions.find_one_and_update(mine, {"$inc": {"numbers": len(found)}}, tx=tx)
            if counted is None:
                return 0
            first = int(counted["numbers"]) - len(found) + 1
            ops: list[BulkOp] = [
                Put(
                    {"_id": row["_id"]}, {"$set": {"number": first + n, "state": _PENDING, "due_at": now}}, upsert=False
                )
                for n, row in enumerate(found)
            ]
            await self._rows.bulk(ops, tx=tx)
            return len(found)

        return await self._mongo.run(work)

    async def due(self, scope: Scope, now: dt.datetime) -> list[str]:
        """Subscriptions that something is due for."""
        wanted: Document = {"state": _PENDING, "due_at": {"$lte": now}}
        wanted |= {} if scope.chain == SYSTEM_CHAIN else {"chain": scope.chain}
        return sorted(await self._rows.distinct("sub", wanted))

    async def claim(self, scope: Scope, subscription_id: str, now: dt.datetime, limit: int) -> list[Delivery]:
        """Take some that are due; what was claimed a minute ago and never settled is due again."""
        old = now - dt.timedelta(seconds=CLAIM_S)
        wanted = {"sub": subscription_id, "state": _PENDING, "due_at": {"$lte": now}, "claimed": {"$lte": old}}
        taken: list[Delivery] = []
        while len(taken) < limit:
            row = await self._rows.find_one_and_update(
                wanted, {"$set": {"claimed": now}}, sort=[("due_at", 1), ("number", 1)]
            )
            if row is None:
                break
            taken.append(_delivery(row))
        return taken

    async def settle(self, scope: Scope, after: Delivery) -> None:
        """Save how a try ended."""
        mine = {"_id": after.row, "chain": scope.chain, "state": _PENDING}
        moved = {name: value for name, value in _row(after).items() if name in _MOVING and name != "number"}
        await self._rows.update_one(mine, {"$set": moved | {"claimed": _NEVER}})

    async def unsent(self, scope: Scope, subscription_id: str, limit: int) -> list[Delivery]:
        """The next of a topic, in order of their numbers."""
        wanted = {"sub": subscription_id, "state": _PENDING}
        return [_delivery(row) for row in await self._rows.find(wanted, sort=[("number", 1)], limit=limit)]

    async def sent(self, scope: Scope, rows: Sequence[str], now: dt.datetime) -> None:
        """These are on the topic."""
        done = {"state": DeliveryState.DONE.value, "done_at": now}
        await self._rows.update_many({"_id": {"$in": list(rows)}}, {"$set": done, "$inc": {"attempts": 1}})

    async def log(
        self, scope: Scope, subscription_id: str, state: DeliveryState | None, after: int, limit: int
    ) -> list[Delivery]:
        """A page of deliveries, newest number first, before a number (0: from the newest)."""
        wanted: Document = {"sub": subscription_id, "chain": scope.chain, "number": {"$gt": 0}}
        wanted |= {"number": {"$gt": 0, "$lt": after}} if after else {}
        wanted |= {"state": state.value} if state else {}
        return [_delivery(row) for row in await self._rows.find(wanted, sort=[("number", -1)], limit=limit)]

    async def replay(
        self,
        scope: Scope,
        one: Subscription,
        chosen: Mapping[str, Any],
        event: NewEvent,
        ctx: CommandContext,
        now: dt.datetime,
    ) -> int:
        """Make deliveries due again, by `ids` or by `since` and `until`; how many."""
        wanted: Document = {"sub": one.id, "chain": scope.chain, "number": {"$gt": 0}}
        if chosen.get("ids"):
            wanted |= {"event": {"$in": list(chosen["ids"])}}
        else:
            wanted |= {"time": {"$gte": chosen["since"], "$lte": chosen["until"]}}

        async def work(tx: Tx) -> int:
            found = await self._rows.find(
                wanted, projection={"_id": 1}, sort=[("number", 1)], limit=MOST_REPLAYED, tx=tx
            )
            ids = [row["_id"] for row in found]
            await self._idempotency.keep(tx, ctx, 200, one.id, max(1, len(ids)))
            again = {"state": _PENDING, "attempts": 0, "due_at": now, "claimed": _NEVER, "done_at": None}
            await self._rows.update_many({"_id": {"$in": ids}}, {"$set": again}, tx=tx)
            await self._versioned(tx, one)
            await self._outbox.append(tx, [event], ctx.provenance)
            return len(ids)

        return await self._mongo.run(work)


_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _row(one: Delivery) -> Document:
    body = one.model_dump(mode="json", exclude=set(_MOVING))
    moving = one.model_dump(include=set(_MOVING)) | {"state": one.state.value}
    named = {"_id": one.row, "chain": one.chain, "sub": one.subscription, "event": one.id, "time": one.time}
    return {**named, **moving, "claimed": _NEVER, "body": body}


def _delivery(row: Document) -> Delivery:
    return Delivery.model_validate(row["body"] | {name: row[name] for name in _MOVING})

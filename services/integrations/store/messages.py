"""Guest messages with their texts, drafts, and the maildrop of hotels without a channel."""

import datetime as dt
from collections.abc import Sequence

from services.integrations.domain.messages import Draft, GuestMessage, Progress, told
from services.integrations.store.scoping import within
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import Document, Duplicate, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.values import SYSTEM_CHAIN, Scope

PENDING, SENDING = Progress.PENDING.value, Progress.SENDING.value


def _row(row: GuestMessage) -> Document:
    return {
        "_id": row.message.id,
        "chain": row.chain,
        "prop": row.message.property_id,
        "stay": row.message.stay_id,
        "guest": row.message.guest_id,
        "progress": row.progress.value,
        "at": row.message.at,
        "body": row.model_dump(mode="json"),
    }


def _message(row: Document) -> GuestMessage:
    return GuestMessage.model_validate(row["body"])


class MessageStore:
    """The `messages`, `drafts` and `maildrop` of this service."""

    def __init__(self, mongo: Mongo, outbox: Outbox, idempotency: Idempotency) -> None:
        self._mongo, self._outbox, self._idempotency = mongo, outbox, idempotency
        self._rows, self._drafts = mongo.collection("messages"), mongo.collection("drafts")
        self._maildrop = mongo.collection("maildrop")

    async def request(self, scope: Scope, tx: Tx, rows: Sequence[GuestMessage]) -> int:
        """Keep what was asked for and is not there yet; how many were new."""
        ids = [row.message.id for row in rows]
        there = {row["_id"] for row in await self._rows.find({"_id": {"$in": ids}}, projection={"_id": 1}, tx=tx)}
        new = [row for row in rows if row.message.id not in there]
        await self._rows.insert_many([_row(row) | {"claimed": None} for row in new], tx=tx)
        return len(new)

    async def claim(self, scope: Scope, now: dt.datetime, before: dt.datetime) -> tuple[GuestMessage, bool] | None:
        """Take the next message to get ready; nothing leaves before `sending` says so.

        One left `sending` since `before` (real time) is handed out again, marked True: it may have gone out. One that
        was only being got ready then has not.
        """
        free = {"$or": [{"claimed": None}, {"claimed": {"$lt": before}}]}
        wanted: Document = {"$or": [{"progress": PENDING, **free}, {"progress": SENDING, "claimed": {"$lt": before}}]}
        wanted |= {} if scope.chain == SYSTEM_CHAIN else within(scope)
        found = await self._rows.find_one(wanted, sort=[("at", 1)])
        if found is None:
            return None
        mine = {"_id": found["_id"], "progress": found["progress"], "claimed": found["claimed"]}
        taken = await self._rows.find_one_and_update(mine, {"$set": {"claimed": now}})
        if taken is None:
            return await self.claim(scope, now, before)
        return _message(taken), found["progress"] == SENDING

    async def sending(self, scope: Scope, row: GuestMessage, now: dt.datetime) -> bool:
        """Say that it leaves now; False when somebody else has it."""
        mine = {"_id": row.message.id, "progress": PENDING, "claimed": {"$ne": None}, **within(scope)}
        return bool(await self._rows.update_one(mine, {"$set": {"progress": SENDING, "claimed": now}}))

    async def settle(self, scope: Scope, states: Sequence[GuestMessage], provenance: Provenance) -> bool:
        """Save the states a message went through, oldest first, with an event each; False if it was settled."""
        last = states[-1]

        async def work(tx: Tx) -> bool:
            open_ones = {"$in": [PENDING, SENDING]}
            wanted = {"_id": last.message.id, "progress": open_ones, **within(scope)}
            fields = {name: value for name, value in _row(last).items() if name != "_id"}
            known = wanted | {"erased": {"$ne": True}}
            # Whose guest was forgotten while it was being sent is settled without its words.
            unsaid = {**fields, "body": {**fields["body"], "text": None}}
            if not await self._rows.update_one(known, {"$set": fields}, tx=tx) and not await self._rows.update_one(
                wanted, {"$set": unsaid}, tx=tx
            ):
                return False
            await self._outbox.append(tx, [told(state) for state in states], provenance)
            return True

        return await self._mongo.run(work)

    async def receive(
        self, scope: Scope, row: GuestMessage, provenance: Provenance, ctx: CommandContext | None = None
    ) -> bool:
        """Keep an inbound message with its event; False when it was there already."""

        async def work(tx: Tx) -> None:
            if ctx:
                await self._idempotency.keep(tx, ctx, 201, row.message.id, row.message.version)
            await self._rows.insert_one(_row(row) | {"claimed": None}, tx=tx)
            await self._outbox.append(tx, [told(row)], provenance)

        if await self._rows.find_one({"_id": row.message.id, **within(scope)}, projection={"_id": 1}):
            return False
        try:
            await self._mongo.run(work)
        except Duplicate:
            if await self._rows.find_one({"_id": row.message.id, **within(scope)}, projection={"_id": 1}):
                return False
            raise
        return True

    async def of_stay(self, scope: Scope, stay_id: str, limit: int = 200) -> list[GuestMessage]:
        """The thread of one stay, oldest first."""
        rows = await self._rows.find({"stay": stay_id, **within(scope)}, sort=[("at", 1), ("_id", 1)], limit=limit)
        return [_message(row) for row in rows]

    async def of_guest(self, scope: Scope, guest_id: str) -> list[GuestMessage]:
        """Every message to or from one guest, oldest first."""
        rows = await self._rows.find({"guest": guest_id, **within(scope)}, sort=[("at", 1), ("_id", 1)])
        return [_message(row) for row in rows]

    async def drafts_of(self, scope: Scope, guest_id: str) -> list[Draft]:
        """Every draft for one guest."""
        rows = await self._drafts.find({"body.guest_id": guest_id, **within(scope)}, sort=[("_id", 1)])
        return [Draft.model_validate(row["body"]) for row in rows]

    async def keep_draft(self, scope: Scope, draft: Draft, ctx: CommandContext) -> None:
        """Keep a draft, once for its Idempotency-Key."""

        async def work(tx: Tx) -> None:
            await self._idempotency.keep(tx, ctx, 201, draft.id, 1)
            row = {"_id": draft.id, "chain": draft.chain, "prop": draft.property_id}
            await self._drafts.insert_one(row | {"body": draft.model_dump(mode="json")}, tx=tx)

        await self._mongo.run(work)

    async def draft(self, scope: Scope, draft_id: str) -> Draft | None:
        """One draft."""
        row = await self._drafts.find_one({"_id": draft_id, **within(scope)})
        return Draft.model_validate(row["body"]) if row else None

    async def drop(self, scope: Scope, message: GuestMessage, address: str) -> bool:
        """Put a message into the maildrop, once; False when it lies there already."""
        row = {
            "_id": message.message.id,
            "chain": message.chain,
            "prop": message.message.property_id,
            "at": message.message.at,
            "address": address,
            "text": message.text,
        }
        try:
            await self._maildrop.insert_one(row)
        except Duplicate:
            return False
        return True

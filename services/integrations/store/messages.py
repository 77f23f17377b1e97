"""Guest messages with their texts: those that leave as commands out, those that came, each with its events."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

from services.integrations.domain.commanding import ENDED, Ending
from services.integrations.domain.messages import (
    ME,
    Draft,
    GuestMessage,
    Progress,
    linked,
    merged,
    overtaken,
    told,
    told_later,
    told_of,
)
from services.integrations.ports import PmsRefused
from services.integrations.store.drafts import DraftStore
from services.integrations.store.outgoing import FRESH, OPEN, Outgoing, OutgoingStore
from services.integrations.store.scoping import within
from services.integrations.store.threads import note
from shared.chassis.commands import CommandContext
from shared.chassis.faultpoints import reach
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import Document, Duplicate, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer, Timers
from shared.contracts.commands_out import CommandSort
from shared.contracts.envelope import Envelope, NewEvent
from shared.contracts.errors import conflict
from shared.contracts.messages import Direction, MessageState
from shared.contracts.values import Scope

LED = frozenset({"record.opened.v1", "record.repeated.v1"})
UNDELIVERED = "undelivered"
"""The kind of the timers that look whether a message has arrived."""
Decide = Callable[[GuestMessage], GuestMessage]
Also = Callable[[Tx], Awaitable[None]]


def _row(row: GuestMessage) -> Document:
    message = row.message
    return {
        "_id": message.id,
        "chain": row.chain,
        "prop": message.property_id,
        "stay": message.stay_id,
        "guest": message.guest_id,
        "record": message.record_id,
        "state": row.progress.value,
        "inbound": message.direction is Direction.INBOUND,
        "channel": message.channel,
        "refs": [one.reference for one in row.tries if one.reference],
        # On no record, of a guest, and nobody has said anything of it: work that is not recorded (K1).
        "loose": _loose(row),
        "at": message.at,
        "body": row.model_dump(mode="json"),
    }


def _loose(row: GuestMessage) -> bool:
    said = any(each is not None for each in (row.message.answer, row.message.score, row.message.bid))
    unknown = row.message.record_id is None and row.settled_by is None and row.auto is None
    return row.message.direction is Direction.INBOUND and unknown and not said


def _message(row: Document) -> GuestMessage:
    work = {"waits_until": row.get("next_try"), "waits_for": row.get("why"), "dead": row.get("dead", False)}
    return GuestMessage.model_validate(row["body"] | {"progress": row["state"]} | work)


class MessageStore(OutgoingStore[GuestMessage]):
    """The `messages` of this service, and by `drafts` what is written to guests before it is one."""

    def __init__(self, mongo: Mongo, outbox: Outbox, idempotency: Idempotency, timers: Timers) -> None:
        self._mongo, self._outbox, self._idempotency, self._timers = mongo, outbox, idempotency, timers
        self._rows, self._events = mongo.collection("messages"), mongo.collection("events")
        self.drafts = DraftStore(mongo, idempotency)
        self._sent = Outgoing(self._rows, outbox, _row, _message, None, CommandSort.MESSAGE, in_line=False)

    async def prepare(self) -> None:
        """Name the state of rows from before messages were commands out."""
        for state in (*OPEN, Progress.SETTLED.value):
            old = {"progress": state, "state": {"$exists": False}}
            await self._rows.update_many(old, {"$set": {**FRESH, "state": state}, "$unset": {"progress": 1}})

    async def draft(self, scope: Scope, draft_id: str) -> Draft | None:
        """One draft."""
        return await self.drafts.draft(scope, draft_id)

    async def choose(self, scope: Scope, row: GuestMessage) -> None:
        """Write down words and way before anything leaves. Raises PmsRefused when its guest was forgotten.

        Where somebody else has it, nothing is written, and `sending` says so.
        """
        mine = {"_id": row.message.id, "state": Progress.PENDING.value, "claimed": {"$ne": None}, **within(scope)}
        fields = {name: value for name, value in _row(row).items() if name not in ("_id", "state", "at")}
        if await self._rows.update_one(mine | {"erased": {"$ne": True}}, {"$set": fields}):
            return
        if await self._rows.find_one({"_id": row.message.id, "erased": True}, projection={"_id": 1}):
            raise PmsRefused("erased")

    async def settle(
        self, scope: Scope, after: GuestMessage, provenance: Provenance, now: dt.datetime, ending: Ending = ENDED
    ) -> bool:
        """Save what became of it with an event for each state; False if it was settled."""

        async def work(tx: Tx) -> bool:
            found = await self._rows.find_one({"_id": after.message.id, **within(scope)}, tx=tx)
            if found is None or found["state"] not in OPEN:
                return False
            before = _message(found)
            known = overtaken(before, after)
            if known is not None:
                body = {"body": known.model_dump(mode="json"), "refs": _row(known)["refs"]}
                await self._rows.update_one({"_id": known.message.id}, {"$set": body}, tx=tx)
                return True
            last = merged(before, after, now)
            # Whose guest was forgotten while it was being sent is settled without its words.
            last = last.model_copy(update={"text": None, "sender": None}) if found.get("erased") else last
            more = await self._sent.settle(scope, last, tx, ending, now)
            await self._tell(scope, tx, last, provenance, more or [])
            return True

        return await self._mongo.run(work)

    async def hear(
        self, scope: Scope, message_id: str, decide: Decide, provenance: Provenance, tx: Tx | None = None
    ) -> GuestMessage | None:
        """Save what a provider, a timer or a person says of one; the row after it, None when there is no such."""

        async def work(inside: Tx) -> GuestMessage | None:
            found = await self._rows.find_one({"_id": message_id, **within(scope)}, tx=inside)
            if found is None:
                return None
            before = _message(found)
            after = decide(before)
            if after == before and not after.steps:
                return before
            fields = {name: value for name, value in _row(after).items() if name not in ("_id", "at")}
            # What was given up and got there after all waits for nobody any more.
            known: dict[str, Any] = {"claimed": None, "next_try": None} if after.progress is not before.progress else {}
            more: list[Any] = []
            if after.progress is Progress.SETTLED and found.get("dead"):
                more = await self._sent.settle(scope, after, inside, ENDED, after.message.at) or []
            await self._rows.update_one({"_id": message_id}, {"$set": fields | known}, tx=inside)
            await self._tell(scope, inside, after, provenance, more)
            return after

        return await (work(tx) if tx else self._mongo.run(work))

    async def _tell(self, scope: Scope, tx: Tx, row: GuestMessage, provenance: Provenance, more: list[Any]) -> None:
        await self._outbox.append(tx, [*(told_of(row, one) for one in row.steps), *more], provenance)
        if row.steps:
            await note(self._mongo, tx, row)
        if row.progress is Progress.SETTLED and row.watch_s and row.message.state is MessageState.SENT:
            due = row.message.at + dt.timedelta(seconds=row.watch_s)
            timer = Timer(
                f"{UNDELIVERED}:{row.message.id}",
                UNDELIVERED,
                row.message.id,
                due,
                len(row.tries),
                {"chain": row.chain},
            )
            await self._timers.arm(tx, [timer])

    async def together(self, work: Also) -> None:
        """Do some work in one transaction."""
        await self._mongo.run(work)

    async def receive(
        self,
        scope: Scope,
        row: GuestMessage,
        provenance: Provenance,
        ctx: CommandContext | None = None,
        also: Also | None = None,
    ) -> bool:
        """Keep an inbound message with its event and whatever else it means; False when it was there already."""

        async def work(tx: Tx) -> None:
            if ctx:
                await self._idempotency.keep(tx, ctx, 201, row.message.id, row.message.version)
            await self._rows.insert_one(_row(row) | FRESH, tx=tx)
            if row.auto is None:
                await self._outbox.append(tx, [told(row)], provenance)
                await note(self._mongo, tx, row)
            if also:
                await also(tx)
            reach("message.in_transaction")

        if await self._rows.find_one({"_id": row.message.id, **within(scope)}, projection={"_id": 1}):
            return False
        try:
            await self._mongo.run(work)
        except Duplicate:
            if await self._rows.find_one({"_id": row.message.id, **within(scope)}, projection={"_id": 1}):
                return False
            raise
        reach("message.kept")
        return True

    async def ask(self, scope: Scope, row: GuestMessage, ctx: CommandContext) -> None:
        """Keep what a person writes to a guest, once for their key."""

        async def work(tx: Tx) -> None:
            await self._idempotency.keep(tx, ctx, 201, row.message.id, 1)
            await self._rows.insert_one(_row(row) | FRESH, tx=tx)

        await self._mongo.run(work)

    async def recorded(self, scope: Scope, tx: Tx, event: Envelope, record_id: str) -> None:
        """Note which record a guest's message led to: one that it opened, or that it repeats."""
        if event.type not in LED or event.causation is None:
            return
        cause = await self._events.find_one({"_id": event.causation}, projection={"agg": 1, "type": 1}, tx=tx)
        if cause is not None and cause["type"] == "message.received.v1":
            await self.link(scope, tx, cause["agg"], record_id, event.time, Provenance.of(event))

    async def link(
        self,
        scope: Scope,
        tx: Tx,
        message_id: str,
        record_id: str,
        now: dt.datetime,
        provenance: Provenance,
    ) -> GuestMessage | None:
        """Put a message onto a record, with an event; None when there is no such, or it is on one already."""
        found = await self._rows.find_one({"_id": message_id, "inbound": True, **within(scope)}, tx=tx)
        before = _message(found) if found else None
        after = linked(before, record_id) if before else None
        if after is None or after == before:
            return None
        await self._note(tx, after, told_later(after, "linked", now, ME), provenance)
        return after

    async def _note(self, tx: Tx, after: GuestMessage, event: NewEvent, provenance: Provenance) -> None:
        fields = {name: value for name, value in _row(after).items() if name not in ("_id", "at")}
        await self._rows.update_one({"_id": after.message.id}, {"$set": fields}, tx=tx)
        await self._outbox.append(tx, [event], provenance)

    async def settle_loose(
        self, scope: Scope, after: GuestMessage, verb: str, now: dt.datetime, ctx: CommandContext
    ) -> None:
        """Keep what somebody said of a message that is on no record, once for their key; 409 when it moved on."""
        mine = {"_id": after.message.id, "loose": True, "body.message.version": after.message.version - 1}

        async def work(tx: Tx) -> None:
            if not await self._rows.update_one(mine | within(scope), {"$set": {"loose": False}}, tx=tx):
                raise conflict("message_recorded", "It is on a record already, or needs none.")
            await self._note(tx, after, told_later(after, verb, now, ctx.principal.actor), ctx.provenance)
            await self._idempotency.keep(tx, ctx, 200, after.message.id, after.message.version)

        await self._mongo.run(work)

    async def find(self, scope: Scope, message_id: str) -> GuestMessage | None:
        """One message."""
        row = await self._rows.find_one({"_id": message_id, **within(scope)})
        return _message(row) if row else None

    async def last_inbound(self, scope: Scope, guest_id: str, channel: str | None = None) -> dt.datetime | None:
        """When a guest last wrote, by any channel or by one."""
        wanted: Document = {"guest": guest_id, "inbound": True, "body.auto": None, **within(scope)}
        wanted |= {"channel": channel} if channel else {}
        row = await self._rows.find_one(wanted, projection={"at": 1}, sort=[("at", -1)])
        return row["at"] if row else None

    async def references(self, scope: Scope, guest_id: str) -> frozenset[str]:
        """The providers' ids of everything sent to a guest."""
        rows = await self._rows.find({"guest": guest_id, "refs": {"$ne": []}, **within(scope)}, projection={"refs": 1})
        return frozenset(one for row in rows for one in row.get("refs", ()))

    async def doubtful(self, scope: Scope, guest_id: str, text: str) -> int:
        """How many messages to a guest in these words nobody knows the fate of."""
        unsure = {"$in": [Progress.SENDING.value, Progress.UNKNOWN.value]}
        wanted = {"guest": guest_id, "inbound": False, "state": unsure, "body.text": text, **within(scope)}
        return await self._rows.count(wanted)

    async def of_stay(self, scope: Scope, stay_id: str, limit: int = 200) -> list[GuestMessage]:
        """The thread of one stay, oldest first."""
        rows = await self._rows.find({"stay": stay_id, **within(scope)}, sort=[("at", 1), ("_id", 1)], limit=limit)
        return [_message(row) for row in rows]

    async def page(self, scope: Scope, stay_id: str, after: str | None, limit: int) -> list[GuestMessage]:
        """A part of a thread, newest first, older than one of its messages."""
        wanted: Document = {"stay": stay_id, **within(scope)}
        mark = await self._rows.find_one({"_id": after, **wanted}, projection={"at": 1}) if after else None
        if after and mark is None:
            return []
        if mark:
            wanted |= {"$or": [{"at": {"$lt": mark["at"]}}, {"at": mark["at"], "_id": {"$lt": after}}]}
        return [_message(row) for row in await self._rows.find(wanted, sort=[("at", -1), ("_id", -1)], limit=limit)]

    async def loose(self, scope: Scope, after: str | None, limit: int) -> list[GuestMessage]:
        """What guests wrote that is on no record, by id."""
        wanted: Document = {"loose": True, **within(scope)} | ({"_id": {"$gt": after}} if after else {})
        return [_message(row) for row in await self._rows.find(wanted, sort=[("_id", 1)], limit=limit)]

    async def of_guest(self, scope: Scope, guest_id: str) -> list[GuestMessage]:
        """Every message to or from one guest, oldest first."""
        rows = await self._rows.find({"guest": guest_id, **within(scope)}, sort=[("at", 1), ("_id", 1)])
        return [_message(row) for row in rows]

    async def drafts_of(self, scope: Scope, guest_id: str) -> list[Draft]:
        """Every draft for one guest."""
        return await self.drafts.drafts_of(scope, guest_id)

    async def keep_draft(self, scope: Scope, draft: Draft, ctx: CommandContext) -> None:
        """Keep a draft, once for its Idempotency-Key."""
        await self.drafts.keep_draft(scope, draft, ctx)

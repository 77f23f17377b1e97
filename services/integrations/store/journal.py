"""The journal in MongoDB: a line once for ever, on its day or behind it; days close in order, each once."""

import datetime as dt
import hashlib

from services.integrations.domain.journal import JournalLine, placed, written
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import conflict
from shared.contracts.payments import JournalDay, JournalEvent
from shared.contracts.values import Scope


class JournalStore:
    """The `journal` and `journal_days` of this service. Every line writes its hotel's head, so a close meets it."""

    def __init__(self, mongo: Mongo, outbox: Outbox, idempotency: Idempotency) -> None:
        self._mongo, self._outbox, self._idempotency = mongo, outbox, idempotency
        self._lines, self._heads = mongo.collection("journal"), mongo.collection("journal_days")

    async def add(self, scope: Scope, tx: Tx, line: JournalLine) -> bool:
        """Add a line, once; behind a closed day it becomes an adjustment on the first open one."""
        if await self._lines.find_one({"_id": line.id}, projection={"_id": 1}, tx=tx):
            return False
        start: Document = {"$inc": {"lines": 1}, "$setOnInsert": {"chain": line.chain, "closed": None, "closes": 0}}
        head = await self._heads.find_one_and_update({"_id": line.property_id}, start, upsert=True, tx=tx)
        closed = dt.date.fromisoformat(head["closed"]) if head and head["closed"] else None
        kept = placed(line, closed)
        row = {"_id": kept.id, "chain": kept.chain, "prop": kept.property_id, "day": kept.day.isoformat()}
        await self._lines.insert_one(row | {"body": kept.model_dump(mode="json")}, tx=tx)
        return True

    async def lines(self, scope: Scope, property_id: str, day: dt.date, tx: Tx | None = None) -> list[JournalLine]:
        """The lines of a hotel's day, in the order of their ids."""
        wanted = {"chain": scope.chain, "prop": property_id, "day": day.isoformat()}
        found = await self._lines.find(wanted, sort=[("_id", 1)], tx=tx)
        return [JournalLine.model_validate(row["body"]) for row in found]

    async def close(
        self, scope: Scope, property_id: str, day: dt.date, now: dt.datetime, ctx: CommandContext
    ) -> JournalDay:
        """Close a day and all before it; one that is closed stays as it is (409)."""

        async def work(tx: Tx) -> JournalDay:
            fresh: Document = {
                "$setOnInsert": {"chain": scope.chain, "closed": None, "lines": 0},
                "$inc": {"closes": 1},
            }
            head = await self._heads.find_one_and_update({"_id": property_id}, fresh, upsert=True, tx=tx)
            assert head is not None
            if head["closed"] and head["closed"] >= day.isoformat():
                raise conflict("day_closed", "This day is closed; what comes late stands on the next open one.")
            lines = await self.lines(scope, property_id, day, tx)
            closed = JournalDay(
                id=f"journal:{property_id}",
                property_id=property_id,
                day=day,
                lines=len(lines),
                digest=hashlib.sha256(written(lines).encode()).hexdigest(),
                closed_by=ctx.principal.staff_id,
                version=int(head["closes"]),
            )
            await self._idempotency.keep(tx, ctx, 200, closed.id, closed.version)
            await self._heads.update_one({"_id": property_id}, {"$set": {"closed": day.isoformat()}}, tx=tx)
            await self._outbox.append(tx, [_told(scope.chain, closed, ctx, now)], ctx.provenance)
            return closed

        return await self._mongo.run(work)

    async def closed(self, scope: Scope, property_id: str, version: int) -> JournalDay | None:
        """A close, by its number."""
        for event in await self._outbox.history(scope, f"journal:{property_id}"):
            body = body_of(event)
            if event.sequence == version and isinstance(body, JournalEvent):
                return body.journal
        return None


def _told(chain: str, closed: JournalDay, ctx: CommandContext, now: dt.datetime) -> NewEvent:
    return NewEvent(
        type="journal.closed.v1",
        chain=chain,
        property_id=closed.property_id,
        subject=closed.id,
        sequence=closed.version,
        time=now,
        body=JournalEvent(actor=ctx.principal.actor, journal=closed),
    )

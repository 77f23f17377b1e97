"""One thread per stay: when somebody last wrote, and whether a guest waits; kept beside each message of it."""

from services.integrations.domain.messages import GuestMessage
from services.integrations.domain.threads import Thread, ThreadState
from services.integrations.store.scoping import within
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.paging import cursor, cursor_of
from shared.contracts.errors import conflict
from shared.contracts.messages import Direction, MessageState
from shared.contracts.values import Scope

TOLD = frozenset({MessageState.SENT, MessageState.DELIVERED, MessageState.STORED})


async def note(mongo: Mongo, tx: Tx, row: GuestMessage) -> None:
    """Keep what one message means for its thread, in the message's own transaction."""
    message = row.message
    if message.stay_id is None:
        return
    inbound = message.direction is Direction.INBOUND
    if not inbound and message.state not in TOLD:
        return
    fields: Document = {"prop": message.property_id, "chain": row.chain, "guest": message.guest_id}
    fields |= {"channel": message.channel, "waiting": inbound, "language": message.language}
    fields |= {"last_in": message.at} if inbound else {"last_out": message.at}
    fields |= {} if inbound else {"unanswered": 0}
    update: Document = {"$set": fields | {"last": message.at}, "$inc": {"version": 1}}
    update["$inc"] |= {"unanswered": 1} if inbound else {}
    await mongo.collection("threads").update_one({"_id": message.stay_id}, update, upsert=True, tx=tx)


class ThreadStore:
    """The `threads` of this service."""

    def __init__(self, mongo: Mongo, idempotency: Idempotency) -> None:
        self._mongo, self._idempotency = mongo, idempotency
        self._rows = mongo.collection("threads")

    async def page(
        self, scope: Scope, state: ThreadState, channel: str | None, after: str | None, limit: int
    ) -> tuple[list[Thread], str | None]:
        """Threads, the latest first, and what goes into `after` for the next page."""
        wanted: Document = within(scope)
        wanted |= {"waiting": state is ThreadState.WAITING} if state is not ThreadState.ALL else {}
        wanted |= {"channel": channel} if channel else {}
        place = cursor(after)
        if place:
            at, stay_id = place
            wanted |= {"$or": [{"last": {"$lt": at}}, {"last": at, "_id": {"$lt": stay_id}}]}
        rows = await self._rows.find(wanted, sort=[("last", -1), ("_id", -1)], limit=limit + 1)
        page = [_thread(row) for row in rows[:limit]]
        return page, cursor_of((page[-1].last, page[-1].stay_id)) if len(rows) > limit else None

    async def find(self, scope: Scope, stay_id: str) -> Thread | None:
        """One thread."""
        row = await self._rows.find_one({"_id": stay_id, **within(scope)})
        return _thread(row) if row else None

    async def answered(self, scope: Scope, before: Thread, ctx: CommandContext) -> None:
        """Nobody waits in it any more, once for the caller's key; 409 when somebody wrote meanwhile."""

        async def work(tx: Tx) -> None:
            await self._idempotency.keep(tx, ctx, 200, before.stay_id, before.version + 1)
            mine = {"_id": before.stay_id, "version": before.version, **within(scope)}
            done = {"$set": {"waiting": False, "unanswered": 0}, "$inc": {"version": 1}}
            if not await self._rows.update_one(mine, done, tx=tx):
                raise conflict("version_moved_on", "Somebody has written meanwhile.")

        await self._mongo.run(work)


def _thread(row: Document) -> Thread:
    return Thread(
        stay_id=row["_id"],
        property_id=row["prop"],
        guest_id=row["guest"],
        channel=row["channel"],
        language=row["language"],
        waiting=row["waiting"],
        unanswered=row.get("unanswered", 0),
        last=row["last"],
        last_in=row.get("last_in"),
        last_out=row.get("last_out"),
        version=row["version"],
    )

"""Comments of the PMS with their words, and what became of each."""

from collections.abc import Sequence

from services.integrations.domain.comments import KeptComment
from services.integrations.store.scoping import within
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import Document, Mongo, Put, Tx
from shared.contracts.errors import conflict
from shared.contracts.values import Scope


class CommentStore:
    """The `comments` of this service."""

    def __init__(self, mongo: Mongo, idempotency: Idempotency) -> None:
        self._mongo, self._idempotency = mongo, idempotency
        self._rows = mongo.collection("comments")

    async def of_stay(self, scope: Scope, stay_id: str, tx: Tx | None = None) -> list[KeptComment]:
        """Every comment of one stay, in the order they were seen."""
        rows = await self._rows.find({"stay": stay_id, **within(scope)}, sort=[("seen", 1), ("_id", 1)], tx=tx)
        return [_comment(row) for row in rows]

    async def of_guest(self, scope: Scope, guest_id: str) -> list[KeptComment]:
        """Every comment on stays of one guest."""
        rows = await self._rows.find({"guest": guest_id, **within(scope)}, sort=[("seen", 1), ("_id", 1)])
        return [_comment(row) for row in rows]

    async def save(self, scope: Scope, comments: Sequence[KeptComment], tx: Tx) -> None:
        """Keep comments as they are now."""
        await self._rows.bulk([_put(one) for one in comments], tx=tx)

    async def open(self, scope: Scope, after: str | None, limit: int) -> list[KeptComment]:
        """Work that stands in no record, oldest first."""
        wanted: Document = {**within(scope), "open": True} | ({"_id": {"$gt": after}} if after else {})
        return [_comment(row) for row in await self._rows.find(wanted, sort=[("_id", 1)], limit=limit)]

    async def find(self, scope: Scope, comment_id: str) -> KeptComment | None:
        """One comment within the scope."""
        row = await self._rows.find_one({"_id": comment_id, **within(scope)})
        return _comment(row) if row else None

    async def settle(self, scope: Scope, after: KeptComment, ctx: CommandContext) -> None:
        """Keep what somebody said of it, once for their key."""

        async def work(tx: Tx) -> None:
            await self._idempotency.keep(tx, ctx, 200, after.id, after.version)
            mine = {"_id": after.id, "version": after.version - 1, **within(scope)}
            if not await self._rows.update_one(mine, {"$set": _fields(after)}, tx=tx):
                raise conflict("version_moved_on", "Somebody else has settled this at the same moment.")

        await self._mongo.run(work)


def _fields(one: KeptComment) -> Document:
    return {
        "chain": one.chain,
        "prop": one.property_id,
        "stay": one.stay_id,
        "guest": one.guest_id,
        "seen": one.seen_at,
        "open": one.open,
        "version": one.version,
        "body": one.model_dump(mode="json"),
    }


def _put(one: KeptComment) -> Put:
    return Put({"_id": one.id}, {"$set": _fields(one)})


def _comment(row: Document) -> KeptComment:
    return KeptComment.model_validate(row["body"])

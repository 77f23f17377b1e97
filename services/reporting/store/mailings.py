"""Keeps e-mails of deliveries: their addresses are here and in their schedules, nowhere else, and go after a while."""

from collections.abc import Sequence

from services.reporting.domain.mailing import Mailing, MailState
from services.reporting.store.schedules import within
from shared.chassis.mongo import Document, Mongo, Put, Tx
from shared.contracts.values import Instant, Scope


class MongoMailings:
    """The `mailings` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("mailings")

    async def add(self, scope: Scope, some: Sequence[Mailing], tx: Tx) -> None:
        """Keep new ones; those that are there stay as they are."""
        await self._rows.bulk(
            [Put({"_id": one.id}, {"$setOnInsert": _row(one) | {"at": one.due_at}}) for one in some], tx=tx
        )

    async def due(self, scope: Scope, now: Instant, limit: int) -> list[Mailing]:
        """Those that wait and may be sent, oldest first."""
        wanted = {**within(scope), "state": MailState.WAITING.value, "due_at": {"$lte": now}}
        return _mailings(await self._rows.find(wanted, sort=[("due_at", 1)], limit=limit))

    async def begun_before(self, scope: Scope, moment: Instant, limit: int) -> list[Mailing]:
        """Those that somebody began to send before a moment and never said what became of."""
        wanted = {**within(scope), "state": MailState.SENDING.value, "since": {"$lt": moment}}
        return _mailings(await self._rows.find(wanted, limit=limit))

    async def move(self, scope: Scope, before: Mailing, after: Mailing) -> bool:
        """Keep what became of one, if it still stands as it was; False: somebody else has moved it."""
        held = {"_id": before.id, "state": before.state.value, "tries": before.tries, **within(scope)}
        return await self._rows.update_one(held, {"$set": _row(after)}) == 1

    async def of(self, scope: Scope, run_id: str) -> list[Mailing]:
        """Those of one delivery, by address."""
        return _mailings(await self._rows.find({"run": run_id, **within(scope)}, sort=[("body.to", 1)]))


def _row(mailing: Mailing) -> Document:
    return {
        "chain": mailing.chain,
        "prop": mailing.property_id,
        "run": mailing.run_id,
        "state": mailing.state.value,
        "tries": mailing.tries,
        "due_at": mailing.due_at,
        "since": mailing.since,
        "body": mailing.model_dump(mode="json"),
    }


def _mailings(rows: Sequence[Document]) -> list[Mailing]:
    return [Mailing.model_validate(row["body"]) for row in rows]

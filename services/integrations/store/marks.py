"""Marks on what must be asked about: raised by notifications, claimed by one worker, settled by a stored answer."""

import datetime as dt
from collections.abc import Sequence

from services.integrations.domain.connections import Connection
from services.integrations.domain.marks import Claimed, Hint
from services.integrations.ports.following import Backlog, Superseded
from services.integrations.store.scoping import within
from shared.chassis.mongo import BulkOp, Document, Duplicate, Mongo, Put, Tx
from shared.contracts.values import SYSTEM_CHAIN, Scope


class MarkStore:
    """The `marks` of this service: one document for each thing that was ever said to have changed."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("marks")

    async def raise_all(self, scope: Scope, connection: Connection, hints: Sequence[Hint], now: dt.datetime) -> int:
        """Raise marks, each thing once however often it is named; how many. One journaled write."""
        ops = [self._raised(connection, hint, now) for hint in dict.fromkeys(hints)]
        try:
            await self._rows.bulk(ops, ordered=False)
        except Duplicate:  # two first words of one thing: who came second finds the first one's document
            await self._rows.bulk(ops, ordered=False)
        return len(ops)

    @staticmethod
    def _raised(connection: Connection, hint: Hint, now: dt.datetime) -> BulkOp:
        where = {"chain": connection.chain, "prop": connection.property_id, "pms": connection.pms}
        what = {"about": hint.about.value, "ref": hint.ref}
        fresh = {**where, **what, "claimed": None, "fence": 0, "tries": 0, "next_try": now, "failure": None}
        return Put(
            {"_id": f"{connection.property_id}|{connection.pms}|{hint.about.value}|{hint.ref}"},
            {"$inc": {"rev": 1}, "$set": {"dirty": True, "seen": now}, "$setOnInsert": fresh},
        )

    async def claim(
        self, scope: Scope, now: dt.datetime, before: dt.datetime, most: int, skip: Sequence[str] = ()
    ) -> list[Claimed]:
        """Take marks that are due; one that was claimed before `before` and not settled is taken over. Real time."""
        free = {"$or": [{"claimed": None}, {"claimed": {"$lt": before}}]}
        wanted: Document = {"dirty": True, "next_try": {"$lte": now}, **free}
        wanted |= {} if scope.chain == SYSTEM_CHAIN else within(scope)
        wanted |= {"prop": {"$nin": list(skip)}} if skip else {}
        out = []
        for row in await self._rows.find(wanted, sort=[("next_try", 1)], limit=most):
            mine = {"_id": row["_id"], "fence": row["fence"], "dirty": True}
            taken = await self._rows.find_one_and_update(mine, {"$set": {"claimed": now}, "$inc": {"fence": 1}})
            out += [_claimed(taken)] if taken else []
        return out

    async def settle(self, scope: Scope, claimed: Claimed, now: dt.datetime, tx: Tx | None = None) -> None:
        """What was asked for is stored up to the revision that it began with; a mark that came since asks again.

        Raises Superseded when somebody else has the mark by now: then nothing of this answer may be stored.
        """
        after: Document = {
            "fetched_rev": claimed.rev,
            "dirty": {"$gt": ["$rev", claimed.rev]},
            "claimed": None,
            "tries": 0,
            "failure": None,
            "next_try": now,
            "fetched_at": now,
        }
        if not await self._rows.update_one({"_id": claimed.id, "fence": claimed.fence}, [{"$set": after}], tx=tx):
            raise Superseded(claimed.id)

    async def put_off(self, scope: Scope, claimed: Claimed, until: dt.datetime, failure: str) -> None:
        """It could not be asked for; it is due again then."""
        after = {"claimed": None, "next_try": until, "failure": failure}
        mine = {"_id": claimed.id, "fence": claimed.fence}
        await self._rows.update_one(mine, {"$set": after, "$inc": {"tries": 1}})

    async def backlog(self, scope: Scope, property_id: str) -> Backlog:
        """What waits for one hotel."""
        wanted = {"dirty": True, "prop": property_id, "chain": scope.chain}
        first = await self._rows.find(wanted, projection={"seen": 1}, sort=[("seen", 1)], limit=1)
        return Backlog(await self._rows.count(wanted), first[0]["seen"] if first else None)


def _claimed(row: Document) -> Claimed:
    hint = Hint(about=row["about"], ref=row["ref"])
    return Claimed(row["_id"], row["chain"], row["prop"], row["pms"], hint, row["rev"], row["fence"], row["tries"])

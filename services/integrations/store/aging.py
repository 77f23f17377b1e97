"""What integrations lets go of for its age: words of messages, drafts, mail, profiles nobody stays under."""

import datetime as dt

from shared.chassis.mongo import Document, Mongo, Tx
from shared.contracts.values import Scope, iso


class Aging:
    """Counts and deletes by age."""

    def __init__(self, mongo: Mongo) -> None:
        self._messages, self._drafts = mongo.collection("messages"), mongo.collection("drafts")
        self._comments = mongo.collection("comments")
        self._maildrop, self._profiles = mongo.collection("maildrop"), mongo.collection("profiles")

    async def old_texts(self, scope: Scope, before: dt.datetime) -> int:
        """Messages with words from before a moment."""
        return await self._messages.count(_texts(scope, before))

    async def drop_texts(self, scope: Scope, tx: Tx, before: dt.datetime, limit: int) -> int:
        """Delete the words of some of them; that they were sent or received stays."""
        rows = await self._messages.find(_texts(scope, before), projection={"_id": 1}, limit=limit, tx=tx)
        ids = [row["_id"] for row in rows]
        return await self._messages.update_many(
            {"_id": {"$in": ids}}, {"$set": {"body.text": None, "body.sender": None}}, tx=tx
        )

    async def old_drafts(self, scope: Scope, before: dt.datetime) -> int:
        """Drafts, and mail that lies in the drop, from before a moment."""
        mail = await self._maildrop.count({"chain": scope.chain, "at": {"$lt": before}})
        return mail + await self._drafts.count(_drafts(scope, before))

    async def drop_drafts(self, scope: Scope, tx: Tx, before: dt.datetime, limit: int) -> int:
        """Delete some of them."""
        gone = 0
        for rows, wanted in (
            (self._drafts, _drafts(scope, before)),
            (self._maildrop, {"chain": scope.chain, "at": {"$lt": before}}),
        ):
            found = await rows.find(wanted, projection={"_id": 1}, limit=limit - gone, tx=tx) if gone < limit else []
            gone += await rows.delete_many({"_id": {"$in": [row["_id"] for row in found]}}, tx=tx)
        return gone

    async def old_comments(self, scope: Scope, before: dt.datetime) -> int:
        """Comments of the PMS that were seen before a moment."""
        return await self._comments.count({"chain": scope.chain, "seen": {"$lt": before}})

    async def drop_comments(self, scope: Scope, tx: Tx, before: dt.datetime, limit: int) -> int:
        """Delete some of them."""
        wanted = {"chain": scope.chain, "seen": {"$lt": before}}
        rows = await self._comments.find(wanted, projection={"_id": 1}, limit=limit, tx=tx)
        return await self._comments.delete_many({"_id": {"$in": [row["_id"] for row in rows]}}, tx=tx)

    async def old_profiles(self, scope: Scope, before: dt.datetime) -> int:
        """Profiles whose last stay ended before a moment, and that no PMS has told anything of since."""
        found = await self._profiles.aggregate([*_lonely(scope, before), {"$count": "all"}])
        return int(found[0]["all"]) if found else 0

    async def drop_profiles(self, scope: Scope, tx: Tx, before: dt.datetime, limit: int) -> int:
        """Delete some of them. Who comes back is told by the PMS again."""
        steps = [*_lonely(scope, before), {"$limit": limit}, {"$project": {"_id": 1}}]
        found = await self._profiles.aggregate(steps, tx=tx)
        ids = [row["_id"] for row in found]
        return await self._profiles.delete_many({"_id": {"$in": ids}, "chain": scope.chain}, tx=tx)


def _texts(scope: Scope, before: dt.datetime) -> Document:
    return {"chain": scope.chain, "at": {"$lt": before}, "body.text": {"$ne": None}, "state": "settled"}


def _drafts(scope: Scope, before: dt.datetime) -> Document:
    return {"chain": scope.chain, "body.at": {"$lt": iso(before)}}


def _lonely(scope: Scope, before: dt.datetime) -> list[Document]:
    later = [
        {"$match": {"$expr": {"$eq": ["$guest", "$$guest"]}, "departure": {"$gte": before.date().isoformat()}}},
        {"$limit": 1},
    ]
    return [
        {"$match": {"chain": scope.chain, "body.source_time": {"$lt": iso(before)}}},
        {"$lookup": {"from": "stays", "let": {"guest": "$_id"}, "pipeline": later, "as": "later"}},
        {"$match": {"later": []}},
    ]

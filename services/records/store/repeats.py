"""Questions asked before, in MongoDB: which record each opened, for as long as any hotel's window."""

import datetime as dt

from services.records.domain.repeats import FirstAsked
from shared.chassis.mongo import Insert, Mongo, Put, Tx
from shared.contracts.values import Scope


class MongoRepeats:
    """The `repeats` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("repeats")

    async def find(self, scope: Scope, key: str, tx: Tx | None = None) -> FirstAsked | None:
        """Who was first."""
        row = await self._rows.find_one({"_id": _id(scope, key)}, tx=tx)
        return FirstAsked(row["record_id"], row["at"]) if row else None

    async def note(self, scope: Scope, key: str, first: FirstAsked, before: FirstAsked | None, tx: Tx) -> None:
        """Compare and set: of two at the same moment one is taken back and looks again."""
        row = {"record_id": first.record_id, "at": first.at}
        if before is None:
            await self._rows.bulk([Insert({"_id": _id(scope, key), **row})], tx=tx)
        else:
            mine = {"_id": _id(scope, key), "record_id": before.record_id}
            await self._rows.bulk([Put(mine, {"$set": row}, upsert=False)], tx=tx)

    async def overwrite(self, scope: Scope, key: str, record_id: str, at: dt.datetime, tx: Tx) -> None:
        """The newest stands."""
        await self._rows.bulk([Put({"_id": _id(scope, key)}, {"$set": {"record_id": record_id, "at": at}})], tx=tx)


def _id(scope: Scope, key: str) -> str:
    return f"{scope.chain}|{key}"

"""What records lets go of when it is over age: words and files of what was closed long ago; the record stays."""

import datetime as dt

from services.records.store.files import MongoFiles
from services.records.store.texts import MongoTexts
from shared.chassis.mongo import Document, Mongo, Tx
from shared.contracts.values import Scope

NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class MongoAging:
    """Counts and deletes by age; a record remembers until when its words and files were let go of."""

    def __init__(self, mongo: Mongo) -> None:
        self._records, self._texts, self._files = mongo.collection("records"), MongoTexts(mongo), MongoFiles(mongo)

    async def old_words(self, scope: Scope, before: dt.datetime) -> int:
        """Records closed before a moment that may have words."""
        return await self._records.count(_closed(scope, before, "words"))

    async def drop_words(self, scope: Scope, tx: Tx, before: dt.datetime, limit: int) -> int:
        """Delete the words and salts of some of them; how many records."""
        ids = await self._some(scope, tx, before, "words", limit)
        await self._texts.forget(scope, ids, tx)
        return len(ids)

    async def old_files(self, scope: Scope, before: dt.datetime) -> int:
        """Records closed before a moment that have files."""
        return await self._records.count(_closed(scope, before, "files"))

    async def drop_files(self, scope: Scope, tx: Tx, before: dt.datetime, limit: int) -> int:
        """Let go of the files of some of them; the sweep deletes their bytes. How many records."""
        ids = await self._some(scope, tx, before, "files", limit)
        await self._files.forget(scope, ids, tx)
        return len(ids)

    async def _some(self, scope: Scope, tx: Tx, before: dt.datetime, what: str, limit: int) -> list[str]:
        rows = await self._records.find(_closed(scope, before, what), projection={"_id": 1}, limit=limit, tx=tx)
        ids = [row["_id"] for row in rows]
        await self._records.update_many({"_id": {"$in": ids}}, {"$set": {f"aged.{what}": before}}, tx=tx)
        return ids


def _closed(scope: Scope, before: dt.datetime, what: str) -> Document:
    """Closed so long ago, and not let go of since: what was reopened and closed again comes of age again."""
    fresh = {"$lt": [{"$ifNull": [f"$aged.{what}", NEVER]}, "$closed_at"]}
    held: Document = {"state.files.0": {"$exists": True}} if what == "files" else {}
    return {"chain": scope.chain, "open": False, "closed_at": {"$lt": before, "$ne": None}, "$expr": fresh} | held

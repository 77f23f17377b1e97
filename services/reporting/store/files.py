"""Keeps files that were made, in GridFS."""

import re
from collections.abc import Sequence

from shared.chassis.mongo import DatabaseError, Document, Mongo
from shared.contracts.errors import not_found
from shared.contracts.values import SYSTEM_CHAIN, Instant, Scope


class MongoFiles:
    """The `files` bucket; ids carry what they belong to, rights are asked of that."""

    def __init__(self, mongo: Mongo) -> None:
        self._files, self._told = mongo.files("files"), mongo.collection("files.files")

    async def replace(self, scope: Scope, file_id: str, content: bytes) -> None:
        """Keep a file in place of what was there under its name."""
        await self._files.delete(_name(scope, file_id))
        await self._files.put(_name(scope, file_id), [content])

    async def read(self, scope: Scope, file_id: str) -> bytes:
        """A file; 404 when it is not there."""
        try:
            return b"".join([piece async for piece in self._files.read(_name(scope, file_id))])
        except DatabaseError as failure:
            raise not_found("file") from failure

    async def drop_older(self, scope: Scope, formats: Sequence[str], before: Instant, limit: int) -> int:
        """Delete files of these formats that were made before a moment of real time; how many."""
        ends = re.compile(rf"\.({'|'.join(map(re.escape, formats))})$")
        mine: Document = {} if scope.chain == SYSTEM_CHAIN else {"_id": re.compile(f"^{re.escape(scope.chain)}\\|")}
        rows = await self._told.find({**mine, "uploadDate": {"$lt": before}, "filename": ends}, limit=limit)
        for row in rows:
            await self._files.delete(row["_id"])
        return len(rows)


def _name(scope: Scope, file_id: str) -> str:
    return f"{scope.chain}|{file_id}"

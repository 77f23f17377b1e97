"""Keeps files that were made, in GridFS."""

from shared.chassis.mongo import DatabaseError, Mongo
from shared.contracts.errors import not_found
from shared.contracts.values import Scope


class MongoFiles:
    """The `files` bucket; ids carry what they belong to, rights are asked of that."""

    def __init__(self, mongo: Mongo) -> None:
        self._files = mongo.files("files")

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


def _name(scope: Scope, file_id: str) -> str:
    return f"{scope.chain}|{file_id}"

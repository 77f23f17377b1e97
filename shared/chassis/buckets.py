"""Large values in MongoDB, in GridFS: beside `mongo.py` the only file that knows the driver."""

import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import Any

from gridfs.errors import NoFile

BUCKETS = {
    "pymongo": "gridfs.asynchronous:AsyncGridFSBucket",
    "motor": "motor.motor_asyncio:AsyncIOMotorGridFSBucket",
}


class Files:
    """Large values in pieces, in GridFS; the same few calls on either driver."""

    def __init__(self, bucket: Any) -> None:
        self._bucket = bucket

    async def put(self, file_id: str, pieces: Iterable[bytes]) -> None:
        """Store a value under an id that is not taken; what fails half-way is taken back."""
        into = self._bucket.open_upload_stream_with_id(file_id, file_id)
        try:
            for piece in pieces:
                await into.write(piece)
        except BaseException:
            await into.abort()
            raise
        await into.close()

    async def read(self, file_id: str) -> AsyncIterator[bytes]:
        """A value, piece by piece. Raises DatabaseError when it is not there."""
        out = await self._bucket.open_download_stream(file_id)
        while piece := await out.readchunk():
            yield piece

    async def delete(self, file_id: str) -> None:
        """Delete a value, whole or half stored; none is fine."""
        with contextlib.suppress(NoFile):
            await self._bucket.delete(file_id)

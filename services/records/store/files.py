"""Photos and PDFs in MongoDB: a row for what each is, its bytes in GridFS."""

import datetime as dt
from collections.abc import AsyncIterator, Collection, Iterator
from typing import BinaryIO

from services.records.domain.files import HeldFile
from shared.chassis.mongo import Document, Mongo, Put, Tx
from shared.contracts.errors import conflict
from shared.contracts.values import Scope

PENDING, KEPT, DROPPED = "pending", "kept", "dropped"
UNCLAIMED = dt.timedelta(hours=1)
PIECE = 256 * 1024
FIELDS = ("chain", "property_id", "record_id", "type", "size", "salt")


class MongoFiles:
    """The `attachments` collection and its bucket. The row is there before the first byte and until after the last."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo, self._rows, self._bytes = mongo, mongo.collection("attachments"), mongo.files("attachments")

    async def put(self, scope: Scope, file: HeldFile, source: BinaryIO) -> None:
        """Store the bytes under a pending row."""
        row: Document = {name: getattr(file, name) for name in FIELDS} | {"st": PENDING}
        assert file.chain == scope.chain
        await self._rows.update_one({"_id": file.id}, {"$set": row, "$currentDate": {"at": True}}, upsert=True)
        await self._bytes.put(file.id, _pieces(source))

    async def keep(self, scope: Scope, file_id: str, tx: Tx) -> None:
        """Compare and set: a sweep that was faster makes the transaction fail."""
        mine = {"_id": file_id, "chain": scope.chain, "st": PENDING}
        matched = await self._rows.bulk([Put(mine, {"$set": {"st": KEPT}}, upsert=False)], tx=tx)
        if tx.gathered is None and not matched:
            raise conflict("upload_expired", "This took too long; send the file again.")

    async def find(self, scope: Scope, file_id: str) -> HeldFile | None:
        """A kept file; another chain's or property's is not seen."""
        row = await self._rows.find_one({"_id": file_id, "chain": scope.chain, "st": KEPT})
        if row is None or not scope.covers(row["property_id"]):
            return None
        return HeldFile(id=row["_id"], **{name: row[name] for name in FIELDS})

    async def read(self, scope: Scope, file_id: str) -> AsyncIterator[bytes]:
        """The bytes of a file that `find` gave."""
        async for piece in self._bytes.read(file_id):
            yield piece

    async def drop(self, scope: Scope, file_id: str, tx: Tx) -> None:
        """From the commit on nobody reads it; the sweep deletes its bytes."""
        mine = {"_id": file_id, "chain": scope.chain}
        await self._rows.bulk([Put(mine, {"$set": {"st": DROPPED}}, upsert=False)], tx=tx)

    async def forget(self, scope: Scope, record_ids: Collection[str], tx: Tx) -> int:
        """Drop all files of these records, pending ones too; salts go at once. How many were there to be read."""
        wanted = {"chain": scope.chain, "record_id": {"$in": sorted(record_ids)}}
        gone: Document = {"$set": {"st": DROPPED, "salt": ""}}
        kept = await self._rows.update_many({**wanted, "st": KEPT}, gone, tx=tx)
        await self._rows.update_many(wanted, gone, tx=tx)
        return kept

    async def left(self, scope: Scope, record_ids: Collection[str]) -> int:
        """How many files of these records still have a row, whatever its state."""
        return await self._rows.count({"chain": scope.chain, "record_id": {"$in": sorted(record_ids)}})

    async def sweep(self, scope: Scope | None) -> int:
        """Delete what was dropped and what nobody claimed. Marked first, so that a late claim finds it gone."""
        within = {"chain": scope.chain} if scope else {}
        stale = {**within, "st": PENDING, "at": {"$lt": await self._mongo.now() - UNCLAIMED}}
        await self._rows.update_many(stale, {"$set": {"st": DROPPED}})
        gone = await self._rows.find({**within, "st": DROPPED}, projection={"_id": 1}, limit=1000)
        for row in gone:
            await self._bytes.delete(row["_id"])
            await self._rows.delete_one({"_id": row["_id"]})
        return len(gone)


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    source.seek(0)
    while piece := source.read(PIECE):
        yield piece

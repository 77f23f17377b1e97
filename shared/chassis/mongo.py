"""MongoDB behind one seam: the only file that knows the driver (PyMongo Async, or Motor when asked)."""

import asyncio
import contextlib
import datetime as dt
import inspect
import pkgutil
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pymongo
from bson import ObjectId
from bson.binary import Binary
from bson.codec_options import CodecOptions
from pymongo.errors import BulkWriteError, DuplicateKeyError, NetworkTimeout, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from shared.chassis.buckets import BUCKETS, Files
from shared.chassis.documents import BulkOp, Delete, Document, Filter, Index, Insert, Put, Sort, Update
from shared.chassis.patience import MOST_MS, waited_for
from shared.chassis.settings import ServiceSettings

__all__ = [
    "Binary",
    "BulkOp",
    "Collection",
    "DatabaseError",
    "Delete",
    "Document",
    "Duplicate",
    "Files",
    "Index",
    "Insert",
    "Mongo",
    "ObjectId",
    "Put",
    "Refused",
    "Tx",
]

Result = TypeVar("Result")

DatabaseError = PyMongoError
Refused = OperationFailure
"""The server answered that it will not do it, as opposed to no answer at all."""
CLIENTS = {"pymongo": "pymongo:AsyncMongoClient", "motor": "motor.motor_asyncio:AsyncIOMotorClient"}
"""By name, so that a process loads only the driver it uses: Motor takes a tenth of a service's start."""
TIMEOUT_MS = 10_000
_COMMIT_TRIES = 12
_INDEXING_S = 3600


class Duplicate(Exception):
    """A unique key is there already. Inside a transaction it has aborted it: let it out, then look again."""


class Tx:
    """One open transaction; hand it to every collection call that belongs to it.

    One that gathers has no session yet: what is read is read outside, and inserts and bulks wait in `gathered`, by
    collection, for a transaction that several share (see `together`).
    """

    def __init__(self, session: Any, gathered: dict[str, list[BulkOp]] | None = None) -> None:
        self.session, self.gathered = session, gathered
        self.before_commit: list[Callable[[], None]] = []
        self.after_commit: list[Callable[[], None]] = []


def _native(op: BulkOp) -> Any:
    if isinstance(op, Insert):
        return pymongo.InsertOne(op.document)
    if isinstance(op, Put):
        return pymongo.UpdateOne(op.filter, op.update, upsert=op.upsert)
    return pymongo.DeleteOne(op.filter)


async def _settled(value: Any) -> Any:
    """Motor and PyMongo Async differ in which calls are coroutines; this takes either."""
    return await value if inspect.isawaitable(value) else value


def _session(tx: Tx | None) -> Any:
    return tx.session if tx else None


@contextlib.asynccontextmanager
async def _patiently(tx: Tx | None) -> AsyncIterator[dict[str, int]]:
    """The server's limit for a read that somebody waits for; others, and those of a transaction, have the driver's.

    The driver's own deadline would overwrite that limit with its rest, so that it is kept here.
    """
    tied = tx is not None and (tx.session is None or tx.session.in_transaction)
    if tied or not waited_for():
        yield {}
        return
    with pymongo.timeout(0):
        try:
            async with asyncio.timeout(TIMEOUT_MS / 1000):
                yield {"ms": MOST_MS}
        except TimeoutError as late:
            raise NetworkTimeout("no answer in time") from late


def _limit(bound: dict[str, int]) -> Document:
    return {"maxTimeMS": bound["ms"]} if bound else {}


def _ascending(keys: Sequence[str]) -> list[tuple[str, int]]:
    return [(key, pymongo.ASCENDING) for key in keys]


def _writing(tx: Tx | None) -> Any:
    """The session of a write whose outcome is asked for at once, which one that waits does not have yet."""
    assert tx is None or tx.gathered is None, "only inserts and bulks can wait for a shared transaction"
    return _session(tx)


def _all_duplicates(failure: BulkWriteError) -> bool:
    errors = failure.details.get("writeErrors", []) if failure.details else []
    return bool(errors) and all(error.get("code") == 11000 for error in errors)


class Collection:
    """One collection; the same few calls on either driver."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    async def find_one(
        self, filter: Filter, *, projection: Any = None, sort: Sort | None = None, tx: Tx | None = None
    ) -> Document | None:
        """The first match, or None."""
        async with _patiently(tx) as limit:
            found: Document | None = await self._raw.find_one(
                filter, projection, sort=sort, session=_session(tx), max_time_ms=limit.get("ms")
            )
        return found

    async def find(
        self,
        filter: Filter,
        *,
        projection: Any = None,
        sort: Sort | None = None,
        skip: int = 0,
        limit: int = 0,
        hint: Sequence[str] | None = None,
        tx: Tx | None = None,
    ) -> list[Document]:
        """All matches as a list; bound it by `limit` where the caller cannot. `hint`: the keys of the index to use."""
        found = self._raw.find(filter, projection, sort=sort, skip=skip, limit=limit, session=_session(tx))
        cursor = found.hint(_ascending(hint)) if hint else found
        async with _patiently(tx) as bound:
            rows: list[Document] = await cursor.max_time_ms(bound.get("ms")).to_list(None)
        return rows

    async def stream(
        self, filter: Filter, *, projection: Any = None, sort: Sort | None = None, batch: int = 1000
    ) -> AsyncIterator[Document]:
        """All matches, one by one, for exports and rebuilds."""
        async for row in self._raw.find(filter, projection, sort=sort, batch_size=batch):
            yield row

    async def aggregate(self, pipeline: Sequence[Filter], *, tx: Tx | None = None) -> list[Document]:
        """The result of an aggregation."""
        async with _patiently(tx) as bound:
            cursor = await _settled(self._raw.aggregate(list(pipeline), session=_session(tx), **_limit(bound)))
            rows: list[Document] = await cursor.to_list(None)
        return rows

    async def count(self, filter: Filter, *, limit: int | None = None, hint: Sequence[str] | None = None) -> int:
        """How many match, counted up to `limit`. `hint`: the keys of the index to use."""
        bound: Document = {"limit": limit} if limit else {}
        bound |= {"hint": _ascending(hint)} if hint else {}
        async with _patiently(None) as patience:
            return int(await self._raw.count_documents(filter, **bound, **_limit(patience)))

    async def distinct(self, key: str, filter: Filter) -> list[Any]:
        """The distinct values of one field."""
        async with _patiently(None) as bound:
            values: list[Any] = await self._raw.distinct(key, filter, **_limit(bound))
        return values

    async def insert_one(self, document: Document, *, tx: Tx | None = None) -> None:
        """Insert; a taken unique key raises Duplicate."""
        if self._waits([Insert(document)], tx):
            return
        try:
            await self._raw.insert_one(document, session=_writing(tx))
        except DuplicateKeyError as failure:
            raise Duplicate(str(failure)) from failure

    async def insert_many(self, documents: Sequence[Document], *, ordered: bool = True, tx: Tx | None = None) -> None:
        """Insert all; taken unique keys raise Duplicate (unordered, the others are in)."""
        if not documents or self._waits([Insert(document) for document in documents], tx):
            return
        try:
            await self._raw.insert_many(list(documents), ordered=ordered, session=_writing(tx))
        except BulkWriteError as failure:
            if _all_duplicates(failure):
                raise Duplicate(str(failure)) from failure
            raise

    async def update_one(self, filter: Filter, update: Update, *, upsert: bool = False, tx: Tx | None = None) -> int:
        """Update one; how many matched (an upsert that inserted counts as 1)."""
        try:
            result = await self._raw.update_one(filter, update, upsert=upsert, session=_writing(tx))
        except DuplicateKeyError as failure:
            raise Duplicate(str(failure)) from failure
        return int(result.matched_count or result.upserted_id is not None)

    async def update_many(self, filter: Filter, update: Update, *, tx: Tx | None = None) -> int:
        """Update all matches; how many matched."""
        result = await self._raw.update_many(filter, update, session=_writing(tx))
        return int(result.matched_count)

    async def find_one_and_update(
        self,
        filter: Filter,
        update: Update,
        *,
        upsert: bool = False,
        sort: Sort | None = None,
        tx: Tx | None = None,
    ) -> Document | None:
        """Update one and return it as it is after, or None when nothing matched."""
        try:
            after: Document | None = await self._raw.find_one_and_update(
                filter,
                update,
                upsert=upsert,
                sort=sort,
                return_document=pymongo.ReturnDocument.AFTER,
                session=_writing(tx),
            )
        except DuplicateKeyError as failure:
            raise Duplicate(str(failure)) from failure
        return after

    async def replace(self, filter: Filter, document: Document, *, upsert: bool = True, tx: Tx | None = None) -> int:
        """Replace one; how many matched (an upsert that inserted counts as 1)."""
        result = await self._raw.replace_one(filter, document, upsert=upsert, session=_writing(tx))
        return int(result.matched_count or result.upserted_id is not None)

    async def delete_one(self, filter: Filter, *, tx: Tx | None = None) -> int:
        """Delete one; how many were deleted."""
        return int((await self._raw.delete_one(filter, session=_writing(tx))).deleted_count)

    async def delete_many(self, filter: Filter, *, tx: Tx | None = None) -> int:
        """Delete all matches; how many were deleted."""
        return int((await self._raw.delete_many(filter, session=_writing(tx))).deleted_count)

    async def bulk(self, ops: Sequence[BulkOp], *, ordered: bool = True, tx: Tx | None = None) -> int:
        """Many writes in one round trip; how many documents its updates matched. Taken unique keys raise Duplicate."""
        if not ops or self._waits(ops, tx):
            return 0
        try:
            result = await self._raw.bulk_write([_native(op) for op in ops], ordered=ordered, session=_writing(tx))
        except BulkWriteError as failure:
            if _all_duplicates(failure):
                raise Duplicate(str(failure)) from failure
            raise
        return int(result.matched_count)

    def _waits(self, ops: Sequence[BulkOp], tx: Tx | None) -> bool:
        if tx is None or tx.gathered is None:
            return False
        tx.gathered.setdefault(self._raw.name, []).extend(ops)
        return True

    async def ensure_indexes(self, indexes: Sequence[Index]) -> None:
        """Create what is missing; an index that is new on a large collection may take its time."""
        models = []
        for index in indexes:
            keys = [(key, 1) if isinstance(key, str) else key for key in index.keys]
            options: Document = {"unique": True} if index.unique else {}
            options |= {"partialFilterExpression": index.partial} if index.partial else {}
            options |= {"expireAfterSeconds": index.expire_s} if index.expire_s is not None else {}
            models.append(pymongo.IndexModel(keys, **options))
        if models:
            with pymongo.timeout(_INDEXING_S):
                await self._raw.create_indexes(models)


@dataclass
class Mongo:
    """One service's database."""

    url: str
    database: str
    driver: str = "pymongo"
    _client: Any = field(init=False, repr=False)
    _db: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        make = pkgutil.resolve_name(CLIENTS[self.driver])
        self._client = make(
            self.url, uuidRepresentation="standard", tz_aware=True, timeoutMS=TIMEOUT_MS, w="majority", journal=True
        )
        options: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=dt.UTC)
        self._db = self._client.get_database(self.database, codec_options=options)

    @classmethod
    def of(cls, settings: ServiceSettings) -> "Mongo":
        """The database that a service's environment names."""
        return cls(settings.mongo_url, settings.database, settings.mongo_driver)

    def collection(self, name: str) -> Collection:
        """One collection of this database."""
        return Collection(self._db[name])

    def files(self, name: str) -> Files:
        """A bucket of files in this database."""
        return Files(pkgutil.resolve_name(BUCKETS[self.driver])(self._db, bucket_name=name))

    async def ping(self) -> bool:
        """Whether the database answers."""
        with contextlib.suppress(PyMongoError):
            return bool(await self._client.admin.command("ping"))
        return False

    async def now(self) -> dt.datetime:
        """The server's clock: the one that leases and timers go by."""
        hello = await self._client.admin.command("hello")
        now: dt.datetime = hello["localTime"]
        return now if now.tzinfo else now.replace(tzinfo=dt.UTC)

    async def command(self, asked: Document, database: str | None = None) -> Document:
        """A command to the server, for what sets a database up; DatabaseError when it is refused."""
        answer: Document = await self._client[database or self.database].command(asked)
        return answer

    async def close(self) -> None:
        """Give the connections back."""
        await _settled(self._client.close())

    async def drop(self) -> None:
        """Drop the whole database (tests and `demo-reset` only)."""
        await self._client.drop_database(self.database)

    async def run(self, work: Callable[[Tx], Awaitable[Result]], *, tries: int = _COMMIT_TRIES) -> Result:
        """Do `work` in one transaction (snapshot reads, majority and journaled writes) and return its result.

        Transient conflicts run `work` again, an unknown commit result only the commit; anything else aborts and is
        raised. `work` must have no effect outside the transaction.
        """
        for attempt in range(tries):
            session = await _settled(self._client.start_session())
            try:
                tx = Tx(session)
                await _settled(session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority", j=True)))
                result = await work(tx)
                for first in tx.before_commit:
                    first()
                await self._commit(session)
            except PyMongoError as failure:
                await self._abort(session)
                if attempt + 1 == tries or not failure.has_error_label("TransientTransactionError"):
                    raise
            except BaseException:
                await self._abort(session)
                raise
            else:
                for then in tx.after_commit:
                    then()
                return result
            finally:
                await _settled(session.end_session())
            await asyncio.sleep(random.random() * min(1.0, 0.01 * 2.0 ** min(attempt, 6)))
        raise AssertionError("unreachable: the last try raises")

    async def at_one_moment(self, read: Callable[[Tx], Awaitable[Result]]) -> Result:
        """Read all as it was at one moment that a majority keeps (snapshot reads), without a transaction."""
        session = await _settled(self._client.start_session(snapshot=True))
        try:
            return await read(Tx(session))
        finally:
            await _settled(session.end_session())

    @staticmethod
    async def _commit(session: Any) -> None:
        for attempt in range(_COMMIT_TRIES):
            try:
                await session.commit_transaction()
            except PyMongoError as failure:
                if attempt + 1 == _COMMIT_TRIES or not failure.has_error_label("UnknownTransactionCommitResult"):
                    raise
                await asyncio.sleep(0.05 * (attempt + 1))
            else:
                return

    @staticmethod
    async def _abort(session: Any) -> None:
        if session.in_transaction:
            with contextlib.suppress(PyMongoError):  # the server aborts it by itself after its lifetime
                await session.abort_transaction()

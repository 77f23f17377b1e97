"""What comes at the same time goes to the store together: writes in one transaction, look-ups in one question."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from shared.chassis.mongo import BulkOp, DatabaseError, Delete, Document, Insert, Mongo, Put, Refused, Tx

Result = TypeVar("Result")
MOST = 64
"""Commands in one transaction."""
AT_ONCE = 2
"""Transactions under way: while one waits for the journal, the next is put together."""
_ORDER = (Insert, Put, Delete)


class Overtaken(Exception):
    """A compare-and-set found another version."""


@dataclass(frozen=True)
class _Share:
    tx: Tx
    writes: dict[str, list[BulkOp]]
    written: "asyncio.Future[bool]"


class Together:
    """Runs work as `Mongo.run` does, and lets work that is ready at the same time share a transaction.

    Work reads before that transaction begins, so it may only do what its own writes hold it to: whatever was decided
    on what was read needs a compare-and-set (`Put` without upsert) or a unique key (an event's {agg, ver}, a trigger
    key, an idempotency key). When one fails, nothing of the group is written, and each does its work again alone, in a
    transaction of its own.
    """

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._ready: list[_Share] = []
        self._committing: set[asyncio.Task[None] | None] = set()

    async def run(self, work: Callable[[Tx], Awaitable[Result]]) -> Result:
        """Do `work` and commit what it wrote; it may be done twice, so it has no effect outside its transaction."""
        writes: dict[str, list[BulkOp]] = {}
        tx = Tx(None, writes)
        result = await work(tx)
        if not writes:
            return result
        share = _Share(tx, writes, asyncio.get_running_loop().create_future())
        self._ready.append(share)
        if len(self._committing) < AT_ONCE:
            self._committing.add(asyncio.create_task(self._commit_all()))
        return result if await share.written else await self._mongo.run(work)

    async def _commit_all(self) -> None:
        try:
            while self._ready:
                shares, self._ready = self._ready[:MOST], self._ready[MOST:]
                await self._commit(shares)
        finally:
            # At once, not when the task is done: what becomes ready in between must start another.
            self._committing.discard(asyncio.current_task())

    async def _commit(self, shares: Sequence[_Share]) -> None:
        async def write(tx: Tx) -> None:
            for name, ops in _by_collection(shares).items():
                held = sum(isinstance(op, Put) and not op.upsert for op in ops)
                if await self._mongo.collection(name).bulk(ops, tx=tx) < held:
                    raise Overtaken(name)
            for share in shares:
                tx.before_commit += share.tx.before_commit
                tx.after_commit += share.tx.after_commit

        try:
            await self._mongo.run(write)
        except Refused:
            _settle(shares, False)
        except DatabaseError as failure:
            _settle(shares, failure)
        except Exception:
            # A lost race, or writes that cannot even be sent: alone, each hears of its own fault and of no other's.
            _settle(shares, False)
        except BaseException as failure:
            _settle(shares, failure)
            raise
        else:
            _settle(shares, True)


class Lookups:
    """Looks documents up by id. Ids that are asked for while one question is under way are the next question."""

    def __init__(self, find: Callable[[Sequence[str]], Awaitable[Mapping[str, Document]]]) -> None:
        self._find = find
        self._waiting: dict[str, asyncio.Future[Document | None]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def find(self, one: str) -> Document | None:
        """The document as it was found after this call; it may be shared, so it is not to be changed."""
        answer = self._waiting.get(one)
        if answer is None:
            answer = self._waiting[one] = asyncio.get_running_loop().create_future()
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_all())
        return await asyncio.shield(answer)  # somebody else may wait for it too

    async def _ask_all(self) -> None:
        try:
            while self._waiting:
                asked, self._waiting = self._waiting, {}
                await self._ask(asked)
        finally:
            self._asking = None

    async def _ask(self, asked: Mapping[str, "asyncio.Future[Document | None]"]) -> None:
        try:
            found = await self._find(list(asked))
        except Exception as failure:
            for answer in asked.values():
                answer.set_exception(failure)
        except BaseException:
            for answer in asked.values():
                answer.cancel()
            raise
        else:
            for one, answer in asked.items():
                answer.set_result(found.get(one))


def _settle(shares: Sequence[_Share], outcome: bool | BaseException) -> None:
    for share in shares:
        if share.written.done():
            continue  # its caller has gone away; what it asked for is done, or not, all the same
        if isinstance(outcome, BaseException):
            share.written.set_exception(outcome)
        else:
            share.written.set_result(outcome)


def _by_collection(shares: Sequence[_Share]) -> dict[str, list[BulkOp]]:
    """All writes, sorted by what they do: one round trip for each sort, and none after the first that is refused.

    (Unordered, the driver would send the next sort into the aborted transaction and be told to try everything again.)
    """
    merged: dict[str, list[BulkOp]] = {}
    for share in shares:
        for name, ops in share.writes.items():
            merged.setdefault(name, []).extend(ops)
    return {name: sorted(ops, key=lambda op: _ORDER.index(type(op))) for name, ops in merged.items()}

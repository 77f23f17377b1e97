"""Leases: one holder at a time, by the database server's clock."""

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from shared.chassis.mongo import DatabaseError, Duplicate, Mongo

log = logging.getLogger(__name__)
_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


async def ended(task: "asyncio.Future[Any]") -> None:
    """Cancel a task until it is done: a library's `wait_for` may swallow a cancellation that meets its result."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=1)


class Lease:
    """A named lease. `fence` rises each time the holder changes; work that checks it is safe from a paused holder."""

    def __init__(self, mongo: Mongo, name: str, owner: str, ttl_s: float = 15.0) -> None:
        self._rows = mongo.collection("leases")
        self.name, self.owner, self.ttl_s = name, owner, ttl_s
        self.fence: int | None = None
        self._made = False

    async def take(self) -> bool:
        """Take or renew it; False when another owner holds it."""
        await self._make()
        free = {"$or": [{"$eq": ["$owner", self.owner]}, {"$lt": ["$exp", "$$NOW"]}]}
        fence = {"$cond": [{"$eq": ["$owner", self.owner]}, "$fence", {"$add": ["$fence", 1]}]}
        expires = {"$add": ["$$NOW", int(self.ttl_s * 1000)]}
        taken = await self._rows.find_one_and_update(
            {"_id": self.name, "$expr": free}, [{"$set": {"fence": fence, "exp": expires, "owner": self.owner}}]
        )
        self.fence = taken["fence"] if taken else None
        return taken is not None

    async def _make(self) -> None:
        """$expr cannot upsert, so the row is made first, once."""
        if self._made:
            return
        with contextlib.suppress(Duplicate):
            row = {"$setOnInsert": {"owner": "", "fence": 0, "exp": _NEVER}}
            await self._rows.update_one({"_id": self.name}, row, upsert=True)
        self._made = True

    async def held(self) -> bool:
        """Whether it is still ours, asked of the server."""
        mine = {"_id": self.name, "owner": self.owner, "fence": self.fence, "$expr": {"$gt": ["$exp", "$$NOW"]}}
        return await self._rows.find_one(mine) is not None

    async def release(self) -> None:
        """Give it up, so that a standby need not wait for its end."""
        await self._rows.update_one({"_id": self.name, "owner": self.owner}, {"$set": {"exp": _NEVER}})
        self.fence = None

    async def hold(self, work: Callable[[], Awaitable[None]]) -> None:
        """For ever: wait for the lease, run `work` while it is held, stop it when it is lost."""
        while True:
            if not await self._try():
                await asyncio.sleep(self.ttl_s / 3)
                continue
            task = asyncio.ensure_future(work())
            try:
                while not task.done():
                    await asyncio.wait({task}, timeout=self.ttl_s / 3)
                    if not task.done() and not await self._try():
                        log.warning("lease lost", extra={"lease": self.name})
                        break
                if task.done():
                    task.result()
            finally:
                await ended(task)
                with contextlib.suppress(DatabaseError):
                    await self.release()

    async def _try(self) -> bool:
        try:
            return await self.take()
        except DatabaseError as failure:
            log.warning("lease not renewed: %s", type(failure).__name__, extra={"lease": self.name})
            return False


async def renew(mongo: Mongo, leases: Sequence[Lease]) -> bool:
    """Renew leases of one owner in one write; False when any of them is not held any more, or there is none."""
    if not leases or any(lease.fence is None for lease in leases):
        return False
    mine = [{"_id": lease.name, "owner": lease.owner, "fence": lease.fence} for lease in leases]
    valid = {"$or": mine, "$expr": {"$gt": ["$exp", "$$NOW"]}}
    longer = [{"$set": {"exp": {"$add": ["$$NOW", int(leases[0].ttl_s * 1000)]}}}]
    return await mongo.collection("leases").update_many(valid, longer) == len(leases)

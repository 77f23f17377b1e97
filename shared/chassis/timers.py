"""Timers that fire once, never early by the database server's clock, and cost nothing until they are due."""

import asyncio
import contextlib
import datetime as dt
import logging
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.chassis.clock import Clock
from shared.chassis.faultpoints import reach
from shared.chassis.leases import Lease, renew
from shared.chassis.mongo import BulkOp, DatabaseError, Delete, Document, Index, Mongo, Put, Tx
from shared.chassis.telemetry import Metrics

log = logging.getLogger(__name__)
SHARDS = 16
BATCH = 200
POLL_S = 0.5
LEASE_S = 15.0
SHARE_S, SOON_S = 3.0, 0.5
"""How often shards are shared out anew, and while they are being shared out."""
LONGEST_RETRY_S = 300.0
MOST_SKEW_S = 30.0
"""A machine whose clock is this far from the database's fires nothing: what it writes down would be wrong."""
PENDING, FIRED = "pending", "fired"


@dataclass(frozen=True)
class Timer:
    """One deadline in business time. The same id with another generation replaces it; the same one changes nothing."""

    id: str
    kind: str
    subject: str
    due_at: dt.datetime
    generation: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)


class Fire(Protocol):
    """What happens when a timer is due, inside the transaction that marks it fired. Must write only with `tx`."""

    async def __call__(self, tx: Tx, timer: Timer, late_ms: int) -> None:
        """Do it; `late_ms` is business time past the due moment."""
        ...


class FireAll(Protocol):
    """What happens when some timers of one kind are due, for services where many come due at once."""

    async def __call__(self, tx: Tx, due: Sequence[tuple[Timer, int]]) -> None:
        """Do it for each timer, in order, with its `late_ms`; must write only with `tx`."""
        ...


def one_by_one(fire: Fire) -> FireAll:
    """A handler of single timers as one of many."""

    async def fire_all(tx: Tx, due: Sequence[tuple[Timer, int]]) -> None:
        for timer, late_ms in due:
            await fire(tx, timer, late_ms)

    return fire_all


def shard_of(timer_id: str) -> int:
    """The shard of a timer, the same in every process."""
    return zlib.crc32(timer_id.encode()) % SHARDS


def _timer(row: Document) -> Timer:
    return Timer(row["_id"], row["kind"], row["subject"], row["due_at"], row["generation"], row["data"])


class Timers:
    """The timers of one service's store."""

    def __init__(self, mongo: Mongo, clock: Clock, metrics: Metrics, owner: str) -> None:
        self._mongo, self._clock, self._metrics, self._owner = mongo, clock, metrics, owner
        self._rows = mongo.collection("timers")
        self._replicas = mongo.collection("replicas")
        self._leases = [Lease(mongo, f"timers-{shard}", owner, LEASE_S) for shard in range(SHARDS)]
        self._settled = False
        self.skew_s = 0.0
        self.handlers: dict[str, Fire] = {}
        self.batch_handlers: dict[str, FireAll] = {}

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._rows.ensure_indexes([Index(("st", "shard", "due_at")), Index(("subject",))])
        await self._replicas.ensure_indexes([Index(("seen",), expire_s=300)])

    async def arm(self, tx: Tx, timers: Sequence[Timer]) -> None:
        """Set timers. A fired one of the same generation stays fired."""
        ids = [timer.id for timer in timers]
        rows = await self._rows.find({"_id": {"$in": ids}}, projection={"generation": 1}, tx=tx)
        there = {row["_id"]: row["generation"] for row in rows}
        ops: list[BulkOp] = [
            Put({"_id": timer.id}, {"$set": self._row(timer)})
            for timer in timers
            if there.get(timer.id) != timer.generation
        ]
        await self._rows.bulk(ops, tx=tx)

    @staticmethod
    def _row(timer: Timer) -> Document:
        return {
            "shard": shard_of(timer.id),
            "kind": timer.kind,
            "subject": timer.subject,
            "due_at": timer.due_at,
            "generation": timer.generation,
            "data": dict(timer.data),
            "st": PENDING,
            "tries": 0,
            "retry_at": None,
        }

    async def disarm(self, tx: Tx, ids: Sequence[str]) -> None:
        """Take timers back; those that fired stay as they are."""
        await self._rows.bulk([Delete({"_id": timer_id, "st": PENDING}) for timer_id in ids], tx=tx)

    async def pending(self, subject: str) -> list[Timer]:
        """What is still to come for one subject."""
        rows = await self._rows.find({"subject": subject, "st": PENDING}, sort=[("due_at", 1)])
        return [_timer(row) for row in rows]

    async def overdue(self, before: dt.datetime, limit: int = 1000) -> list[Timer]:
        """Timers that should have fired before a moment."""
        shards = {"$in": list(range(SHARDS))}
        wanted = {"st": PENDING, "shard": shards, "due_at": {"$lt": before}}
        return [_timer(row) for row in await self._rows.find(wanted, limit=limit)]

    async def run(self) -> None:
        """For ever: hold a fair share of the shards and fire what is due in them, and in those that nobody holds."""
        try:
            while True:
                try:
                    await self._turn()
                except DatabaseError as failure:
                    log.warning("timers wait for the database (%s)", type(failure).__name__)
                    await asyncio.sleep(1)
        finally:
            with contextlib.suppress(DatabaseError):
                await self._let_go()

    async def _turn(self) -> None:
        """Share, then fire until it is time to share again."""
        clock = asyncio.get_running_loop().time
        shards = await self.share()
        next_share = clock() + (SHARE_S if self._settled else SOON_S)
        while clock() < next_share:
            if not shards or not await self.fire_due(shards):
                await asyncio.sleep(POLL_S)

    async def share(self) -> list[int]:
        """The shards to look through: those held, ⌈16/live⌉ at most, and those that nobody holds.

        A shard is always somebody's to look through: who gives one up for a newcomer goes on with it until that one
        has taken it. For a moment two may look through the same one; that a timer fires once is up to its transaction.
        """
        now = await self._mongo.now()
        if not self._trusted(now):
            await self._let_go()
            self._settled = True
            return []
        await self._replicas.update_one({"_id": self._owner}, {"$set": {"seen": now}}, upsert=True)
        live = await self._replicas.count({"seen": {"$gt": now - dt.timedelta(seconds=LEASE_S)}})
        most = math.ceil(SHARDS / max(1, live))
        nobodys = await self._hold(most, await self._nobodys())
        held = {shard for shard, lease in enumerate(self._leases) if lease.fence is not None}
        # Short of a share, or with shards that wait for somebody: look again soon.
        self._settled = not nobodys and (len(held) == most or live * most > SHARDS)
        return sorted(held | nobodys)

    async def _hold(self, most: int, nobodys: set[int]) -> set[int]:
        """Renew what is held, give up what is too much, take what is nobody's; what is nobody's after that."""
        had = [lease for lease in self._leases if lease.fence is not None]
        if len(had) <= most and await renew(self._mongo, had) and (len(had) == most or not nobodys):
            return nobodys
        held = 0
        for shard, lease in enumerate(self._leases):
            mine = lease.fence is not None
            if held < most and (mine or shard in nobodys) and await lease.take():
                held += 1
                nobodys -= {shard}
            elif mine and lease.fence is not None:
                await lease.release()
                nobodys |= {shard}
        return nobodys

    async def _nobodys(self) -> set[int]:
        names = {lease.name: shard for shard, lease in enumerate(self._leases)}
        valid: Document = {"_id": {"$in": sorted(names)}, "$expr": {"$gte": ["$exp", "$$NOW"]}}
        owned = {row["_id"] for row in await self._mongo.collection("leases").find(valid, projection={"_id": 1})}
        return {shard for name, shard in names.items() if name not in owned}

    def _trusted(self, now: dt.datetime) -> bool:
        self.skew_s = (self._clock.real_now() - now).total_seconds()
        self._metrics.skew.set(self.skew_s)
        if abs(self.skew_s) <= MOST_SKEW_S:
            return True
        log.error("this machine's clock is %.0f s off the database's: it fires no timers", self.skew_s)
        return False

    async def _let_go(self) -> None:
        await self._replicas.delete_one({"_id": self._owner})
        for lease in self._leases:
            if lease.fence is not None:
                await lease.release()

    async def fire_due(self, shards: Sequence[int] = tuple(range(SHARDS))) -> int:
        """Fire what is due in these shards; how many were looked at."""
        real = await self._mongo.now()
        now = self._clock.business_of(real)
        # A kind of a newer version is left to the replicas that know it; one that failed has its next try later.
        known = sorted({*self.handlers, *self.batch_handlers})
        wanted: Document = {"st": PENDING, "shard": {"$in": list(shards)}, "due_at": {"$lte": now}}
        wanted |= {"kind": {"$in": known}, "retry_at": {"$not": {"$gt": real}}}
        rows = await self._rows.find(wanted, sort=[("due_at", 1)], limit=BATCH)
        if not rows:
            return 0
        try:
            await self._fire(rows, now)
        except Exception:  # one timer's fault must not keep the others from firing
            for row in rows:
                await self._fire_alone(row, now, real)
        return len(rows)

    async def _fire_alone(self, row: Document, now: dt.datetime, real: dt.datetime) -> None:
        try:
            await self._fire([row], now)
        except Exception as failure:
            tries = int(row.get("tries", 0)) + 1
            log.warning("a timer could not fire (%s)", type(failure).__name__, extra={"kind": row["kind"]})
            again = real + dt.timedelta(seconds=min(2.0 ** min(tries, 10), LONGEST_RETRY_S))
            mine = {"_id": row["_id"], "st": PENDING, "generation": row["generation"]}
            await self._rows.update_one(mine, {"$set": {"tries": tries, "retry_at": again}})

    async def _fire(self, rows: Sequence[Document], now: dt.datetime) -> None:
        async def work(tx: Tx) -> list[float]:
            # Read again inside: what was fired, taken back or put off meanwhile is not due any more.
            wanted = {"_id": {"$in": [row["_id"] for row in rows]}, "st": PENDING, "due_at": {"$lte": now}}
            due = [_timer(row) for row in await self._rows.find(wanted, sort=[("due_at", 1)], tx=tx)]
            mine = {"_id": {"$in": [timer.id for timer in due]}, "st": PENDING}
            await self._rows.update_many(mine, {"$set": {"st": FIRED, "fired_at": now}}, tx=tx)
            late = [(timer, (now - timer.due_at).total_seconds()) for timer in due]
            for kind in dict.fromkeys(timer.kind for timer in due):
                fire = self.batch_handlers.get(kind) or one_by_one(self.handlers[kind])
                await fire(tx, [(timer, int(past * 1000)) for timer, past in late if timer.kind == kind])
            reach("timer.in_transaction")
            tx.after_commit.append(lambda: reach("timer.committed"))
            return [past for _, past in late]

        for seconds in await self._mongo.run(work):
            self._metrics.late.observe(seconds)

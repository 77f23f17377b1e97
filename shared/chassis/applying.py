"""Apply a poll of Kafka records: skip, hold, gap, apply, park; one Mongo transaction for all of it."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.chassis.clock import Clock
from shared.chassis.cursors import Cursors, sort_by_cursor
from shared.chassis.faultpoints import reach_waiting
from shared.chassis.mongo import DatabaseError, Document, Duplicate, Mongo, Tx
from shared.chassis.parking import ConsumerRecord, Parking
from shared.chassis.telemetry import Metrics
from shared.contracts.envelope import Envelope, parse
from shared.contracts.errors import AppError, ErrorKind, not_found
from shared.contracts.topics import TOPICS
from shared.contracts.values import SYSTEM_CHAIN, Scope

log = logging.getLogger(__name__)
COMPACTED = frozenset(topic.name for topic in TOPICS if topic.compacted)
UNSEQUENCED = frozenset({"policy.heartbeat.v1"})
TRIES_BEFORE_PARKING = 5
UNREADY_S, UNREADY_EVERY_S = 15.0, 3.0
_PERMANENT = frozenset({ErrorKind.BROKEN})


class DependencyDown(Exception):
    """The store does not answer: back off, park nothing."""


@dataclass(frozen=True)
class _Read:
    """One record and the event it holds, or why it holds none."""

    record: "ConsumerRecord[bytes, bytes]"
    event: Envelope | None
    fault: str = ""


class Applier:
    """Applies batches for one group. `handler` is the service's; the rest is the same everywhere."""

    def __init__(
        self,
        group: str,
        handler: Any,
        mongo: Mongo,
        clock: Clock,
        metrics: Metrics,
        *,
        keep_cursors: bool = True,
        namespace: str = "",
    ) -> None:
        self.group, self._handler, self._mongo, self._clock, self._metrics = group, handler, mongo, clock, metrics
        self.cursors, self.parking = Cursors(mongo, group), Parking(mongo, group)
        self._keep_cursors, self._namespace = keep_cursors, namespace
        self._unready_since: float | None = None
        self.moved: Callable[[], None] = lambda: None
        """Told of each record that is settled by itself: a batch with many faults is slow, not dead."""

    async def prepare(self) -> None:
        """Create the indexes."""
        await self.cursors.prepare()
        await self.parking.prepare()

    def _read(self, record: "ConsumerRecord[bytes, bytes]") -> _Read:
        try:
            return _Read(record, parse(self._topic(record), record.headers, record.value))
        except AppError as failure:
            return _Read(record, None, failure.message)

    def _topic(self, record: "ConsumerRecord[bytes, bytes]") -> str:
        return str(record.topic).removeprefix(self._namespace)

    async def settle(self, records: Sequence["ConsumerRecord[bytes, bytes]"]) -> None:
        """Apply or park every record; returns only when each has had its effect once."""
        read = [self._read(one) for one in records if one.value is not None or self._topic(one) not in COMPACTED]
        await self._unsequenced(read)
        batch = [item for item in read if item.event is None or item.event.type not in UNSEQUENCED]
        if batch:
            await self._settle(batch)

    async def _unsequenced(self, read: Sequence[_Read]) -> None:
        hear = getattr(self._handler, "hear", None)
        beats = [item.event for item in read if item.event and item.event.type in UNSEQUENCED]
        if beats and hear:
            await self._guarded(hear, beats[-1])

    async def _guarded(self, call: Any, *args: Any) -> None:
        try:
            await call(*args)
        except DatabaseError as failure:
            raise DependencyDown(type(failure).__name__) from failure

    async def _settle(self, batch: Sequence[_Read]) -> None:
        for attempt in range(1, TRIES_BEFORE_PARKING + 1):
            try:
                await self._apply(batch)
            except (
                Exception
            ) as failure:  # whatever a handler raises is settled here, or the partition would stand still
                if len(batch) > 1 and _overran(failure) and await self._mongo.ping():
                    # The store aborts what takes longer than it keeps a transaction: half of it takes half as long.
                    await self._settle(batch[: len(batch) // 2])
                    await self._settle(batch[len(batch) // 2 :])
                    return
                await self._refuse_down(failure)
                if len(batch) > 1:
                    for item in batch:
                        await self._settle([item])
                        self.moved()
                    return
                if _permanent(failure) or attempt == TRIES_BEFORE_PARKING:
                    await self._park(batch[0], f"{type(failure).__name__}: {failure}", unread=_permanent(failure))
                    return
                if _unready(failure):
                    await self._park(batch[0], f"waits: {failure}", waits=True)
                    return
                await asyncio.sleep(0.05 * 2**attempt)
            else:
                self._unready_since = None
                return

    async def _refuse_down(self, failure: Exception) -> None:
        """Raise DependencyDown for what passes by itself: the store is down, or a dead process still holds a lock."""
        if _passing(failure) or not await self._mongo.ping():
            raise DependencyDown(type(failure).__name__) from failure
        if _unready(failure):
            # Right after a start the properties and staff are on their way: worth a moment before anything is parked.
            self._unready_since = self._unready_since or time.monotonic()
            if time.monotonic() - self._unready_since < UNREADY_S:
                raise DependencyDown(str(failure)) from failure

    async def _apply(self, batch: Sequence[_Read]) -> None:
        events = [item.event for item in batch if item.event]
        by_event = {item.event.id: item.record for item in batch if item.event}

        async def work(tx: Tx) -> tuple[int, int, int]:
            if not self._keep_cursors:
                await self._handler.apply(tx, events)
                return len(events), 0, 0
            found = sort_by_cursor(self.group, events, await self.cursors.read(tx, events), COMPACTED)
            if found.fresh:
                await self._handler.apply(tx, found.fresh)
            await self.cursors.advance(tx, found.fresh, found.gaps)
            await reach_waiting("consume.in_transaction")
            for event in found.held:
                await self._park_in(tx, by_event[event.id], event, "an earlier event of this aggregate is parked")
            return len(found.fresh), found.skipped, len(found.gaps)

        if events:
            applied, skipped, gaps = await self._mongo.run(work)
            self._metrics.applied.labels(self.group).inc(applied)
            self._metrics.skipped.labels(self.group).inc(skipped)
            self._metrics.gaps.labels(self.group).inc(gaps)
        for item in batch:
            if item.event is None:
                await self._park(item, item.fault)

    async def _park(self, item: _Read, reason: str, *, waits: bool = False, unread: bool = False) -> None:
        log.error("%s: parked a record of %s: %s", self.group, item.record.topic, reason, extra={"group": self.group})

        async def work(tx: Tx) -> None:
            await self._park_in(tx, item.record, item.event, reason, waits=waits, unread=unread)

        await self._guarded(self._mongo.run, work)
        self._metrics.parked.labels(self.group).inc()

    async def _park_in(
        self,
        tx: Tx,
        record: "ConsumerRecord[bytes, bytes]",
        event: Envelope | None,
        reason: str,
        *,
        waits: bool = False,
        unread: bool = False,
    ) -> None:
        now = self._clock.real_now()
        fresh = await self.parking.park(tx, record, event, reason, now, waits=waits, unread=unread)
        if fresh and event and self._keep_cursors:
            await self.cursors.hold(tx, event)

    async def redrive_unready(self) -> None:
        """Once what an older version could not read; then for ever what waits for something not heard of yet.

        Such as a hotel that auth is about to tell.
        """
        await self._try_again(await self.parking.unread())
        while True:
            await self._try_again(await self.parking.unready())
            await asyncio.sleep(UNREADY_EVERY_S)

    async def _try_again(self, subjects: Sequence[str]) -> None:
        for subject in subjects:
            try:
                await self.redrive(Scope(chain=SYSTEM_CHAIN), subject)
            except (AppError, DatabaseError, Duplicate) as failure:
                log.info("%s: still waits (%s)", self.group, type(failure).__name__)

    async def redrive(self, scope: Scope, subject: str) -> int:
        """Apply a chain's parked events of one aggregate in order; how many. A second run is a no-op (F29)."""
        done = 0
        # Until none is left: what came meanwhile was parked behind these, and nothing else would ever take it up.
        while rows := await self.parking.waiting(scope, subject):
            done += await self._redrive(rows)
        return done

    async def _redrive(self, rows: Sequence[Document]) -> int:
        done = 0
        for row in rows:
            headers = [(name, bytes(value) if value is not None else None) for name, value in row["headers"]]
            event = parse(
                row["topic"].removeprefix(self._namespace),
                headers,
                bytes(row["value"]) if row["value"] is not None else None,
            )

            async def work(tx: Tx, row: Any = row, event: Envelope = event) -> bool:
                if not await self.parking.claim(tx, row):
                    return False
                cursor = (await self.cursors.read(tx, [event])).values()
                if event.sequence > max((int(c.get("seq", 0)) for c in cursor), default=0):
                    await self._handler.apply(tx, [event])
                await self.cursors.let_go(tx, event)
                return True

            done += await self._mongo.run(work)
        return done

    async def rebuild(self, scope: Scope, subject: str) -> None:
        """Forget one aggregate's cursor and projected rows; republishing it then applies it from version 1."""

        async def work(tx: Tx) -> None:
            if not await self.cursors.forget(tx, scope, subject):
                raise not_found("aggregate")
            await self._handler.forget(tx, subject)

        await self._mongo.run(work)


def _overran(failure: Exception) -> bool:
    """Whether the store gave a transaction up, time after time, while it answers: a conflict, or it took too long."""
    return (
        isinstance(failure, DatabaseError)
        and not failure.timeout
        and failure.has_error_label("TransientTransactionError")
    )


def _passing(failure: Exception) -> bool:
    """A time-out, or a transaction that conflicts: a killed process keeps its locks for some seconds."""
    labels = ("TransientTransactionError", "UnknownTransactionCommitResult")
    return isinstance(failure, DatabaseError) and (failure.timeout or any(map(failure.has_error_label, labels)))


def _permanent(failure: Exception) -> bool:
    return isinstance(failure, AppError) and failure.kind in _PERMANENT


def _unready(failure: Exception) -> bool:
    return isinstance(failure, AppError) and failure.kind is ErrorKind.UNAVAILABLE

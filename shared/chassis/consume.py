"""The `consume` wiring: at least once on the wire, once in effect."""

import asyncio
import contextlib
import dataclasses
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from faststream import AckPolicy

from shared.chassis.access import Access
from shared.chassis.applying import Applier, DependencyDown
from shared.chassis.clock import Clock
from shared.chassis.faultpoints import reach_waiting
from shared.chassis.kafka import broker
from shared.chassis.liveness import Progress
from shared.chassis.losses import Losses, passed_over
from shared.chassis.mongo import DatabaseError, Mongo, Tx
from shared.chassis.parking import ConsumerRecord
from shared.chassis.settings import ServiceSettings
from shared.chassis.telemetry import SpanKind, Telemetry
from shared.contracts.envelope import Envelope

log = logging.getLogger(__name__)
IN_PLACE_S = 20.0
PAUSE_S = 5.0
ANSWER_S = 5.0
Records = Sequence["ConsumerRecord[bytes, bytes]"]


class Handler(Protocol):
    """What a service does with events: apply new ones, in order, inside one transaction."""

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Write all effects with `tx`; raise a `broken` AppError for an event that can never be applied."""
        ...

    async def forget(self, tx: Tx, subject: str) -> None:
        """Drop what was projected from one aggregate, before its events are applied again (rebuild)."""
        ...


@dataclasses.dataclass(frozen=True)
class Consumer:
    """One group over some topics. `cursors=False` for a handler that is keyed by event itself (audit)."""

    group: str
    topics: tuple[str, ...]
    handler: Handler
    cursors: bool = True


async def whole_records(records: Any, original: Any) -> Any:
    # Must never raise: a parser that raises skips the batch. Headers may be null or not UTF-8, so they are hidden
    # from FastStream's own parser and read by ours. Nothing reads its copy of the batch: one record makes a message.
    message = await original((dataclasses.replace(records[0], headers=()),))
    message.raw_message = records
    return message


async def undecoded(message: Any) -> Any:
    return message


class _Assigned(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types here
    """Looks at partitions as they are given to us, before anything is read from them."""

    def __init__(self, look: Callable[[Iterable[TopicPartition]], Awaitable[None]]) -> None:
        self._look = look

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Nothing: a batch that runs commits its effects or conflicts with the new owner's."""

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Look, and let nothing that goes wrong there keep us from reading."""
        with contextlib.suppress(KafkaError, DatabaseError, TimeoutError, OSError):
            await self._look(assigned)


class Consumption:
    """One running consumer: a poll is a Mongo transaction, then an explicit commit of its offsets."""

    def __init__(
        self, consumer: Consumer, mongo: Mongo, clock: Clock, telemetry: Telemetry, settings: ServiceSettings
    ) -> None:
        self.spec, self._telemetry = consumer, telemetry
        self.applier = Applier(
            consumer.group,
            consumer.handler,
            mongo,
            clock,
            telemetry.metrics,
            keep_cursors=consumer.cursors,
            namespace=settings.kafka_namespace,
        )
        self.losses = Losses(mongo, consumer.group)
        self._broker = broker(Access.of(settings), f"bellboard-{consumer.group}", settings.grace_s)
        self._subscriber = self._broker.subscriber(
            *(settings.kafka_namespace + topic for topic in consumer.topics),
            group_id=settings.kafka_namespace + consumer.group,
            batch=True,
            max_records=500,
            batch_timeout_ms=20,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            parser=whole_records,
            decoder=undecoded,
            heartbeat_interval_ms=1_000,
            session_timeout_ms=int(settings.session_s * 1000),
            max_poll_interval_ms=int(settings.max_poll_s * 1000),
            listener=_Assigned(self._note_losses),
        )
        self._subscriber(self._on_batch)
        self._resuming: set[asyncio.Task[None]] = set()
        self._progress = Progress(settings.stuck_after_s)
        self.applier.moved = lambda: self._progress.excuse(time.monotonic())

    async def start(self) -> None:
        """Join the group; raises KafkaError while the broker is down."""
        await self._broker.start()

    async def stop(self) -> None:
        """Finish the batch that runs, leave the group."""
        for task in self._resuming:
            task.cancel()
        await self._broker.stop()

    async def _on_batch(self, message: Any) -> None:
        records: Records = message.raw_message
        try:
            await self._settle(records)
        except DependencyDown as down:
            log.warning("%s: paused, %s", self.spec.group, down, extra={"group": self.spec.group})
            self._pause(message.consumer, records)
            return
        except Exception:
            # FastStream would swallow it and skip the batch: go back instead.
            log.exception("%s: a batch failed and is read again", self.spec.group)
            self._pause(message.consumer, records)
            return
        await reach_waiting("consume.committed")
        await self._commit(message.consumer, records)

    async def _settle(self, records: Records) -> None:
        deadline = time.monotonic() + IN_PLACE_S
        wait = 0.1
        while True:
            try:
                await reach_waiting("consume.read")
                with self._telemetry.tracer.start_as_current_span(
                    f"{self.spec.group} consume", kind=SpanKind.CONSUMER, links=self._links(records)
                ):
                    await self.applier.settle(records)
            except DependencyDown:
                self._progress.excuse(time.monotonic())
                if time.monotonic() + wait > deadline:
                    raise
                await asyncio.sleep(wait)
                wait = min(wait * 2, 5.0)
            else:
                return

    def _links(self, records: Records) -> Any:
        if not self._telemetry.exports:
            return ()
        parents = [dict(record.headers).get("traceparent") for record in records]
        return self._telemetry.links([p.decode("ascii", "replace") if p else None for p in parents])

    def _pause(self, consumer: Any, records: Records) -> None:
        first: dict[TopicPartition, int] = {}
        for record in records:
            first.setdefault(TopicPartition(record.topic, record.partition), record.offset)
        for partition, offset in first.items():
            try:
                consumer.seek(partition, offset)
                consumer.pause(partition)
            except IllegalStateError:
                continue  # moved to another member, which reads it from the committed offset
        task = asyncio.get_running_loop().create_task(self._resume(consumer, list(first)))
        self._resuming.add(task)
        task.add_done_callback(self._resuming.discard)

    async def _resume(self, consumer: Any, partitions: Sequence[TopicPartition]) -> None:
        await asyncio.sleep(PAUSE_S)
        for partition in partitions:
            try:
                consumer.resume(partition)
            except IllegalStateError:
                continue

    async def _commit(self, consumer: Any, records: Records) -> None:
        newest = {TopicPartition(r.topic, r.partition): r.offset + 1 for r in records}
        try:
            await asyncio.wait_for(consumer.commit(newest), 10)
        except (CommitFailedError, IllegalStateError, KafkaError, TimeoutError) as failure:
            # Read again by us or by the partition's new owner; the cursors skip it.
            log.info("%s: offsets not committed (%s)", self.spec.group, type(failure).__name__)

    async def _note_losses(self, assigned: Iterable[TopicPartition]) -> None:
        consumer = self._subscriber.consumer
        if consumer is None:
            return
        async with asyncio.timeout(ANSWER_S):
            begins = await consumer.beginning_offsets(list(assigned))
            committed = {one: await consumer.committed(one) for one in begins}
        self._telemetry.metrics.losses.labels(self.spec.group).inc(
            await self.losses.note(passed_over(committed, begins))
        )

    async def reread_if_asked(self) -> None:
        """Go back to the first record of every partition of ours when an operator has asked the group to."""
        consumer = self._subscriber.consumer
        asked = await self.losses.asked()
        # Without partitions (they are just being given out anew) there is nothing to go back in yet.
        if consumer is not None and asked is not None and (mine := list(consumer.assignment())):
            await consumer.seek_to_beginning(*mine)
            begins = await consumer.beginning_offsets(mine)
            await asyncio.wait_for(consumer.commit(begins), ANSWER_S)
            self.losses.done(asked)
            log.info("%s reads its topics again", self.spec.group, extra={"group": self.spec.group})

    def lags(self) -> dict[TopicPartition, int]:
        """Records behind, by assigned partition, as the last poll told; empty before the first one."""
        consumer = self._subscriber.consumer
        if consumer is None:
            return {}
        found = {}
        for partition, position in self._positions().items():
            high, last = consumer.highwater(partition), consumer.last_stable_offset(partition)
            if high is not None and position is not None:
                found[partition] = max(0, (last if last and last > 0 else high) - position)
        return found

    def partitions(self) -> int:
        """How many partitions this process has begun to read for the group."""
        return len(self.lags())

    def _positions(self) -> dict[TopicPartition, int | None]:
        # The public position() is a coroutine that may wait; liveness must answer at once.
        consumer = self._subscriber.consumer
        if consumer is None or not consumer.assignment():
            return {}
        held = consumer._subscription.subscription.assignment
        states = {one: held.state_value(one) for one in consumer.assignment()}
        return {
            one: int(state.position) if state and state.has_valid_position else None for one, state in states.items()
        }

    def _fetched(self) -> frozenset[TopicPartition]:
        # Nothing public tells what waits in memory: aiokafka hands one partition's out before it takes the next.
        fetcher = getattr(self._subscriber.consumer, "_fetcher", None)  # none before it has joined
        return frozenset(fetcher._records) if fetcher is not None else frozenset()

    def alive(self) -> bool:
        """Whether every partition moves, or has caught up."""
        lags = self.lags()
        for partition, lag in lags.items():
            self._telemetry.metrics.lag.labels(self.spec.group, partition.topic, str(partition.partition)).set(lag)
        return not self._progress.dead(time.monotonic())

    async def look(self) -> None:
        """Ask the broker where the partitions end, whatever the consumer believes, and note whether they move."""
        consumer = self._subscriber.consumer
        positions = self._positions()
        if consumer is None or not positions:
            return
        try:
            async with asyncio.timeout(ANSWER_S):
                ends = await consumer.end_offsets(list(positions))
        except (KafkaError, TimeoutError, OSError):
            return  # the broker is down: nobody is behind what cannot be read
        lags = {one: end - (positions.get(one) or 0) for one, end in ends.items()}
        self._progress.look(time.monotonic(), positions, lags, self._fetched())

"""The `tail` wiring: no group, from the latest offset, for pages that are open now."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from shared.chassis.access import Access
from shared.chassis.kafka import KafkaError
from shared.chassis.settings import ServiceSettings
from shared.contracts.envelope import Envelope, parse
from shared.contracts.errors import AppError

log = logging.getLogger(__name__)
MOST = 500
LOOK_MS = 1000
AGAIN_S = 1.0
STOP_S = 5.0


@dataclass(frozen=True)
class Tail:
    """Hand each new event of some topics to `on_event`; nothing is kept, nothing is committed."""

    name: str
    topics: tuple[str, ...]
    on_event: Callable[[Envelope], Awaitable[None]]


class Tailing:
    """One running tail. What it misses while down is not made up: pages reload when they reconnect.

    The library itself, not FastStream: that waits 20 ms between polls that find nothing, this one wakes when
    something comes, and there is no group and no commit to be careful with.
    """

    def __init__(self, tail: Tail, settings: ServiceSettings) -> None:
        self._tail, self._settings = tail, settings
        self._consumer: AIOKafkaConsumer | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin at the end of the topics."""
        consumer = AIOKafkaConsumer(
            *(self._settings.kafka_namespace + topic for topic in self._tail.topics),
            **Access.of(self._settings).client(),
            client_id=f"bellboard-{self._tail.name}-tail",
            group_id=None,
            auto_offset_reset="latest",
            isolation_level="read_committed",
            metadata_max_age_ms=5_000,
        )
        try:
            await consumer.start()
        except BaseException:
            await _stopped(consumer)
            raise
        self._consumer = consumer
        self._reading = asyncio.create_task(self._read(consumer), name=f"{self._tail.name} tail")

    async def stop(self) -> None:
        """Stop."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading}, timeout=STOP_S)
        if self._consumer is not None:
            await _stopped(self._consumer)

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            try:
                polled = await consumer.getmany(timeout_ms=LOOK_MS, max_records=MOST)
            except KafkaError as failure:
                log.warning("tail %s: %s", self._tail.name, type(failure).__name__)
                await asyncio.sleep(AGAIN_S)
                continue
            for records in polled.values():
                await self._tell(records)

    async def _tell(self, records: "Iterable[ConsumerRecord[bytes, bytes]]") -> None:
        for record in records:
            try:
                await self._tail.on_event(
                    parse(record.topic.removeprefix(self._settings.kafka_namespace), record.headers, record.value)
                )
            except AppError as failure:
                log.info("tail skips a record of %s: %s", record.topic, failure.message)
            except Exception:  # one page's fault must not keep the others from hearing
                log.exception("tail %s: an event could not be told", self._tail.name)


async def _stopped(consumer: AIOKafkaConsumer) -> None:
    with contextlib.suppress(TimeoutError, KafkaError):
        await asyncio.wait_for(consumer.stop(), STOP_S)

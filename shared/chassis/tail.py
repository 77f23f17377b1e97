"""The `tail` wiring: no group, from the latest offset, for pages that are open now."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from faststream import AckPolicy

from shared.chassis.consume import undecoded, whole_records
from shared.chassis.kafka import broker
from shared.chassis.settings import ServiceSettings
from shared.contracts.envelope import Envelope, parse
from shared.contracts.errors import AppError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tail:
    """Hand each new event of some topics to `on_event`; nothing is kept, nothing is committed."""

    name: str
    topics: tuple[str, ...]
    on_event: Callable[[Envelope], Awaitable[None]]


class Tailing:
    """One running tail. What it misses while down is not made up: pages reload when they reconnect."""

    def __init__(self, tail: Tail, settings: ServiceSettings) -> None:
        self._tail, self._namespace = tail, settings.kafka_namespace
        self._broker = broker(settings.kafka_servers, f"bellboard-{tail.name}-tail")
        subscriber = self._broker.subscriber(
            *(settings.kafka_namespace + topic for topic in tail.topics),
            group_id=None,
            batch=True,
            max_records=500,
            batch_timeout_ms=20,
            auto_offset_reset="latest",
            isolation_level="read_committed",
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            parser=whole_records,
            decoder=undecoded,
        )
        subscriber(self._on_batch)

    async def start(self) -> None:
        """Begin at the end of the topics."""
        await self._broker.start()

    async def stop(self) -> None:
        """Stop."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._broker.stop(), 5)

    async def _on_batch(self, message: Any) -> None:
        records: Sequence[Any] = message.raw_message
        for record in records:
            try:
                await self._tail.on_event(
                    parse(record.topic.removeprefix(self._namespace), record.headers, record.value)
                )
            except AppError as failure:
                log.info("tail skips a record of %s: %s", record.topic, failure.message)

"""Kafka clients with the only settings that keep our promises."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from faststream.kafka import KafkaBroker

from shared.chassis.access import Access

__all__ = ["KafkaError", "MessageSizeTooLargeError", "Producer", "broker"]

log = logging.getLogger(__name__)
Headers = Sequence[tuple[str, bytes]]
_STOP_S = 5.0
MAX_REQUEST = 1_048_576


class Producer:
    """A fully acknowledged producer that is dropped and made anew when it fails.

    It is not Kafka's "idempotent" one: a broker that lost its disk gives out the same producer ids again, and then
    takes one producer's record for another's retry and acknowledges it unwritten (ADR 14). Whoever reads our topics
    drops what comes twice, and one batch at a time is under way for each partition, so order needs no ids either.
    """

    def __init__(self, access: Access, client_id: str) -> None:
        self._access, self._client_id = access, client_id
        self._live: AIOKafkaProducer | None = None
        self._lock = asyncio.Lock()
        self.restarts = 0

    async def _producer(self) -> AIOKafkaProducer:
        async with self._lock:
            if self._live is None:
                fresh = AIOKafkaProducer(
                    **self._access.client(),
                    client_id=self._client_id,
                    enable_idempotence=False,
                    acks="all",
                    linger_ms=5,
                    compression_type="lz4",
                    max_request_size=MAX_REQUEST,
                    max_batch_size=131_072,
                    request_timeout_ms=10_000,
                    metadata_max_age_ms=5_000,
                )
                try:
                    await asyncio.wait_for(fresh.start(), 15)
                except BaseException:
                    await _stop(fresh)
                    raise
                self._live = fresh
            return self._live

    async def send(self, topic: str, key: bytes, value: bytes | None, headers: Headers) -> "asyncio.Future[object]":
        """Queue one record; the future is done when every in-sync replica has it.

        Raises MessageSizeTooLargeError at once for a record that can never be sent.
        """
        producer = self._live or await self._producer()
        future: asyncio.Future[object] = await producer.send(topic, value=value, key=key, headers=list(headers))
        return future

    async def drop(self) -> None:
        """Forget the producer after a failure; the next send makes a new one. What timed out may still arrive."""
        live, self._live = self._live, None
        if live is not None:
            self.restarts += 1
            await _stop(live)

    async def stop(self) -> None:
        """Flush and close."""
        live, self._live = self._live, None
        if live is not None:
            await _stop(live)


async def _stop(producer: AIOKafkaProducer) -> None:
    # stop() can hang while the broker is down.
    with contextlib.suppress(TimeoutError, KafkaError):
        await asyncio.wait_for(producer.stop(), _STOP_S)


def broker(access: Access, client_id: str, grace_s: float = 5.0) -> KafkaBroker:
    """A consuming broker: no topic is ever created by reading it, and re-created topics are noticed in 5 s.

    Stopping it waits `grace_s` for the batch that runs; a slower one is not acknowledged and so is read again.
    """
    return KafkaBroker(
        access.servers,
        security=access.security(),
        client_id=client_id,
        consumer_only=True,
        apply_types=False,
        allow_auto_create_topics=False,
        graceful_timeout=grace_s,
        metadata_max_age_ms=5_000,
        logger=None,
    )

"""Bare aiokafka clients with the settings that our own have: what floors are measured with."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.ground import NAMESPACE
from shared.contracts.envelope import Envelope

Bytes = tuple[str, bytes, bytes, list[tuple[str, bytes]]]
"""Topic, key, value and headers of one record."""


def bytes_of(events: Sequence[Envelope]) -> list[Bytes]:
    """What goes on the wire for these events."""
    return [(NAMESPACE + e.topic, e.subject.encode(), e.value, list(e.headers())) for e in events]


@asynccontextmanager
async def producer(servers: str) -> AsyncIterator[AIOKafkaProducer]:
    """A producer with the settings of ours: all replicas acknowledge, lz4, 5 ms of linger, batches of 128 kB."""
    made = AIOKafkaProducer(
        bootstrap_servers=servers,
        enable_idempotence=False,
        acks="all",
        linger_ms=5,
        compression_type="lz4",
        max_batch_size=131_072,
    )
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def produce(made: AIOKafkaProducer, records: Sequence[Bytes]) -> None:
    """Send all and wait until each is acknowledged."""
    acks = [await made.send(topic, key=key, value=value, headers=headers) for topic, key, value, headers in records]
    await asyncio.gather(*acks)


@asynccontextmanager
async def consumer(servers: str, group: str, topics: Sequence[str]) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that reads from the beginning and commits when told to."""
    made = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=servers,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
    )
    await made.start()
    try:
        yield made
    finally:
        await made.stop()

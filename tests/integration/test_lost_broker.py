"""A broker that lost its disk, and producers that are older than the one that came back."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.stack import Stack
from shared.chassis.access import Access
from shared.chassis.kafka import Producer
from shared.contracts import topics

pytestmark = pytest.mark.integration
KEY = b"operation:records"
ONE_PARTITION = topics.CHECKPOINTS
"""A topic of one partition: both producers' first records meet there."""


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    """A Kafka of the test's own, which it may lose."""
    made = Stack(folder=tmp_path / "stack")
    made.open()
    try:
        await made.start_kafka()
        yield made
    finally:
        await made.close()


async def acknowledged(producer: Producer, value: bytes) -> None:
    """Send one record and wait for the broker's word that it is kept."""
    await asyncio.wait_for(await producer.send(ONE_PARTITION, KEY, value, ()), 20)


async def values(servers: str) -> list[bytes]:
    """Everything on the topic."""
    partition = TopicPartition(ONE_PARTITION, 0)
    async with AIOKafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest", group_id=None) as consumer:
        consumer.assign([partition])
        end = (await consumer.end_offsets([partition]))[partition]
        found: list[bytes] = []
        while len(found) < end:
            found += [
                record.value for record in (await consumer.getmany(partition, timeout_ms=1000)).get(partition, ())
            ]
    return found


async def test_acknowledged_record_is_there_when_an_older_producer_meets_a_new_one(stack: Stack) -> None:
    """A wiped broker gives a new producer the id of the older one: neither may pass for the other's retry."""
    access = Access(stack.kafka_servers)
    older, newer = Producer(access, "older"), Producer(access, "newer")
    try:
        await asyncio.wait_for(await older.send(topics.POLICY, KEY, b"before", ()), 20)
        await stack.stop("kafka")
        shutil.rmtree(stack.folder.data("kafka"))
        await stack.start_kafka()
        await acknowledged(newer, b"newer")
        await acknowledged(older, b"older")
        assert await values(stack.kafka_servers) == [b"newer", b"older"]
    finally:
        await older.stop()
        await newer.stop()

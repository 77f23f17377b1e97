"""What a group has fetched and not handed out yet is known, on a real broker: those partitions wait for their turn."""

import asyncio
from collections.abc import Sequence

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition

from shared.chassis.consume import Consumer
from shared.chassis.mongo import Tx
from shared.contracts import topics
from shared.contracts.envelope import Envelope
from tests.factories.chassis import chassis_for, running, until
from tests.factories.topics import make_topics

pytestmark = pytest.mark.integration
MORE_THAN_A_POLL = 600
ODD = [("ce_id", b"\xff\xfe")]


class Gate:
    """Holds whatever comes until it is opened."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Wait."""

    async def forget(self, tx: Tx, subject: str) -> None:
        """Nothing was kept."""


async def test_partitions_behind_another_s_records_are_known_to_wait(
    mongo_url: str, kafka_servers: str, database_name: str, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_topics(kafka_servers, topic_prefix)
    chassis = chassis_for("tests", mongo_url, kafka_servers, database_name, topic_prefix)
    topic = topic_prefix + topics.REPORTS
    async with AIOKafkaProducer(bootstrap_servers=kafka_servers) as producer:
        for partition in (0, 1):
            sent = [await producer.send(topic, b"x", headers=ODD, partition=partition) for _ in range(MORE_THAN_A_POLL)]
            await asyncio.gather(*sent)
    gate = Gate()
    app = chassis.app(title="tests", routers=[], consumers=[Consumer("waiting", (topics.REPORTS,), gate)])
    waiting = chassis.consumptions[1]

    async def hold(records: object) -> None:
        await gate.opened.wait()

    monkeypatch.setattr(waiting.applier, "settle", hold)
    both = {TopicPartition(topic, partition) for partition in (0, 1)}

    async def wait() -> bool:
        return waiting._fetched() == both  # a poll took a part of one; the rest of it and the other are here

    async def nothing_waits() -> bool:
        return not waiting._fetched() and set(waiting.lags().values()) == {0}

    async with running(app):
        await until(wait, "both partitions have records that wait")
        gate.opened.set()
        await until(nothing_waits, "all was handed out")
    assert waiting.alive()

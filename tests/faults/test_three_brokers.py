"""Three brokers: a leader is lost, then the second of three; no acknowledged event is (F15)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.topics import create_topics
from shared.chassis.leases import ended
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.service import Chassis
from shared.contracts import topics
from shared.contracts.envelope import parse
from shared.contracts.topics import BY_NAME
from tests.factories.chassis import chassis_for
from tests.factories.events import report_event
from tests.factories.three_brokers import Brokers, three_brokers
from tests.faults.house import until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
SUBJECT = "spot-checks"
TOPIC = BY_NAME[topics.REPORTS].model_copy(update={"partitions": 1, "in_sync": 2})


@pytest.fixture
async def brokers(tmp_path: Path) -> AsyncIterator[Brokers]:
    """A cluster whose topic has three copies, two of which must have a record."""
    async with three_brokers(tmp_path) as made:
        await create_topics(made.servers, [TOPIC], replication=3)
        yield made


@pytest.fixture
async def chassis(brokers: Brokers, mongo_url: str, database_name: str) -> AsyncIterator[Chassis]:
    """A service whose relay sends."""
    made = chassis_for("tests", mongo_url, brokers.servers, database_name, "")
    await made.outbox.prepare()
    relaying = asyncio.create_task(made.relay.run())
    yield made
    await ended(relaying)
    await made.producer.stop()
    await made.mongo.close()


async def tell(chassis: Chassis, *versions: int) -> None:
    """Commit events in a service's store."""

    async def work(tx: Tx) -> None:
        events = [report_event(SUBJECT, version) for version in versions]
        await chassis.outbox.append(tx, events, Provenance.fresh("corr-0001"))

    await chassis.mongo.run(work)


async def sent(chassis: Chassis) -> bool:
    return await chassis.outbox.depth() == 0


async def told(servers: str) -> list[int]:
    """The versions on the topic, each at its first copy."""
    partition = TopicPartition(TOPIC.name, 0)
    async with AIOKafkaConsumer(bootstrap_servers=servers, group_id=None, auto_offset_reset="earliest") as consumer:
        consumer.assign([partition])
        end = (await consumer.end_offsets([partition]))[partition]
        found: dict[int, None] = {}
        while await consumer.position(partition) < end:
            for record in (await consumer.getmany(partition, timeout_ms=1000)).get(partition, ()):
                found.setdefault(parse(TOPIC.name, record.headers, record.value).sequence)
    return list(found)


async def test_no_event_is_lost_when_the_leader_and_then_a_second_broker_are_lost(
    brokers: Brokers, chassis: Chassis
) -> None:
    await tell(chassis, *range(1, 51))
    await until(lambda: sent(chassis), "all three have the events", 60)

    first = await brokers.leader(TOPIC.name)
    brokers.kill(first)
    await tell(chassis, *range(51, 101))
    await until(lambda: sent(chassis), "another leads, two have the events", 60)

    second = await brokers.leader(TOPIC.name)
    assert second != first
    brokers.kill(second)
    await tell(chassis, *range(101, 151))
    await asyncio.sleep(5)
    assert await chassis.outbox.depth() == 50, "one broker alone must acknowledge nothing"

    brokers.start(first)
    brokers.start(second)
    await until(lambda: sent(chassis), "two are enough again", 90)
    assert await told(brokers.servers) == list(range(1, 151))

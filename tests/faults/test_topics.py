"""Kafka forgets: offsets, a topic's beginning, a topic, everything."""

import shutil
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import RecordsToDelete
from aiokafka.errors import KafkaError

from deploy.demo.recomputed import reports_match
from deploy.local.topics import administered, create_topics
from services.reporting.domain import facts_hash
from services.reporting.events import TOPICS
from services.reporting.store import fact_of
from shared.contracts import topics
from shared.contracts.topics import BY_NAME
from tests.faults.house import House, until

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="package")]
GROUP = "reporting"
BOTH = ("reporting", "reporting-2")
WHY = {"reason": "the broker was lost"}


def facts(house: House) -> tuple[int, str]:
    """How many facts there are, and the hash of all."""
    stored = [fact_of(row) for row in house.rows("reporting", "facts")]
    return len(stored), facts_hash(stored)


async def stop_reporting(house: House) -> None:
    """Both replicas, in good order."""
    for one in BOTH:
        await house.stack.stop(one)


async def to_the_beginning(house: House, names: tuple[str, ...]) -> None:
    """The group's offsets are those of the first records, as after they were lost."""
    partitions = [TopicPartition(name, one) for name in names for one in range(BY_NAME[name].partitions)]
    consumer = AIOKafkaConsumer(bootstrap_servers=house.stack.kafka_servers, group_id=GROUP, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(partitions)
        await until(lambda: _committed(consumer, partitions), "the group is empty and takes other offsets")
    finally:
        await consumer.stop()


async def _committed(consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> bool:
    try:
        await consumer.commit(await consumer.beginning_offsets(partitions))
    except KafkaError:
        return False
    return True


async def test_replay_of_everything_has_no_effect_when_offsets_are_lost(struck: House) -> None:
    """F24."""
    await struck.work()
    await struck.drained()
    before = facts(struck)
    await stop_reporting(struck)
    await to_the_beginning(struck, TOPICS)
    await struck.stack.start_services(BOTH)
    record = await struck.work()
    await struck.drained()
    assert facts(struck)[0] == before[0] + 1
    assert await all_matches(struck, without=record) == before


async def all_matches(house: House, without: str) -> tuple[int, str]:
    """The facts are what their events say; and those that are older than one record."""
    found = reports_match(await house.evidence(), None)  # type: ignore[arg-type]  # asks nothing of its context
    assert found.faults == []
    stored = [fact for row in house.rows("reporting", "facts") if (fact := fact_of(row)).id != without]
    return len(stored), facts_hash(stored)


async def test_facts_are_the_same_when_they_are_dropped_and_read_again(struck: House) -> None:
    """F52: cursors and facts are gone, and the group begins at the first record."""
    await struck.work()
    await struck.drained()
    before = facts(struck)
    await stop_reporting(struck)
    for name in ("facts", "cursors"):
        struck.mongo["bellboard_reporting"][name].delete_many({})
    await to_the_beginning(struck, TOPICS)
    await struck.stack.start_services(BOTH)
    await struck.drained()
    assert facts(struck) == before


async def test_nothing_is_passed_over_when_a_topic_is_made_anew(struck: House) -> None:
    """F25: offsets begin again; the groups are sent to the beginning, the owner sends its history again."""
    await struck.work()
    await struck.drained()
    servers = struck.stack.kafka_servers
    async with administered(servers) as client:
        await client.delete_topics([topics.RECORDS])
    await until(lambda: _made_again(servers), "the topic is made anew")
    operator = struck.operator()
    for service, group in (("reporting", GROUP), ("auth", "auth.audit"), ("records", "records")):
        await operator.act(service, "/ops/v1/reread", {"group": group, **WHY})
    await operator.act("records", "/ops/v1/republish", {"topic": topics.RECORDS, **WHY})
    await struck.work()
    await struck.drained()


async def _made_again(servers: str) -> bool:
    return topics.RECORDS in await create_topics(servers, [BY_NAME[topics.RECORDS]])


async def test_what_kafka_deleted_unread_is_noted_and_brought_back(struck: House) -> None:
    """F35: reporting was down for longer than the topic keeps."""
    record = await struck.work()
    await struck.drained()
    await stop_reporting(struck)
    desk = struck.desk()
    lost = await struck.work(desk)
    await desk.act("records", f"/v1/records/{record}/notes", {"text": "lost too"}, '"4"')
    await until(lambda: not struck.rows("records", "events", st=0), "all is on the topic")
    await delete_records(struck)
    await struck.stack.start_services(BOTH)
    await until(lambda: bool(struck.rows("reporting", "losses", topic=topics.RECORDS)), "the loss is noted")
    await desk.act("records", f"/v1/records/{record}/notes", {"text": "after the gap"}, '"5"')
    await until(lambda: bool(struck.rows("reporting", "gaps", agg=record)), "the gap is noted")
    operator = struck.operator()
    await operator.act("reporting", "/ops/v1/rebuild", {"group": GROUP, "subject": record, **WHY})
    await operator.act("records", "/ops/v1/republish", {"topic": topics.RECORDS, **WHY})
    await struck.drained()
    assert {row["_id"] for row in struck.rows("reporting", "facts")} >= {record, lost}
    assert await all_matches(struck, without="") == facts(struck)


async def delete_records(house: House) -> None:
    """Everything on the topic so far, as retention would."""
    house.beheaded.add(topics.RECORDS)
    async with administered(house.stack.kafka_servers) as client:
        partitions = range(BY_NAME[topics.RECORDS].partitions)
        await client.delete_records(
            {TopicPartition(topics.RECORDS, one): RecordsToDelete(before_offset=-1) for one in partitions}
        )


async def test_everything_is_there_again_when_the_whole_broker_is_lost(struck: House) -> None:
    """The broker comes back empty; each service sends its own history, and nobody does anything twice."""
    await struck.work()
    await struck.drained()
    before = facts(struck)
    await struck.stack.stop("kafka")
    during = await struck.work()
    shutil.rmtree(struck.stack.folder.data("kafka"))
    struck.beheaded.update(BY_NAME)
    await struck.stack.start_kafka()
    operator = struck.operator()
    for service in ("auth", "records", "reporting"):
        await operator.act(service, "/ops/v1/republish", dict[str, Any](WHY))
    await struck.drained()
    assert await all_matches(struck, without=during) == before

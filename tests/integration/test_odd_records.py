"""Records on a topic that no producer of ours writes: headers of every sort, and one that asks to be answered."""

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from shared.chassis.provenance import Provenance
from shared.chassis.service import Chassis
from shared.contracts import topics
from tests.factories.chassis import until
from tests.factories.events import report_event
from tests.integration.test_chassis_events import CHAIN, Tally, produce, publish, stand

pytestmark = pytest.mark.integration
__all__ = ["stand"]
ODD = {
    "not UTF-8": [("ce_id", b"\xff\xfe")],
    "null": [("ce_id", None)],
    "a megabyte": [("ce_note", b"x" * 900_000)],
    "twice": [("ce_id", b"one"), ("ce_id", b"two")],
    "a name of ours in capitals": [("CE_ID", b"x")],
}


async def has(tally: Tally, subject: str) -> bool:
    return await tally.versions(subject) == [(1, 1)]


async def test_s36_odd_headers_are_parked_and_the_partition_flows(stand: tuple[Chassis, Tally]) -> None:
    chassis, tally = stand
    topic = chassis.settings.kafka_namespace + topics.REPORTS
    async with AIOKafkaProducer(bootstrap_servers=chassis.settings.kafka_servers, max_request_size=2_000_000) as odd:
        for headers in ODD.values():
            await odd.send_and_wait(topic, b"{}", b"run-odd", headers=headers)
    await publish(chassis, report_event("run-odd", 1), report_event("run-after", 1))
    await until(lambda: has(tally, "run-after"), "the partition flows")
    await until(lambda: has(tally, "run-odd"), "the aggregate flows, for what cannot be read holds nothing")
    parking = chassis.consumptions[1].applier.parking

    async def all_parked() -> bool:
        return len(await parking.waiting(CHAIN)) == len(ODD)

    await until(all_parked, "each is kept")


async def test_s35_reply_to_of_a_record_is_not_honoured(stand: tuple[Chassis, Tally]) -> None:
    chassis, tally = stand
    settings = chassis.settings
    answers = settings.kafka_namespace + topics.POLICY
    [asked] = chassis.outbox.stamp([report_event("run-asks", 1)], Provenance.fresh("corr-0035"))
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka_servers) as producer:
        headers = [*asked.headers(), ("reply_to", answers.encode()), ("correlation_id", b"x")]
        await producer.send_and_wait(settings.kafka_namespace + asked.topic, asked.value, b"run-asks", headers=headers)
    await produce(chassis, asked)
    await until(lambda: has(tally, "run-asks"), "it is applied once")
    async with AIOKafkaConsumer(bootstrap_servers=settings.kafka_servers, auto_offset_reset="earliest") as reader:
        reader.subscribe([answers])
        came = await reader.getmany(timeout_ms=2000)
    assert sum(map(len, came.values())) == 0

"""Events go from a transaction through the relay and Kafka to an effect, once, whatever is on the topic."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.topics import create_topics
from shared.chassis.consume import Consumer
from shared.chassis.cursors import Cursors, cursor_id
from shared.chassis.mongo import Mongo, Put, Tx
from shared.chassis.provenance import Provenance
from shared.chassis.service import Chassis
from shared.contracts import topics
from shared.contracts.envelope import Envelope, NewEvent, encode
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.values import Scope
from tests.factories.chassis import chassis_for, running, until
from tests.factories.events import report_event
from tests.factories.topics import make_topics

pytestmark = pytest.mark.integration
CHAIN = Scope(chain="grand")


class Tally:
    """Counts how often each event had its effect, inside the transaction that the cursors are in."""

    def __init__(self, mongo: Mongo) -> None:
        self.rows = mongo.collection("tally")

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Add one for each event; subjects named poison can never be applied."""
        if any(b'"report":"poison"' in event.value for event in events):
            raise AppError(ErrorKind.BROKEN, "poison", "This event can never be applied.")
        if any(b'"report":"broken_handler"' in event.value for event in events):
            raise AttributeError("a mistake of ours")
        ops = [
            Put({"_id": event.id}, {"$inc": {"effects": 1}, "$set": {"agg": event.subject, "ver": event.sequence}})
            for event in events
        ]
        await self.rows.bulk(ops, tx=tx)

    async def forget(self, tx: Tx, subject: str) -> None:
        """Drop the effects of one aggregate."""
        await self.rows.delete_many({"agg": subject}, tx=tx)

    async def versions(self, subject: str) -> list[tuple[int, int]]:
        """(version, effects) of one aggregate."""
        rows = await self.rows.find({"agg": subject}, sort=[("ver", 1)])
        return [(row["ver"], row["effects"]) for row in rows]


@pytest.fixture
async def stand(
    mongo_url: str, kafka_servers: str, database_name: str, topic_prefix: str
) -> AsyncIterator[tuple[Chassis, Tally]]:
    """A running service that tallies `reports.v1`."""
    await make_topics(kafka_servers, topic_prefix)
    chassis = chassis_for("tests", mongo_url, kafka_servers, database_name, topic_prefix)
    tally = Tally(chassis.mongo)
    app = chassis.app(title="tests", routers=[], consumers=[Consumer("tally", (topics.REPORTS,), tally)])
    async with running(app):
        yield chassis, tally


async def publish(chassis: Chassis, *events: NewEvent) -> None:
    """Commit event rows; the relay does the rest."""

    async def work(tx: Tx) -> None:
        await chassis.outbox.append(tx, events, Provenance.fresh("corr-0001"))

    await chassis.mongo.run(work)


async def produce(chassis: Chassis, *envelopes: Envelope) -> None:
    """Put records on the topic past the relay, as a duplicate or an attacker would."""
    settings = chassis.settings
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka_servers) as producer:
        for one in envelopes:
            topic = settings.kafka_namespace + one.topic
            await producer.send_and_wait(topic, one.value, one.subject.encode(), headers=one.headers())


async def test_event_has_its_effect_once_when_it_is_sent_thrice(stand: tuple[Chassis, Tally]) -> None:
    chassis, tally = stand
    await publish(chassis, report_event("run-1", 1), report_event("run-1", 2))
    await until(lambda: _is(tally, "run-1", [(1, 1), (2, 1)]), "two effects")
    history = await chassis.outbox.history(CHAIN, "run-1")
    await produce(chassis, *history, *history)
    await chassis.outbox.republish(CHAIN)
    await publish(chassis, report_event("run-1", 3))
    await until(lambda: _is(tally, "run-1", [(1, 1), (2, 1), (3, 1)]), "three effects, each once")


async def test_poison_is_parked_and_the_partition_flows_when_a_record_cannot_be_read(
    stand: tuple[Chassis, Tally],
) -> None:
    chassis, tally = stand
    settings = chassis.settings
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka_servers) as producer:
        topic = settings.kafka_namespace + topics.REPORTS
        odd = [("ce_id", b"\xff\xfe"), ("ce_type", b"x")]
        await producer.send_and_wait(topic, b"not json", b"run-2", headers=odd, partition=0)
        await producer.send_and_wait(topic, None, b"run-2", partition=1)
    await publish(chassis, report_event("run-2", 1), report_event("run-3", 1))
    await until(lambda: _is(tally, "run-2", [(1, 1)]), "the partition flows")
    parking = chassis.consumptions[1].applier.parking

    async def reasons() -> list[str]:
        return sorted(row["reason"].split(":")[0] for row in await parking.waiting(CHAIN))

    await until(lambda: _equals(reasons, ["ce_specversion", "ce_specversion"]), "both are parked")


async def test_letting_an_older_event_go_never_puts_its_cursor_back(stand: tuple[Chassis, Tally]) -> None:
    chassis, _ = stand
    cursors, rows = Cursors(chassis.mongo, "cursor-tests"), chassis.mongo.collection("cursors")
    [older] = await chassis.mongo.run(
        lambda tx: chassis.outbox.append(tx, [report_event("run-9", 1)], Provenance.fresh("corr-0009"))
    )
    name = cursor_id("cursor-tests", older)
    await rows.insert_one({"_id": name, "seq": 9, "held": True, "parked": 1})
    await chassis.mongo.run(lambda tx: cursors.let_go(tx, older))
    assert await rows.find_one({"_id": name}) == {"_id": name, "seq": 9}


async def test_later_events_wait_behind_a_parked_one_until_it_is_redriven(stand: tuple[Chassis, Tally]) -> None:
    chassis, tally = stand
    applier = chassis.consumptions[1].applier
    await publish(chassis, report_event("run-4", 1, report="poison"), report_event("run-4", 2))
    await publish(chassis, report_event("run-5", 1))
    await until(lambda: _is(tally, "run-5", [(1, 1)]), "another aggregate flows")

    async def both_parked() -> bool:
        return len(await applier.parking.waiting(CHAIN, "run-4")) == 2

    await until(both_parked, "the poison and the event behind it are parked")
    mended = encode(report_event("run-4", 1).body)
    await chassis.mongo.collection("parked").update_one({"agg": "run-4", "ver": 1}, {"$set": {"value": mended}})
    assert await applier.redrive(CHAIN, "run-4") == 2
    assert await tally.versions("run-4") == [(1, 1), (2, 1)]
    assert await applier.redrive(CHAIN, "run-4") == 0
    await publish(chassis, report_event("run-4", 3))
    await until(lambda: _is(tally, "run-4", [(1, 1), (2, 1), (3, 1)]), "the hold is cleared")


async def test_gap_is_noted_and_mended_by_rebuild_and_republish(stand: tuple[Chassis, Tally]) -> None:
    chassis, tally = stand
    applier = chassis.consumptions[1].applier
    hidden = chassis.outbox.stamp([report_event("run-6", 2)], Provenance.fresh("corr-0002"))
    await produce(chassis, *hidden)
    await until(lambda: _is(tally, "run-6", [(2, 1)]), "the event carries the state, so it applies")
    assert [(gap["first"], gap["last"]) for gap in await applier.cursors.gaps()] == [(1, 1)]
    await publish(chassis, report_event("run-6", 1), report_event("run-6", 2))
    await applier.rebuild(CHAIN, "run-6")
    await chassis.outbox.republish(CHAIN, subject="run-6")
    await until(lambda: _is(tally, "run-6", [(1, 1), (2, 1)]), "rebuilt from version 1")
    assert await applier.cursors.gaps() == []


async def test_rebuild_loses_nothing_when_a_live_event_comes_in_between(stand: tuple[Chassis, Tally]) -> None:
    chassis, tally = stand
    await publish(chassis, *(report_event("run-7", n) for n in (1, 2, 3)))
    await until(lambda: _is(tally, "run-7", [(1, 1), (2, 1), (3, 1)]), "three effects")
    await chassis.consumptions[1].applier.rebuild(CHAIN, "run-7")
    await publish(chassis, report_event("run-7", 4), report_event("run-8", 1))
    await until(lambda: _is(tally, "run-8", [(1, 1)]), "the live event was read")
    await chassis.outbox.republish(CHAIN, subject="run-7")
    await until(lambda: _is(tally, "run-7", [(1, 1), (2, 1), (3, 1), (4, 1)]), "rebuilt with the live event")


async def test_fault_in_a_handler_parks_its_event_only_whatever_it_raises(stand: tuple[Chassis, Tally]) -> None:
    chassis, tally = stand
    await publish(chassis, report_event("run-9", 1, report="broken_handler"), report_event("run-10", 1))
    await until(lambda: _is(tally, "run-10", [(1, 1)]), "the other aggregate has its effect")

    async def parked() -> list[str]:
        return [row["agg"] for row in await chassis.consumptions[1].applier.parking.waiting(CHAIN)]

    await until(lambda: _equals(parked, ["run-9"]), "the event is parked")


async def test_relay_sends_and_marks_the_others_when_one_topic_is_missing(
    mongo_url: str, kafka_servers: str, database_name: str, topic_prefix: str
) -> None:
    some = [topics.BY_NAME[topics.REPORTS]]
    await create_topics(
        kafka_servers, [one.model_copy(update={"name": topic_prefix + one.name, "partitions": 1}) for one in some]
    )
    chassis = chassis_for("tests", mongo_url, kafka_servers, database_name, topic_prefix)
    await chassis.outbox.prepare()
    await publish(chassis, report_event("run-11", 1), report_event("run-12", 1))
    await chassis.mongo.collection("events").update_one({"agg": "run-11"}, {"$set": {"topic": "nowhere.v1"}})
    assert await chassis.relay.lease.take()
    assert await chassis.relay.once() == 1
    left = await chassis.mongo.collection("events").find({"st": 0})
    assert [row["agg"] for row in left] == ["run-11"]
    await chassis.producer.stop()
    await chassis.mongo.close()


async def _equals(ask: Callable[[], Awaitable[list[str]]], wanted: list[str]) -> bool:
    return await ask() == wanted


async def _is(tally: Tally, subject: str, wanted: list[tuple[int, int]]) -> bool:
    return await tally.versions(subject) == wanted

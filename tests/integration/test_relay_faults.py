"""What can go wrong between a transaction and its events on the topic, with the parts in the test's own hands."""

from collections.abc import AsyncIterator

import pytest

from shared.chassis.mongo import Mongo, Tx
from shared.chassis.provenance import Provenance
from shared.chassis.service import Chassis
from shared.contracts.envelope import MAX_VALUE_BYTES, Change, NewEvent
from shared.contracts.errors import AppError
from tests.factories.chassis import chassis_for, until
from tests.factories.events import report_event
from tests.factories.topics import make_topics

pytestmark = pytest.mark.integration


@pytest.fixture
async def chassis(mongo_url: str, kafka_servers: str, database_name: str, topic_prefix: str) -> AsyncIterator[Chassis]:
    """A service's parts, its relay's lease taken and nothing running."""
    await make_topics(kafka_servers, topic_prefix)
    made = chassis_for("tests", mongo_url, kafka_servers, database_name, topic_prefix)
    await made.outbox.prepare()
    assert await made.relay.lease.take()
    yield made
    await made.producer.stop()
    await made.mongo.close()


async def _append(chassis: Chassis, tx: Tx, *events: NewEvent) -> None:
    await chassis.outbox.append(tx, events, Provenance.fresh("corr-0001"))


async def _commit(chassis: Chassis, *events: NewEvent) -> None:
    async def work(tx: Tx) -> None:
        await _append(chassis, tx, *events)

    await chassis.mongo.run(work)


async def _relayed(chassis: Chassis) -> bool:
    assert await chassis.relay.lease.take()
    return await chassis.relay.once() == 1


async def _sent(mongo: Mongo) -> list[tuple[str, int]]:
    rows = await mongo.collection("events").find({"st": 1}, sort=[("agg", 1), ("ver", 1)])
    return [(row["agg"], row["ver"]) for row in rows]


async def test_event_is_sent_when_its_transaction_commits_after_a_younger_one(chassis: Chassis) -> None:
    """F7: its id is older, its aggregate sorts before; the sweep that passed by did not see it."""

    async def slow(tx: Tx) -> None:
        await _append(chassis, tx, report_event("a-slow", 1))
        await _commit(chassis, report_event("b-quick", 1))
        assert await chassis.relay.once() == 1
        assert await _sent(chassis.mongo) == [("b-quick", 1)]

    await chassis.mongo.run(slow)
    assert await chassis.relay.once() == 1
    assert await _sent(chassis.mongo) == [("a-slow", 1), ("b-quick", 1)]


async def test_event_too_large_for_the_topic_leaves_nothing_behind(chassis: Chassis) -> None:
    """F9: it is refused where it is made, and the state that it described is not written either."""
    states = chassis.mongo.collection("states")
    event = report_event("large", 1)
    change = Change(field="note", after="x" * MAX_VALUE_BYTES)
    large = event.model_copy(update={"body": event.body.model_copy(update={"changes": (change,)})})

    async def work(tx: Tx) -> None:
        await states.insert_one({"_id": "large"}, tx=tx)
        await _append(chassis, tx, large)

    with pytest.raises(AppError) as refused:
        await chassis.mongo.run(work)
    assert refused.value.code == "event_too_large"
    assert await states.count({}) == await chassis.mongo.collection("events").count({}) == 0


async def test_producer_is_made_anew_when_its_sender_is_dead(chassis: Chassis) -> None:
    """F14: the library's producer takes records and never sends them; they stay unsent and go by the next one."""
    await _commit(chassis, report_event("first", 1))
    await until(lambda: _relayed(chassis), "the first event is sent")
    before = chassis.producer.restarts
    live = chassis.producer._live
    assert live is not None
    await live._sender.close()
    await _commit(chassis, report_event("second", 1))
    assert await chassis.relay.once() == 0
    assert chassis.producer.restarts == before + 1
    await until(lambda: _relayed(chassis), "the second event is sent by another producer")
    assert await _sent(chassis.mongo) == [("first", 1), ("second", 1)]

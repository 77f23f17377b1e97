"""Records between two topics: opened once from a stay that comes twice, every command on its way to `records.v1`."""

from collections.abc import AsyncIterator, Sequence

import httpx
import pytest
from aiokafka import AIOKafkaConsumer

from services.records.app import assemble, house_of
from services.records.settings import Settings
from shared.chassis.service import Chassis
from shared.contracts import topics
from shared.contracts.envelope import Envelope, parse, read
from shared.contracts.records import RecordEvent
from tests.factories.access import knowledge
from tests.factories.chassis import running, until
from tests.factories.front_desk import HOTELS, POLICY, STAFF, Caller, StillClock
from tests.factories.guest_events import stay_told
from tests.factories.guest_records import stay
from tests.factories.topics import make_topics

pytestmark = pytest.mark.integration


class Wire:
    """The running service, and what other services see of it."""

    def __init__(self, chassis: Chassis, http: httpx.AsyncClient, servers: str, namespace: str) -> None:
        self.chassis, self.http, self._servers, self._namespace = chassis, http, servers, namespace

    async def publish(self, events: Sequence[Envelope]) -> None:
        """Put events on their topics as integrations and auth do, each twice: at least once is all a wire promises."""
        for event in (*events, *events):
            topic = f"{self._namespace}{event.topic}"
            sent = await self.chassis.producer.send(topic, event.subject.encode(), event.value, event.headers())
            await sent

    async def records(self) -> int:
        """How many records there are."""
        return await self.chassis.mongo.collection("records").count({})

    async def seen(self, count: int) -> list[Envelope]:
        """The first `count` events on `records.v1`, in the order they arrive."""
        consumer = AIOKafkaConsumer(
            f"{self._namespace}{topics.RECORDS}", bootstrap_servers=self._servers, auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            raw = [await consumer.getone() for _ in range(count)]
        finally:
            await consumer.stop()
        return [parse(topics.RECORDS, record.headers, record.value) for record in raw]


@pytest.fixture
async def wire(mongo_url: str, kafka_servers: str, database_name: str, topic_prefix: str) -> AsyncIterator[Wire]:
    """The records service on its own database and topics."""
    await make_topics(kafka_servers, topic_prefix)
    chassis = Chassis(
        Settings(
            mongo_url=mongo_url,
            mongo_database=database_name,
            kafka_servers=kafka_servers,
            kafka_namespace=topic_prefix,
            log_level="WARNING",
        )
    )
    chassis.clock = StillClock()
    app = assemble(chassis, house_of(chassis))
    transport = httpx.ASGITransport(app)
    async with running(app), httpx.AsyncClient(transport=transport, base_url="http://records") as http:
        yield Wire(chassis, http, kafka_servers, topic_prefix)


async def test_stay_on_the_topic_opens_its_records_once_and_a_command_reaches_everybody(wire: Wire) -> None:
    await wire.publish([stay_told(stay())])
    await wire.publish(knowledge(STAFF, POLICY.grants, *HOTELS))
    wire.chassis.policy.known.heartbeat = wire.chassis.clock.real_now()

    async def opened() -> bool:
        return await wire.records() >= 2

    async def known() -> bool:
        return (await Caller(wire.http).get("/v1/kinds")).status_code == 200

    await until(opened, "the booking opens two records")
    await until(known, "the staff is known")
    wire.chassis.policy.known.heartbeat = wire.chassis.clock.real_now()
    [card, _] = (await Caller(wire.http, "sofia").get("/v1/board", property="resort")).json()["cards"]
    accepted = await Caller(wire.http, "sofia").act(card, "accept")
    assert accepted.status_code == 200, accepted.text
    events = await wire.seen(3 + accepted.json()["version"] - 2)
    mine = [event for event in events if event.subject == card["id"]]
    assert await wire.records() == 2
    assert [event.sequence for event in mine] == list(range(1, accepted.json()["version"] + 1))
    assert [event.type for event in mine][:2] == ["record.opened.v1", "record.accepted.v1"]
    assert len({event.id for event in events}) == len(events)
    last = read(mine[1], RecordEvent)
    assert (last.actor.id, last.record.owner, last.record.status) == ("sofia", "sofia", "pending")
    assert mine[1].correlation != mine[0].correlation

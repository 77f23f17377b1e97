"""Over a real broker: a late record rings in alerts, and reporting knows that it did."""

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Sequence

import pytest

from services.alerts.app import assemble as assemble_alerts
from services.alerts.settings import Settings as AlertSettings
from services.reporting.app import assemble as assemble_reporting
from services.reporting.domain import facts_hash, recompute
from services.reporting.domain.fact import Fact
from services.reporting.settings import Settings as ReportingSettings
from services.reporting.store import MongoFacts
from shared.chassis.mongo import Mongo, Tx
from shared.chassis.outbox import envelope_of
from shared.chassis.provenance import Provenance
from shared.chassis.service import Chassis
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope, NewEvent
from tests.factories.chassis import chassis_for, running, until
from tests.factories.records import SCOPE, Story, minutes, mixed
from tests.factories.topics import make_topics
from tests.fakes.traces import FakeTraceSink

pytestmark = pytest.mark.integration

RATE = 1000.0
"""The business clock of a demo: a minute of work in 60 ms."""


@pytest.fixture
async def services(
    mongo_url: str, kafka_servers: str, database_name: str, topic_prefix: str
) -> AsyncIterator[tuple[Chassis, Chassis, Chassis]]:
    """Records' outbox, alerts and reporting on one broker, each with a database of its own, on a fast clock."""
    await make_topics(kafka_servers, topic_prefix)
    start = dt.datetime.now(dt.UTC)
    wire = {
        "mongo_url": mongo_url,
        "kafka_servers": kafka_servers,
        "kafka_namespace": topic_prefix,
        "clock_origin": start,
        "clock_start": start,
        "clock_rate": RATE,
        "log_level": "WARNING",
    }
    records = chassis_for("records", mongo_url, kafka_servers, f"{database_name}-r", topic_prefix)
    alerts_settings = AlertSettings.model_validate({**wire, "mongo_database": f"{database_name}-a"})
    reporting_settings = ReportingSettings.model_validate({**wire, "mongo_database": f"{database_name}-p"})
    alerts, reporting = Chassis(alerts_settings), Chassis(reporting_settings)
    apps = [
        records.app(title="records", routers=[]),
        assemble_alerts(alerts, alerts_settings),
        assemble_reporting(reporting, reporting_settings, FakeTraceSink()),
    ]
    async with contextlib.AsyncExitStack() as stack:
        for app in apps:
            await stack.enter_async_context(running(app))
        yield records, alerts, reporting
    for suffix in "rap":
        mongo = Mongo(mongo_url, f"{database_name}-{suffix}")
        await mongo.drop()
        await mongo.close()


async def publish(records: Chassis, events: Sequence[Envelope]) -> None:
    """Write events as records does: event rows, which the relay sends."""

    async def work(tx: Tx) -> None:
        await records.outbox.append(tx, [_new(event) for event in events], Provenance.fresh("test-correlation"))

    await records.mongo.run(work)


def _new(event: Envelope) -> NewEvent:
    body = body_of(event)
    assert body is not None
    return NewEvent(
        type=event.type,
        chain=event.chain,
        property_id=event.property_id,
        subject=event.subject,
        sequence=event.sequence,
        time=event.time,
        body=body,
    )


async def every_fact(reporting: Chassis) -> list[Fact]:
    """All facts that reporting keeps."""
    return [fact async for fact in MongoFacts(reporting.mongo).every(SCOPE)]


async def rows(chassis: Chassis) -> list[Envelope]:
    """Every event a service wrote."""
    return [envelope_of(row) for row in await chassis.mongo.collection("events").find({})]


async def test_every_late_record_rang_and_reporting_recomputes_the_same(
    services: tuple[Chassis, Chassis, Chassis],
) -> None:
    records, alerts, reporting = services
    begin = alerts.clock.now()
    in_time = [Story(f"ok-{n}", at=begin).accepted(begin + minutes(1)).completed(begin + minutes(9)) for n in range(20)]
    late = [Story(f"late-{n}", at=begin).accepted(begin + minutes(1)).completed(begin + minutes(61)) for n in range(20)]
    never = [Story(f"open-{n}", at=begin).accepted(begin + minutes(1)) for n in range(20)]
    await publish(records, mixed([*in_time, *late, *never]))

    async def all_rang() -> bool:
        facts = await every_fact(reporting)
        rang = {fact.id for fact in facts if any(one.rule == "overdue" for one in fact.alerts)}
        return len(facts) == 60 and len(rang) == 40

    await until(all_rang, "forty late records ring, and reporting hears of it", 60)
    rang = {event.value_object()["alert"]["record_id"] for event in await rows(alerts) if b'"overdue"' in event.value}
    assert rang == {story.record.id for story in (*late, *never)}

    async def same() -> bool:
        said = [*await rows(records), *await rows(alerts)]
        return facts_hash(recompute(said).values()) == facts_hash(await every_fact(reporting))

    await until(same, "the stored facts equal those recomputed from the events", 60)
    assert await alerts.mongo.collection("parked").count({}) == 0
    assert await reporting.mongo.collection("parked").count({}) == 0

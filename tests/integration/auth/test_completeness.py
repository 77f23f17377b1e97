"""Audit was away, or an event was lost on its way: it catches up, asks again for what is missing, and says so (F50)."""

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.auth.app import build
from services.auth.settings import Settings
from shared.chassis.mongo import Mongo, Tx
from shared.chassis.outbox import SENT, row_of
from shared.chassis.provenance import Provenance
from shared.chassis.service import Chassis
from shared.contracts.envelope import NewEvent
from tests.factories.chains import chain_seed
from tests.factories.chassis import chassis_for, running, until
from tests.factories.records import Story
from tests.factories.topics import make_topics
from tests.integration.test_alerts_reporting_wire import _new

pytestmark = pytest.mark.integration
CHAIN = "demo"


@dataclass
class Two:
    """Auth's settings and database, and records' outbox."""

    auth: Settings
    log: Mongo
    records: Chassis

    async def audited(self, subject: str) -> list[int]:
        """The versions of an aggregate that stand in the log, in its order."""
        rows = await self.log.collection("audit").find({"key": subject}, sort=[("index", 1)])
        names = [{name: bytes(value) for name, value in row["headers"]} for row in rows]
        return [int(headers["ce_sequence"]) for headers in names]

    async def told(self, kind: str) -> list[dict[str, Any]]:
        """The gaps that auth told of so."""
        rows = await self.log.collection("events").find({"type": kind})
        return [json.loads(bytes(row["value"]))["gap"] for row in rows]


@pytest.fixture
async def two(
    mongo_url: str, kafka_servers: str, database_name: str, topic_prefix: str, tmp_path: Path
) -> AsyncIterator[Two]:
    await make_topics(kafka_servers, topic_prefix)
    seed = tmp_path / "chain.json"
    seed.write_text(json.dumps(chain_seed(CHAIN)))
    settings = Settings(
        mongo_url=mongo_url,
        kafka_servers=kafka_servers,
        mongo_database=f"{database_name}-a",
        kafka_namespace=topic_prefix,
        data_dir=tmp_path / "data",
        auth_seed=seed,
        gap_grace_s=0.5,
        gap_looked_s=0.2,
        log_level="WARNING",
    )
    records = chassis_for("records", mongo_url, kafka_servers, f"{database_name}-r", topic_prefix)
    log = Mongo.of(settings)
    async with running(records.app(title="records", routers=[])):
        yield Two(settings, log, records)
    await log.drop()
    await log.close()
    dropped = Mongo(mongo_url, f"{database_name}-r")
    await dropped.drop()
    await dropped.close()


def story(name: str) -> list[NewEvent]:
    """The events of one record's life."""
    return [_new(event) for event in Story(name).accepted(Story(name).record.opened_at).events]


async def write(records: Chassis, events: list[NewEvent]) -> None:
    """Write events as records does."""

    async def work(tx: Tx) -> None:
        await records.outbox.append(tx, events, Provenance.fresh("test-correlation"))

    await records.mongo.run(work)


async def test_what_happened_while_audit_was_away_is_in_the_log_without_a_gap(two: Two) -> None:
    async with running(build(two.auth)):
        await until(lambda: _has(two, "audit_checkpoints"), "the first log is signed")
    names = [f"away-{number}" for number in range(20)]
    for name in names:
        await write(two.records, story(name))

    async with running(build(two.auth)):

        async def caught_up() -> bool:
            return all([len(await two.audited(name)) == len(story(name)) for name in names])

        await until(caught_up, "the log has everything", 60)
        await until(lambda: _indexed(two), "and its tallies, too")
    assert [await two.audited(name) for name in names] == [list(range(1, len(story(n)) + 1)) for n in names]
    assert await two.told("gap.found.v1") == []


async def test_event_that_was_lost_on_its_way_is_asked_for_and_comes(two: Two) -> None:
    first, *others = story("lost")
    [lost] = two.records.outbox.stamp([first], Provenance.fresh("test-correlation"))
    # Marked as sent, on no topic: what a broker that lost its disk leaves behind.
    await two.records.mongo.collection("events").insert_one(row_of(lost) | {"st": SENT})
    await write(two.records, others)

    async with running(build(two.auth)):

        async def whole() -> bool:
            return sorted(await two.audited("lost")) == list(range(1, len(others) + 2))

        await until(whole, "the lost version came after all", 60)

        async def said() -> bool:
            return len(await two.told("gap.filled.v1")) == 1

        await until(said, "and the log says so")
    [found, *_] = await two.told("gap.found.v1")
    assert (found["topic"], found["aggregate"], found["first"], found["last"]) == ("records.v1", "lost", 1, 1)
    assert await two.log.collection("audit_versions").count({"ahead.0": {"$exists": True}}) == 0


async def test_gap_that_nobody_can_fill_stays_told_and_counted(two: Two) -> None:
    await write(two.records, story("torn")[1:])
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(running(build(two.auth)))

        async def asked() -> bool:
            return len(await two.told("gap.found.v1")) == 1

        await until(asked, "the gap is told", 60)
    [gap] = await two.told("gap.found.v1")
    assert (gap["state"], gap["fill_by"] > gap["found_at"]) == ("open", True)
    assert await two.told("gap.filled.v1") == []


async def _has(two: Two, name: str) -> bool:
    return await two.log.collection(name).count({}) > 0


async def _indexed(two: Two) -> bool:
    placed = await two.log.collection("audit").count({})
    return await two.log.collection("audit_facts").count({}) == placed

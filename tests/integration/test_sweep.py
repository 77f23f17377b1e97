"""The order in which unsent rows are read: pages, topics in turns, halted aggregates, late transactions."""

from collections.abc import AsyncIterator
from itertools import chain
from typing import Any

import pytest
from pymongo import MongoClient

from shared.chassis.clock import Clock
from shared.chassis.leases import Lease, renew
from shared.chassis.mongo import Mongo, Tx
from shared.chassis.outbox import HALTED, PENDING, SENT, WAITING, Outbox
from shared.chassis.provenance import Provenance
from shared.chassis.sweep import ORDER, PAGE, pages
from shared.contracts.values import Scope
from tests.factories.chassis import chassis_for
from tests.factories.events import report_event
from tests.factories.topics import make_topics

pytestmark = pytest.mark.integration


@pytest.fixture
async def mongo(mongo_url: str, database_name: str) -> AsyncIterator[Mongo]:
    """A database with the outbox's indexes."""
    made = Mongo(mongo_url, database_name)
    yield made
    await made.close()


async def _store(mongo: Mongo, *rows: tuple[str, str, int, int]) -> None:
    """Rows of (topic, aggregate, version, state)."""
    await mongo.collection("events").insert_many(
        [{"_id": f"{t}/{a}/{v}", "topic": t, "agg": a, "ver": v, "st": st} for t, a, v, st in rows]
    )


async def _ids(mongo: Mongo) -> list[list[str]]:
    return [[row["_id"] for row in page] async for page in pages(mongo.collection("events"))]


async def test_sweep_lets_a_topic_have_its_turn_when_another_has_a_backlog(mongo: Mongo) -> None:
    backlog = [("import", f"stay-{n:04}", 1, PENDING) for n in range(2 * PAGE + 10)]
    await _store(mongo, *backlog, ("records", "record-1", 1, PENDING))
    found = await _ids(mongo)
    assert [len(page) for page in found] == [PAGE, 1, PAGE, 10]
    assert found[1] == ["records/record-1/1"]
    assert sorted(chain.from_iterable(found)) == sorted([f"{t}/{a}/{v}" for t, a, v, _ in backlog] + found[1])


async def test_sweep_reads_versions_in_order_across_pages_and_leaves_what_is_sent(mongo: Mongo) -> None:
    await _store(mongo, *[("t", "a", n, SENT if n < 10 else PENDING) for n in range(1, PAGE + 100)])
    found = list(chain.from_iterable(await _ids(mongo)))
    assert found == [f"t/a/{n}" for n in range(10, PAGE + 100)]


async def test_sweep_finds_what_was_committed_behind_the_last_one(mongo: Mongo) -> None:
    await _store(mongo, ("t", "m", 1, PENDING))
    assert await _ids(mongo) == [["t/m/1"]]
    await _store(mongo, ("t", "a", 1, PENDING))
    assert await _ids(mongo) == [["t/a/1", "t/m/1"]]


async def test_sweep_reads_unsent_rows_alone_however_many_are_sent(mongo: Mongo) -> None:
    await Outbox(mongo, Clock(), "tests").prepare()
    await _store(mongo, *[("t", f"a{n}", 1, SENT) for n in range(200)], ("t", "b", 1, PENDING))
    with MongoClient[dict[str, Any]](mongo.url) as client:
        query = client[mongo.database]["events"].find({"st": WAITING, "topic": {"$gt": ""}}, sort=ORDER, limit=PAGE)
        assert query.explain()["executionStats"]["totalDocsExamined"] == 1


async def test_leases_are_renewed_together_and_not_when_one_was_lost(mongo: Mongo) -> None:
    mine = [Lease(mongo, f"shard-{n}", "me") for n in range(3)]
    assert [await lease.take() for lease in mine] == [True] * 3
    assert await renew(mongo, mine)
    await mine[1].release()
    assert await Lease(mongo, "shard-1", "another").take()
    mine[1].fence = 1
    assert not await renew(mongo, mine)


async def test_halted_row_holds_back_its_aggregate_only(
    mongo_url: str, kafka_servers: str, database_name: str, topic_prefix: str
) -> None:
    """F9: a row that was halted by hand."""
    await make_topics(kafka_servers, topic_prefix)
    chassis = chassis_for("tests", mongo_url, kafka_servers, database_name, topic_prefix)
    await chassis.outbox.prepare()

    async def work(tx: Tx) -> None:
        events = [report_event("halted", 1), report_event("halted", 2), report_event("other", 1)]
        await chassis.outbox.append(tx, events, Provenance.fresh("corr-0001"))

    await chassis.mongo.run(work)
    rows = chassis.mongo.collection("events")
    await rows.update_one({"agg": "halted", "ver": 1}, {"$set": {"st": HALTED}})
    assert await chassis.relay.lease.take()
    assert await chassis.relay.once() == 1
    assert {(row["agg"], row["st"]) for row in await rows.find({})} == {
        ("halted", HALTED),
        ("halted", PENDING),
        ("other", SENT),
    }
    assert await chassis.relay.redrive(Scope(chain="grand"), "halted") == 1
    assert await chassis.relay.once() == 2
    await chassis.producer.stop()
    await chassis.mongo.close()

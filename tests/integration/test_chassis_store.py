"""The store seam, leases, timers and idempotency on a real MongoDB, on both drivers."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest

from shared.chassis.clock import Clock
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency, Kept
from shared.chassis.leases import Lease
from shared.chassis.mongo import Duplicate, Index, Mongo, Put, Tx
from shared.chassis.provenance import Provenance
from shared.chassis.telemetry import Metrics
from shared.chassis.timers import Timer, Timers
from shared.contracts.errors import AppError
from shared.contracts.identity import Principal, Role

pytestmark = pytest.mark.integration


@pytest.fixture(params=["pymongo", "motor"])
async def mongo(request: pytest.FixtureRequest, mongo_url: str, database_name: str) -> AsyncIterator[Mongo]:
    """A database of the test's own, by each driver."""
    made = Mongo(mongo_url, database_name, request.param)
    yield made
    await made.close()


async def test_transaction_keeps_nothing_when_the_work_fails(mongo: Mongo) -> None:
    rows = mongo.collection("rows")

    async def work(tx: Tx) -> None:
        await rows.insert_one({"_id": 1}, tx=tx)
        raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        await mongo.run(work)
    assert await rows.count({}) == 0


async def test_transaction_counts_every_increment_when_writers_conflict(mongo: Mongo) -> None:
    rows = mongo.collection("rows")
    await rows.insert_one({"_id": "hot", "n": 0})

    async def add(tx: Tx) -> None:
        row = await rows.find_one({"_id": "hot"}, tx=tx)
        assert row is not None
        await rows.update_one({"_id": "hot"}, {"$set": {"n": row["n"] + 1}}, tx=tx)

    await asyncio.gather(*(mongo.run(add, tries=50) for _ in range(8)))
    assert await rows.find_one({"_id": "hot"}) == {"_id": "hot", "n": 8}


async def test_unique_key_raises_duplicate_by_insert_and_by_bulk(mongo: Mongo) -> None:
    rows = mongo.collection("rows")
    await rows.ensure_indexes([Index(("key",), unique=True)])
    await rows.insert_one({"key": "a"})
    with pytest.raises(Duplicate):
        await rows.insert_one({"key": "a"})
    with pytest.raises(Duplicate):
        await rows.insert_many([{"key": "b"}, {"key": "a"}], ordered=False)
    assert sorted(row["key"] for row in await rows.find({})) == ["a", "b"]


async def test_instants_come_back_aware_and_in_utc(mongo: Mongo) -> None:
    moment = dt.datetime(2026, 3, 29, 0, 59, 59, 123000, tzinfo=dt.UTC)
    await mongo.collection("rows").bulk([Put({"_id": 1}, {"$set": {"at": moment}})])
    row = await mongo.collection("rows").find_one({"_id": 1})
    assert row == {"_id": 1, "at": moment}


async def test_lease_has_one_holder_and_its_fence_rises_when_it_changes_hands(mongo: Mongo) -> None:
    first, second = Lease(mongo, "relay", "a", ttl_s=0.3), Lease(mongo, "relay", "b", ttl_s=0.3)
    assert await first.take()
    assert not await second.take()
    before = first.fence
    await asyncio.sleep(0.5)
    assert await second.take()
    assert (await first.held(), await second.held()) == (False, True)
    assert second.fence == (before or 0) + 1


class Bell:
    """A timer handler that writes each ring in the firing transaction."""

    def __init__(self, mongo: Mongo) -> None:
        self.rows = mongo.collection("rings")

    async def __call__(self, tx: Tx, timer: Timer, late_ms: int) -> None:
        """Ring once."""
        await self.rows.insert_one({"timer": timer.id, "generation": timer.generation, "late": late_ms >= 0}, tx=tx)


@pytest.fixture
async def timers(mongo: Mongo) -> Timers:
    """Timers of two replicas' making, with one bell."""
    made = Timers(mongo, Clock(), Metrics(), "me")
    await made.prepare()
    made.handlers["bell"] = Bell(mongo)
    return made


async def arm(mongo: Mongo, timers: Timers, *wanted: Timer) -> None:
    """Arm in a transaction of its own."""
    await mongo.run(lambda tx: timers.arm(tx, wanted))


async def test_timer_fires_once_when_two_workers_race(mongo: Mongo, timers: Timers) -> None:
    past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    await arm(mongo, timers, *(Timer(f"t{n}", "bell", "s", past) for n in range(20)))
    await asyncio.gather(*(timers.fire_due() for _ in range(3)))
    rings = await mongo.collection("rings").find({})
    assert sorted(ring["timer"] for ring in rings) == sorted(f"t{n}" for n in range(20))
    assert all(ring["late"] for ring in rings)


async def test_timer_waits_when_it_is_not_due_and_is_gone_when_disarmed(mongo: Mongo, timers: Timers) -> None:
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    await arm(mongo, timers, Timer("t", "bell", "s", later))
    assert await timers.fire_due() == 0
    assert [timer.id for timer in await timers.pending("s")] == ["t"]
    await mongo.run(lambda tx: timers.disarm(tx, ["t"]))
    assert await timers.pending("s") == []


async def test_timer_rings_again_only_for_another_generation(mongo: Mongo, timers: Timers) -> None:
    past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    for generation in (1, 1, 2):
        await arm(mongo, timers, Timer("t", "bell", "s", past, generation))
        await timers.fire_due()
    assert [ring["generation"] for ring in await mongo.collection("rings").find({})] == [1, 2]


async def test_timer_that_fails_keeps_no_other_from_firing_and_is_tried_again(mongo: Mongo, timers: Timers) -> None:
    past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)

    async def mistaken(tx: Tx, timer: Timer, late_ms: int) -> None:
        raise AttributeError("a mistake of ours")

    timers.handlers["mistaken"] = mistaken
    await arm(mongo, timers, Timer("bad", "mistaken", "s", past), Timer("good", "bell", "s", past))
    await arm(mongo, timers, Timer("newer", "of_a_newer_version", "s", past))
    await timers.fire_due()
    assert [ring["timer"] for ring in await mongo.collection("rings").find({})] == ["good"]
    timers.handlers["mistaken"] = Bell(mongo)
    await mongo.collection("timers").update_one({"_id": "bad"}, {"$set": {"retry_at": past}})
    await timers.fire_due()
    assert [timer.id for timer in await timers.pending("s")] == ["newer"]


async def test_timer_comes_due_on_the_business_clock_when_it_runs_fast(mongo: Mongo) -> None:
    start = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=10)
    origin = dt.datetime(2026, 5, 1, 6, 0, tzinfo=dt.UTC)
    fast = Timers(mongo, Clock(origin, 360, start), Metrics(), "me")
    await fast.prepare()
    fast.handlers["bell"] = Bell(mongo)
    await arm(
        mongo,
        fast,
        Timer("near", "bell", "s", origin + dt.timedelta(minutes=50)),
        Timer("far", "bell", "s", origin + dt.timedelta(hours=9)),
    )
    await fast.fire_due()
    assert [ring["timer"] for ring in await mongo.collection("rings").find({})] == ["near"]


def command(digest: str, key: str = "key-00001", staff: str = "ana", chain: str = "grand") -> CommandContext:
    """A command of one person."""
    principal = Principal(staff_id=staff, chain=chain, roles=frozenset({Role.ASSOCIATE}), session="s1")
    return CommandContext(principal, key, digest, None, Provenance("corr-0001"))


async def test_idempotency_key_replays_the_same_and_refuses_another_body(mongo: Mongo) -> None:
    keys = Idempotency(mongo, Clock())
    await keys.prepare()
    await mongo.run(lambda tx: keys.keep(tx, command("d1"), 201, "rec-1", 1))
    assert await keys.seen(command("d1")) == Kept(201, "rec-1", 1)
    assert await keys.seen(command("d1", staff="rui")) is None
    assert await keys.seen(command("d1", chain="elsewhere")) is None
    with pytest.raises(AppError) as refused:
        await keys.seen(command("d2"))
    assert refused.value.code == "idempotency_key_reused"
    with pytest.raises(Duplicate):
        await mongo.run(lambda tx: keys.keep(tx, command("d1"), 201, "rec-2", 1))

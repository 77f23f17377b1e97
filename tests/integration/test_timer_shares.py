"""Workers come and go: at no moment is a shard of timers nobody's to look through."""

import itertools
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from shared.chassis.clock import Clock
from shared.chassis.mongo import Mongo, Tx
from shared.chassis.telemetry import Metrics
from shared.chassis.timers import SHARDS, Timer, Timers, shard_of

pytestmark = pytest.mark.integration
EVERY = list(range(SHARDS))
Hire = Callable[[], Timers]


@pytest.fixture
async def hire(mongo_url: str, database_name: str) -> AsyncIterator[Hire]:
    """Workers on one store."""
    mongo, number = Mongo(mongo_url, database_name), itertools.count()
    await Timers(mongo, Clock(), Metrics(), "nobody").prepare()
    yield lambda: Timers(mongo, Clock(), Metrics(), f"worker-{next(number)}@host:1")
    await mongo.close()


def together(*shares: Sequence[int]) -> list[int]:
    """What some workers look through between them."""
    return sorted(set().union(*shares))


async def test_newcomer_gets_its_half_and_no_shard_is_nobodys_meanwhile(hire: Hire) -> None:
    one, other = hire(), hire()
    first = await one.share()
    seen = [together(first)]
    second = await other.share()
    seen.append(together(first, second))  # it has none yet: the first goes on with all
    first = await one.share()
    seen.append(together(first, second))  # half are given up, and looked through until they are taken
    given_up = set(first)
    second = await other.share()
    seen.append(together(first, second))
    first = await one.share()
    seen.append(together(first, second))
    assert seen == [EVERY] * 5
    assert given_up == set(EVERY)
    assert (len(first), len(second), set(first) & set(second)) == (SHARDS // 2, SHARDS // 2, set())


async def test_timer_of_a_shard_that_was_just_given_up_fires(hire: Hire) -> None:
    one, other = hire(), hire()
    fired = list[str]()

    async def fire(tx: Tx, timer: Timer, late_ms: int) -> None:
        fired.append(timer.id)

    one.handlers["test"] = fire
    for worker in (one, other):
        await worker.share()
    shares = await one.share()
    mongo = one._mongo
    now = await mongo.now()
    timers = [Timer(f"timer-{number}", "test", "subject", now) for number in range(8 * SHARDS)]
    await mongo.run(lambda tx: one.arm(tx, timers))
    await one.fire_due(shares)
    assert {shard_of(each.id) for each in timers} == set(EVERY)
    assert sorted(fired) == sorted(each.id for each in timers)


async def test_worker_that_leaves_leaves_its_shards_to_whoever_looks_next(hire: Hire) -> None:
    one, other = hire(), hire()
    for worker in (one, other, one, other, one):
        await worker.share()
    await other._let_go()
    assert await one.share() == EVERY


async def test_three_workers_share_all_and_none_looks_for_more_for_ever(hire: Hire) -> None:
    workers = [hire() for _ in range(3)]
    for _ in range(3):
        shares = [await worker.share() for worker in workers]
    assert sorted(itertools.chain.from_iterable(shares)) == EVERY
    assert [worker._settled for worker in workers] == [True] * 3

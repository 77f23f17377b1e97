"""Three mongods: the primary steps down, dies, is cut off, or takes a commit whose answer is lost."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from shared.chassis.mongo import DatabaseError, Duplicate, Index, Mongo, Tx
from tests.factories.replica_set import Members, three_mongods

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]
HANDS = 4


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def members(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Members]:
    """The replica set."""
    async with three_mongods(tmp_path_factory.mktemp("three")) as made:
        yield made


@dataclass
class Counting:
    """Commands that go on all the time: each counts a record up and writes what it did, in one transaction.

    One that fails is tried again with its key until it is done, as a caller would; it notes what it was told is done.
    """

    mongo: Mongo
    told: set[str] = field(default_factory=set)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def prepare(self) -> None:
        await self.mongo.collection("events").ensure_indexes([Index(("agg", "ver"), unique=True)])
        for hand in range(HANDS):
            await self.mongo.collection("records").insert_one({"_id": f"record-{hand}", "version": 0})

    async def once(self, record: str, key: str) -> None:
        async def work(tx: Tx) -> None:
            await self.mongo.collection("keys").insert_one({"_id": key}, tx=tx)
            row = await self.mongo.collection("records").find_one_and_update(
                {"_id": record}, {"$inc": {"version": 1}}, tx=tx
            )
            assert row is not None
            event = {"_id": f"event-{key}", "agg": record, "ver": row["version"]}
            await self.mongo.collection("events").insert_one(event, tx=tx)

        # A key that is taken is this very command's: it was done, and the answer was lost.
        with contextlib.suppress(Duplicate):
            await self.mongo.run(work)
        self.told.add(key)

    async def hand(self, number: int) -> None:
        for turn in range(100_000):
            done = False
            while not done and not self._stop.is_set():
                with contextlib.suppress(DatabaseError):
                    await self.once(f"record-{number}", f"{number}-{turn}")
                    done = True
            if self._stop.is_set():
                return

    @contextlib.asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        """All hands at work; at the end each finishes what it has begun."""
        hands = [asyncio.create_task(self.hand(number)) for number in range(HANDS)]
        await self.more(20)
        try:
            yield
            await self.more(20)
        finally:
            self._stop.set()
            await asyncio.gather(*hands)

    async def more(self, count: int) -> None:
        """Wait until so many more are done."""
        goal = len(self.told) + count
        async with asyncio.timeout(60):
            while len(self.told) < goal:
                await asyncio.sleep(0.05)

    async def audit(self) -> None:
        """What was told is there, each once, and every record's version is the number of its events."""
        keys = {row["_id"] for row in await self.mongo.collection("keys").find({})}
        events = await self.mongo.collection("events").find({})
        assert self.told <= keys
        assert len(events) == len(keys)
        for row in await self.mongo.collection("records").find({}):
            assert row["version"] == sum(event["agg"] == row["_id"] for event in events)


@pytest_asyncio.fixture(loop_scope="module")
async def counting(members: Members, request: pytest.FixtureRequest) -> AsyncIterator[Counting]:
    """Commands on a database of their own; afterwards their books are audited."""
    made = Counting(Mongo(members.url, f"test_{abs(hash(request.node.name)) % 10**8}"))
    await made.prepare()
    yield made
    await members.primary()
    await made.audit()
    await made.mongo.close()


async def test_commands_are_done_once_when_the_primary_steps_down(members: Members, counting: Counting) -> None:
    """F31: transactions under way are told that they may be tried again."""
    async with counting.going_on():
        before = await members.primary()
        with contextlib.suppress(DatabaseError):
            await members.ask(before, {"replSetStepDown": 20, "secondaryCatchUpPeriodSecs": 5})
        after = await members.primary(besides=before)
    assert after != before


async def test_commands_are_done_once_when_the_primary_is_killed(members: Members, counting: Counting) -> None:
    """F32: whoever waited for a commit does not know how it ended, and asks again."""
    async with counting.going_on():
        before = await members.primary()
        members.signal(before, signal.SIGKILL)
        after = await members.primary(besides=before)
        members.start(before)
    assert after != before


async def test_nothing_told_is_lost_when_an_old_primary_comes_back(members: Members, counting: Counting) -> None:
    """F33: cut off it has no majority for a write; what it took alone is rolled back, and was never told."""
    async with counting.going_on():
        before = await members.primary()
        members.signal(before, signal.SIGSTOP)
        await members.primary(besides=before)
        meanwhile = len(counting.told)
        await counting.more(20)
        members.signal(before, signal.SIGCONT)
    assert len(counting.told) >= meanwhile + 20

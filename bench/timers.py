"""Timers: a million armed, bursts that come due in one second, two workers; beside APScheduler on its MongoDB store."""

import asyncio
import datetime as dt
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure, Occasion
from bench.ground import Ground, process
from shared.chassis.clock import Clock
from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.telemetry import Metrics
from shared.chassis.timers import PENDING, Timer, Timers, shard_of

DATABASE = "bench_timers"
ARMED = int(os.environ.get("BELLBOARD_BENCH_TIMERS", "1000000"))
"""How many timers are armed for a far day; fewer make a quick look."""
BESIDE = int(os.environ.get("BELLBOARD_BENCH_JOBS", "20000"))
"""How many jobs APScheduler is given: it reads and writes each by itself."""
WORKERS = 2
BURST, LARGE = 1_000, 10_000
LATE_AIM_S = 2.0
IDLE_S = 10.0
SHARED_OUT_S = 15.0
"""How long workers that have just started need to share the shards out by their leases."""
CHUNK = 20_000
FAR = dt.timedelta(days=30)
AHEAD = dt.timedelta(seconds=6)
LONGEST_S = 180.0
ENVIRONMENT = "BELLBOARD_BENCH_MONGO"


def row(timer_id: str, due_at: dt.datetime) -> Document:
    """A pending timer as the engine keeps it."""
    plain = {"kind": "bench", "subject": timer_id, "generation": 0, "data": {}, "tries": 0, "retry_at": None}
    return {"_id": timer_id, "shard": shard_of(timer_id), "due_at": due_at, "st": PENDING, **plain}


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """Lateness, drain time and idle cost of the engine, and APScheduler's lateness in the same run."""
    mongo = await ground.fresh(DATABASE)
    try:
        await Timers(mongo, Clock(), Metrics(), "bench").prepare()
        await _fill(mongo)
        async with _workers(ground) as pids:
            await asyncio.sleep(SHARED_OUT_S)
            burst = await _burst(mongo, "burst", BURST)
            large = await _burst(mongo, "large", LARGE)
            idle = await _idle(pids)
        beside = await _beside(ground)
    finally:
        await mongo.close()
    named = f"{ARMED:,} armed, {WORKERS} workers"
    return [
        occasion.alone(f"timers: p99 lateness of {BURST:,} due in one second ({named})", "s", [burst.p99], LATE_AIM_S),
        occasion.alone(f"timers: {LARGE:,} due in one second, all fired once after ({named})", "s", [large.last], None),
        occasion.alone(f"timers: processor time of an idle worker ({named})", "% of a core", [idle], None),
        occasion.alone(
            f"APScheduler, MongoDB job store: p99 lateness of {BURST:,} due in one second ({BESIDE:,} armed)",
            "s",
            [beside],
            None,
        ),
    ]


async def _fill(mongo: Mongo) -> None:
    rows, far = mongo.collection("timers"), await mongo.now() + FAR
    for start in range(0, ARMED, CHUNK):
        many = [row(f"far-{number}", far) for number in range(start, min(start + CHUNK, ARMED))]
        await rows.insert_many(many, ordered=False)


@dataclass(frozen=True)
class Burst:
    """Seconds from the due moment to the effect: the 99th in a hundred, and the last."""

    p99: float
    last: float


async def _burst(mongo: Mongo, name: str, count: int) -> Burst:
    """So many timers spread over one second; every one must have its effect, once."""
    first = await mongo.now() + AHEAD
    step = dt.timedelta(seconds=1) / count
    await mongo.collection("timers").insert_many(
        [row(f"{name}-{number}", first + step * number) for number in range(count)], ordered=False
    )
    effects, deadline = mongo.collection("effects"), time.monotonic() + LONGEST_S
    while await effects.count({"burst": name}) < count:
        assert time.monotonic() < deadline, f"{name}: not all fired"
        await asyncio.sleep(0.5)
    rows = await effects.find({"burst": name})
    late = sorted((each["at"] - each["due_at"]).total_seconds() for each in rows)
    assert len({each["timer"] for each in rows}) == len(rows) == count, f"{name}: not each once"
    assert late[0] >= 0, f"{name}: fired early"
    return Burst(late[int(count * 0.99)], late[-1])


async def _idle(pids: Sequence[int]) -> float:
    """Percent of a core that a worker takes while nothing is due."""
    before = sum(_ticks(pid) for pid in pids)
    await asyncio.sleep(IDLE_S)
    spent = (sum(_ticks(pid) for pid in pids) - before) / os.sysconf("SC_CLK_TCK")
    return 100 * spent / IDLE_S / len(pids)


def _ticks(pid: int) -> int:
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(stat[11]) + int(stat[12])


@asynccontextmanager
async def _workers(ground: Ground) -> AsyncIterator[list[int]]:
    environment = {ENVIRONMENT: ground.mongo_url}
    logs = ground.logs
    async with (
        process("bench.timers", logs / "timers-1.log", **environment) as one,
        process("bench.timers", logs / "timers-2.log", **environment) as other,
    ):
        assert one.process is not None
        assert other.process is not None
        yield [one.process.pid, other.process.pid]


async def _beside(ground: Ground) -> float:
    """p99 lateness of APScheduler 3 in a process of its own."""
    command = (sys.executable, "-m", "bench.apscheduler_jobs", ground.mongo_url, str(BESIDE), str(BURST))
    child = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await child.communicate()
    assert child.returncode == 0, "APScheduler's process failed"
    return float(json.loads(said)["p99"])


async def work(mongo_url: str) -> None:
    """One worker, for ever: the engine, whose handler writes that a timer fired, and when by the database's clock."""
    mongo = Mongo(mongo_url, DATABASE)
    timers = Timers(mongo, Clock(), Metrics(), f"bench@{os.getpid()}")
    effects = mongo.collection("effects")

    async def fire(tx: Tx, due: Sequence[tuple[Timer, int]]) -> None:
        now = await mongo.now()
        rows = [
            {"timer": timer.id, "burst": timer.id.partition("-")[0], "due_at": timer.due_at, "at": now}
            for timer, _ in due
        ]
        await effects.insert_many(rows, tx=tx)

    timers.batch_handlers["bench"] = fire
    await timers.run()


if __name__ == "__main__":
    asyncio.run(work(os.environ[ENVIRONMENT]))

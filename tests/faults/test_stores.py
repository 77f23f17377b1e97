"""MongoDB freezes or dies while people work."""

import asyncio
import signal

import pytest

from tests.faults.house import House

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="package")]


async def test_nothing_is_parked_when_the_store_does_not_answer(struck: House) -> None:
    """F28: consumers wait, and go on where they were."""
    await struck.work()
    struck.signal("mongod", signal.SIGSTOP)
    await asyncio.sleep(4)
    struck.signal("mongod", signal.SIGCONT)
    await struck.work()
    await struck.drained()
    assert struck.rows("reporting", "parked") == struck.rows("auth", "parked") == []


async def test_no_acknowledged_command_is_lost_when_mongod_is_killed_under_load(struck: House) -> None:
    """F30: every command that was answered is there afterwards; the others were tried again until they were."""
    desks = [struck.desk(records=one) for one in ("records", "records-2") for _ in range(3)]
    working = [asyncio.create_task(struck.work(desk, commands=8)) for desk in desks]
    await asyncio.sleep(1)
    struck.signal("mongod", signal.SIGKILL)
    records = await asyncio.gather(*working)
    kept = {row["_id"]: row["version"] for row in struck.rows("records", "records")}
    assert [kept[record] for record in records] == [8] * len(records)

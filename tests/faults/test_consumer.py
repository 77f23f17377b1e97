"""A consumer dies, hangs or loses its partitions between reading a batch and committing its offsets."""

import asyncio
import signal

import pytest

from tests.faults.house import House, until

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="package")]


@pytest.mark.parametrize(
    "point",
    [
        pytest.param("consume.read", id="F16"),
        pytest.param("consume.in_transaction", id="F16-in-the-transaction"),
        pytest.param("consume.committed", id="F17"),
    ],
)
async def test_batch_has_its_effect_once_when_its_consumer_is_killed(struck: House, point: str) -> None:
    before = struck.restarts("reporting")
    struck.arm("reporting", point, "kill")
    await struck.work_until_met("reporting", point)
    await struck.drained()
    await until(lambda: struck.restarts("reporting") > before, "it is started again")
    assert struck.restarts("reporting") == before + 1


async def test_batch_has_its_effect_once_when_partitions_move_in_its_middle(struck: House) -> None:
    """F18: one consumer holds a batch open while the other dies and comes back: both may work on it."""
    struck.arm("reporting", "consume.in_transaction", "wait 4")
    await struck.work_until_met("reporting", "consume.in_transaction")
    before = struck.restarts("reporting-2")
    struck.signal("reporting-2", signal.SIGKILL)
    await struck.work()
    await struck.drained()
    await until(lambda: struck.restarts("reporting-2") > before, "it is started again")
    assert struck.restarts("reporting-2") == before + 1


async def test_batch_is_ended_when_its_consumer_is_told_to_stop(struck: House) -> None:
    """F22: SIGTERM in the middle of a batch that ends within the grace."""
    struck.arm("reporting", "consume.in_transaction", "wait 2")
    await struck.work_until_met("reporting", "consume.in_transaction")
    before = struck.restarts("reporting")
    struck.signal("reporting", signal.SIGTERM)
    await until(lambda: struck.restarts("reporting") == before + 1, "the process ends and is started again")
    await struck.drained()


async def test_batch_is_read_again_when_it_outlives_the_grace(struck: House) -> None:
    """F23: SIGTERM, and the handler is slower than the grace: cancelled, not committed, read again."""
    struck.arm("reporting", "consume.in_transaction", "wait 30")
    await struck.work_until_met("reporting", "consume.in_transaction")
    before = struck.restarts("reporting")
    struck.signal("reporting", signal.SIGTERM)
    await until(lambda: struck.restarts("reporting") > before, "the process ends without the batch")
    await struck.drained()


@pytest.mark.patient
async def test_batch_has_its_effect_once_when_handlers_are_too_slow_for_the_group(struck: House) -> None:
    """F19 and F20: one handler takes longer than a poll may, the other's event loop stands still."""
    struck.arm("reporting", "consume.read", "wait 25")
    struck.arm("reporting-2", "consume.read", "block 9")
    await asyncio.gather(
        struck.work_until_met("reporting", "consume.read", "records"),
        struck.work_until_met("reporting-2", "consume.read", "records-2"),
    )
    await until(lambda: not struck._on_the_way(), "both go on", 90)


@pytest.mark.patient
async def test_process_ends_itself_when_its_consumer_stands_still(struck: House) -> None:
    """F21: a consumer that is behind and does not move is found by its positions; the supervisor starts it again."""
    before = struck.restarts("reporting")
    struck.arm("reporting", "consume.read", "wait 600")
    await struck.work_until_met("reporting", "consume.read")
    await until(lambda: struck.restarts("reporting") > before, "the process ends itself", 60)
    await struck.drained()

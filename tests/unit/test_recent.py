"""What was read a moment ago: one reading for all who ask, none older than it may be or than our own change."""

import asyncio

import pytest

from shared.chassis.recent import Recent


class Source:
    """Says how often it was read; a reading ends when it is let."""

    def __init__(self) -> None:
        self.readings, self.now = 0, 0.0
        self.gate = asyncio.Event()
        self.gate.set()

    async def read(self) -> int:
        self.readings += 1
        mine = self.readings
        await self.gate.wait()
        return mine


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def recent(source: Source) -> Recent[str, int]:
    return Recent(1.0, lambda: source.now)


async def test_many_who_ask_together_are_one_reading(source: Source, recent: Recent[str, int]) -> None:
    source.gate.clear()
    asking = [asyncio.create_task(recent.of("here", source.read)) for _ in range(20)]
    await asyncio.sleep(0)
    source.gate.set()
    assert await asyncio.gather(*asking) == [1] * 20


async def test_an_answer_is_good_for_its_time_and_of_its_key(source: Source, recent: Recent[str, int]) -> None:
    first = await recent.of("here", source.read)
    source.now = 0.9
    again = await recent.of("here", source.read)
    elsewhere = await recent.of("there", source.read)
    source.now = 1.0
    assert (first, again, elsewhere, await recent.of("here", source.read)) == (1, 1, 2, 3)


async def test_an_answer_is_as_old_as_the_start_of_its_reading(source: Source, recent: Recent[str, int]) -> None:
    source.gate.clear()
    slow = asyncio.create_task(recent.of("here", source.read))
    await asyncio.sleep(0)
    source.now = 5.0
    source.gate.set()
    assert (await slow, await recent.of("here", source.read)) == (1, 2)


@pytest.mark.parametrize("forget", [lambda held: held.forget("here"), Recent.forget_all])
async def test_nothing_older_than_a_change_is_kept_or_given_to_who_asks_after_it(
    source: Source, recent: Recent[str, int], forget: object
) -> None:
    source.gate.clear()
    before = asyncio.create_task(recent.of("here", source.read))
    await asyncio.sleep(0)
    assert callable(forget)
    forget(recent)
    after = asyncio.create_task(recent.of("here", source.read))
    source.gate.set()
    assert (await before, await after, await recent.of("here", source.read)) == (1, 2, 2)


async def test_who_gives_up_waiting_leaves_the_reading_to_the_next(source: Source, recent: Recent[str, int]) -> None:
    source.gate.clear()
    gone = asyncio.create_task(recent.of("here", source.read))
    stays = asyncio.create_task(recent.of("here", source.read))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    source.gate.set()
    assert await stays == 2

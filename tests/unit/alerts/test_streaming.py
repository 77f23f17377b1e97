"""An inbox as a stream: all that came since, in its order and once, however much; woken by one's own chain alone."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import pytest

from services.alerts.ports import InboxItem, Page
from services.alerts.usecases.browsing import Browsing
from services.alerts.usecases.streaming import MOST, MOST_PAGES, Hub, Streaming
from shared.contracts.envelope import Envelope
from shared.contracts.identity import Principal, Role

ANA = Principal(staff_id="ana", chain="grand", roles=frozenset({Role.ASSOCIATE}), session="s")
NOON = dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC)


@dataclass
class Told:
    """What stands in an inbox as far as a stream asks."""

    id: str
    visible_at: dt.datetime


@dataclass
class Item:
    delivery: Told


class Inbox:
    """Newest first, page by page."""

    def __init__(self, count: int) -> None:
        self.items = [Item(Told(f"n-{number:05}", NOON + dt.timedelta(seconds=number))) for number in range(count)]
        self.asked = 0

    async def inbox(self, caller: object, page: Page) -> Sequence[Item]:
        self.asked += 1
        newest = sorted(self.items, key=lambda one: (one.delivery.visible_at, one.delivery.id), reverse=True)
        older = [one for one in newest if not page.after or (one.delivery.visible_at, one.delivery.id) < page.after]
        return older[: page.limit]


async def read(inbox: Inbox, last: str | None) -> list[str]:
    """All that a stream of no length gives."""
    streaming = Streaming(cast("Browsing", inbox), Hub(), 0.0)
    found: list[InboxItem | None] = [item async for item in streaming.stream(ANA, last)]
    return [item.delivery.id for item in found if item is not None]


@pytest.mark.parametrize("missed", [0, 1, MOST - 1, MOST, MOST + 1, 5 * MOST + 7])
async def test_who_comes_back_reads_all_that_was_missed_in_its_order(missed: int) -> None:
    inbox = Inbox(1000)
    last = 999 - missed
    assert await read(inbox, f"n-{last:05}") == [f"n-{number:05}" for number in range(last + 1, 1000)]


async def test_who_comes_first_reads_the_newest_page_and_who_was_away_too_long_a_bounded_part() -> None:
    inbox = Inbox((MOST_PAGES + 5) * MOST)
    assert len(await read(inbox, None)) == MOST
    assert len(await read(inbox, "n-gone")) == MOST_PAGES * MOST
    assert inbox.asked == 1 + MOST_PAGES


async def test_news_of_another_chain_wakes_nobody() -> None:
    hub = Hub()
    with hub.listening("grand") as ours, hub.listening("atlantic") as theirs:
        await hub.hear(cast("Envelope", _Event("grand")))
        assert (ours.is_set(), theirs.is_set()) == (True, False)
    await asyncio.wait_for(hub.hear(cast("Envelope", _Event("grand"))), 1)
    assert not theirs.is_set()


@dataclass
class _Event:
    chain: Any

"""An inbox as a stream: what is in it when the reader comes, and each notification as it becomes visible."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

from services.alerts.ports import InboxItem, Page
from services.alerts.usecases.browsing import Browsing
from shared.contracts.envelope import Envelope
from shared.contracts.identity import Principal

MOST = 100
MOST_PAGES = 20
"""A reader who missed more than so many hundreds reads the list instead."""
SETTLE_S = 0.3
"""After news others often follow: they are read together."""
LOOK_S = 10.0
"""How long nobody looks when nothing was heard of: what becomes visible by time alone is seen so late."""


class Hub:
    """Wakes streams when something was written about alerts, here or in another process."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Event, str] = {}

    async def hear(self, event: Envelope) -> None:
        """An event of an alert came over its topic: whoever reads in its chain looks again."""
        for one, chain in self._waiting.items():
            if chain == event.chain:
                one.set()

    @contextlib.contextmanager
    def listening(self, chain: str) -> Iterator[asyncio.Event]:
        """An event that is set by the news of a chain."""
        mine = asyncio.Event()
        self._waiting[mine] = chain
        try:
            yield mine
        finally:
            del self._waiting[mine]


class Streaming:
    """Reads the caller's own inbox again whenever there may be news."""

    def __init__(self, browsing: Browsing, hub: Hub, seconds: float) -> None:
        self._browsing, self._hub, self._seconds = browsing, hub, seconds

    async def stream(self, caller: Principal, since: str | None) -> AsyncIterator[InboxItem | None]:
        """Notifications, oldest first, after the one named; None now and then, so that the line is kept open.

        It ends by itself after a while: the reader comes again and says what it saw last.
        """
        loop = asyncio.get_running_loop()
        until, seen, last = loop.time() + self._seconds, set[str](), since
        with self._hub.listening(caller.chain) as news:
            while True:
                for item in await self._fresh(caller, seen, last):
                    seen.add(item.delivery.id)
                    yield item
                left = until - loop.time()
                if left <= 0:
                    return
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(LOOK_S, left)):
                        await news.wait()
                await asyncio.sleep(min(SETTLE_S, max(until - loop.time(), 0)))
                news.clear()
                yield None

    async def _fresh(self, caller: Principal, seen: set[str], last: str | None) -> list[InboxItem]:
        """What came since, oldest first; who comes for the first time is shown the newest page."""
        found, page = list[InboxItem](), Page(MOST)
        for _ in range(MOST_PAGES if seen or last else 1):
            items = await self._browsing.inbox(caller, page)
            ids = [item.delivery.id for item in items]
            found += [
                item for item in items[: ids.index(last) if last in ids else None] if item.delivery.id not in seen
            ]
            if last in ids or len(items) < MOST or seen.intersection(ids):
                break
            page = Page(MOST, after=(items[-1].delivery.visible_at, ids[-1]))
        return found[::-1]

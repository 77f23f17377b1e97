"""The board: its first paint with 500 open records, what a page weighs, and 200 open boards told of each change.

Records and the console are processes of their own. A page is what a browser fetches of it before it can be read; an
open board listens to the event stream and fetches the cards it hears of with its own session, at most once a second.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from statistics import quantiles
from time import perf_counter

import httpx

from bench.figures import Figure, Occasion
from bench.ground import Ground
from bench.house import accepting, prepared, store
from bench.http import Connections, Reader, lines
from bench.latency import CONSOLE_DATABASE, signed_in
from services.console.api.gate import COOKIE
from tests.factories.access import bearer
from tests.factories.front_desk import person

DATABASE, GUESTS = "bench_board", "bench_board_guests"
OPEN, TIMES, WARM_UP = 500, 60, 5
BOARDS, CHANGES, EVERY_S, LISTENS_S = 200, 40, 0.5, 1.0
WAIT_S = 60.0
PEOPLE = ("ana", "ines", "sofia", "gil", "greta")
"""Whose boards they are: five kinds of rights."""
TOGETHER = 4
"""Boards that are opened at once."""
AIM_MS, AIM_KB, AIM_UPDATE_MS = 300.0, 150.0, 2_000.0
PARTS = re.compile(r'(?:<script src|<link rel="stylesheet" href)="(/static/[^"]+)"')


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """First paint (ms, p95), weight (kB, compressed) and update of open boards (ms, p99)."""
    house, desk = await prepared(ground, "records", DATABASE), await prepared(ground, "console", CONSOLE_DATABASE)
    await (await prepared(ground, "integrations", GUESTS)).mongo.close()  # it answers, and knows none of the guests
    ids = await store(OPEN, house)
    cookies = [await signed_in(desk.mongo, desk.clock, PEOPLE[at % len(PEOPLE)]) for at in range(BOARDS)]
    try:
        async with (
            ground.service("records", DATABASE) as records,
            ground.service("integrations", GUESTS) as guests,
            ground.service("console", CONSOLE_DATABASE, records=records, integrations=guests) as console,
            httpx.AsyncClient(base_url=console, trust_env=False, timeout=60) as browser,
        ):
            browser.headers["Cookie"] = f"{COOKIE}={cookies[0]}"
            paint = await _paint(browser)
            weight = await _weight(browser)
            updates = await _updates(console, records, cookies, ids[:CHANGES])
    finally:
        await house.mongo.close()
        await desk.mongo.close()
    update = f"{BOARDS} open boards, a change every {EVERY_S} s: card on the page, p99"
    return [
        occasion.alone(f"board with {OPEN} open records, server time: p95", "ms", [paint], AIM_MS),
        occasion.alone("board, all that a browser fetches, compressed", "kB", [weight], AIM_KB),
        occasion.alone(update, "ms", [updates], AIM_UPDATE_MS),
    ]


async def _paint(browser: httpx.AsyncClient) -> float:
    times = []
    for number in range(TIMES + WARM_UP):
        start = perf_counter()
        answer = await browser.get("/")
        if number >= WARM_UP:
            times.append((perf_counter() - start) * 1000)
        assert answer.status_code == 200, answer.status_code
        assert f'data-n="new">{OPEN}<' in answer.text
    return quantiles(times, n=20, method="inclusive")[18]


async def _weight(browser: httpx.AsyncClient) -> float:
    """Page, styles, scripts and typeface as they go over the wire, in kB."""
    page = await browser.get("/", headers={"Accept-Encoding": "gzip"})
    parts = [page, *[await browser.get(path) for path in dict.fromkeys(PARTS.findall(page.text))]]
    return sum(int(part.headers.get("content-length") or part.num_bytes_downloaded) for part in parts) / 1000


async def _updates(console: str, records: str, cookies: Sequence[str], ids: Sequence[str]) -> float:
    """The 99th percentile over all boards and changes, of the time from sending a command to having its card."""
    sent: dict[str, float] = {}
    boards = [_Board(console, cookie) for cookie in cookies]
    for first in range(0, len(boards), TOGETHER):  # as people come to their desks, not all in one moment
        await asyncio.gather(*(board.load() for board in boards[first : first + TOGETHER]))
    commands = Connections(records)
    async with _all_open(boards):
        for one, request in zip(ids, accepting(ids, bearer(person("ana"), "records")), strict=True):
            sent[one] = perf_counter()
            await commands.send(request)
            await asyncio.sleep(max(0.0, sent[one] + EVERY_S - perf_counter()))
        async with asyncio.timeout(WAIT_S):
            await asyncio.gather(*(board.all_of(len(sent)) for board in boards))
    commands.close()
    times = [(board.at[one] - at) * 1000 for board in boards for one, at in sent.items()]
    return quantiles(times, n=100, method="inclusive")[98]


class _Board:
    """One open board: hears bells, fetches those cards, and notes when it had each."""

    def __init__(self, console: str, cookie: str) -> None:
        self._console, self._cookie = console, {"Cookie": f"{COOKIE}={cookie}"}
        self._reader = Reader(console, {**self._cookie, "HX-Request": "true"})
        self._wanted: set[str] = set()
        self._rung = asyncio.Event()
        self.open, self._more = asyncio.Event(), asyncio.Event()
        self.at: dict[str, float] = {}

    async def load(self) -> None:
        """Open the page."""
        status, _ = await self._reader.get("/")
        assert status == 200, status

    async def listen(self) -> None:
        """Hear which records changed."""
        async for line in lines(self._console, "/live", self._cookie):
            self.open.set()
            self._wanted |= set(re.findall(r'"noun": "record", "id": "([^"]+)"', line))
            if self._wanted:
                self._rung.set()

    async def all_of(self, number: int) -> None:
        """Wait until so many cards have come."""
        while len(self.at) < number:
            self._more.clear()
            await self._more.wait()

    async def fetch(self) -> None:
        """Fetch what was heard of, at most once a second, as the page's script does."""
        try:
            while True:
                await self._rung.wait()
                self._rung.clear()
                asked, self._wanted = self._wanted, set()
                started = perf_counter()
                _, said = await self._reader.get(f"/board/cards?ids={','.join(sorted(asked))}")
                missed = {one for one in asked if f'id="card-{one}"'.encode() not in said}
                if missed:  # asked again, as the page does
                    self._wanted |= missed
                    self._rung.set()
                for one in asked - missed:
                    self.at.setdefault(one, perf_counter())
                self._more.set()
                await asyncio.sleep(max(0.0, started + LISTENS_S - perf_counter()))
        finally:
            self._reader.close()


@asynccontextmanager
async def _all_open(boards: Sequence[_Board]) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for board in boards for work in (board.listen(), board.fetch())]
        await asyncio.gather(*(board.open.wait() for board in boards))
        await asyncio.sleep(1)  # the tail has found the end of its topics
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()

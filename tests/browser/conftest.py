"""A console over a made-up hotel on a real port, and Debian's Chromium to look at it."""

import asyncio
import datetime as dt
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, Page, async_playwright

from tests.fakes.console import FakeConsole, fake_console
from tests.fakes.hotel import PASSWORD, FakeClock

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NOW = dt.datetime(2026, 11, 21, 19, 40, tzinfo=dt.UTC)


@dataclass
class Desk:
    """A served console and where it is."""

    console: FakeConsole
    address: str

    async def sit(
        self, browser: Browser, login: str = "carla", width: int = 1440, scheme: str = "light", **more: Any
    ) -> Page:
        """A browser of its own in which somebody has signed in. What a page's scripts complain of fails the test."""
        context = await browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,  # type: ignore[arg-type] # a literal
            **more,
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
        await page.goto(f"{self.address}/sign-in")
        await page.fill("#login", login)
        await page.fill("#password", PASSWORD)
        await page.click("button[type=submit]")
        await page.wait_for_url(f"{self.address}/")
        return page


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A console with a few records, served from a thread on a free port."""
    console = fake_console(FakeClock(NOW), records=14)
    server = uvicorn.Server(uvicorn.Config(console.app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Desk(console, f"http://127.0.0.1:{port}")
    console.feed.close()
    server.should_exit = True
    thread.join(10)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield made
        await made.close()

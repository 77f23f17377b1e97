"""A person before a screen: Debian's Chromium on the real console, with a picture kept of every stop."""

import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Error, Page, expect

from deploy.demo import hotels

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FOLDER = Path(os.environ.get("BELLBOARD_SCREENS", ".bellboard/screens"))
"""Where the pictures are kept; git ignores it."""
PATIENCE_MS = 20_000
DESK, PHONE, WALL = 1440, 360, 1920
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Person:
    """Somebody who works here, before their own screen. A script that fails or a strip of trouble fails the test."""

    page: Page
    role: str
    address: str
    wide: int
    faults: list[str] = field(default_factory=list)
    seen: int = 0

    async def opens(self, path: str) -> None:
        """Go to a page by its address."""
        answer = await self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"

    async def sees(self, what: str, *, whole: bool = False) -> None:
        """Keep a picture; nothing may stick out sideways, no service be missing, no script have failed."""
        self.seen += 1
        wide = await self._too_wide()
        missing = await self.page.locator(".strip.silent, .strip.closed").all_inner_texts()
        name = re.sub(r"[^a-z0-9]+", "-", f"{self.role} {self.seen:02} {what}".lower())
        FOLDER.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=FOLDER / f"{name}.png", full_page=whole)
        assert (wide <= 0, missing, self.faults) == (True, [], []), f"{self.role}, {what}: {wide} px too wide"

    async def _too_wide(self) -> int:
        """How far the page sticks out sideways, in pixels; asked again where a page is just giving way to the next."""
        asked = "document.documentElement.scrollWidth - window.innerWidth"
        try:
            return int(await self.page.evaluate(asked))
        except Error:
            await self.page.wait_for_load_state("load")
            return int(await self.page.evaluate(asked))

    @property
    def where(self) -> str:
        """The path they are on."""
        return urlsplit(self.page.url).path


async def sit_down(
    browser: Browser,
    address: str,
    login: str,
    role: str,
    wide: int = DESK,
    scheme: Literal["light", "dark"] = "light",
) -> Person:
    """Sign somebody in as they would, by name and password; then they are where their role begins."""
    high = 740 if wide == PHONE else 900
    context = await browser.new_context(
        viewport={"width": wide, "height": high}, color_scheme=scheme, has_touch=wide == PHONE
    )
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    person = Person(page, role, address, wide)
    page.on("pageerror", lambda error: person.faults.append(f"a script failed: {error}"))
    await page.goto(f"{address}/sign-in")
    await page.fill("#login", login)
    await page.fill("#password", hotels.PASSWORD)
    await page.click("button[type=submit]")
    await expect(page.locator("#main")).to_be_visible()
    return person


def chromium() -> str:
    """Where Debian's Chromium is; without one the test is skipped."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    return CHROMIUM

"""The pictures of README and docs, taken anew: `uv run python -m tests.pictures` (Debian's Chromium).

Of a made-up hotel, so that they stay the same while nothing changes; with `--address` and `--login` of a running
demo's console instead.
"""

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
import uvicorn
from PIL import Image
from playwright.async_api import Browser, async_playwright

from tests.browser.conftest import CHROMIUM, NOW
from tests.fakes.console import FakeConsole, fake_console
from tests.fakes.hotel import PASSWORD, FakeClock

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
Scheme = Literal["light", "dark"]
WALL, DESK, PHONE = (1440, 900), (1280, 900), (360, 740)
COLOURS = 128
"""So few make a third of the size, and nobody sees it on a page of two greys."""
SHOTS: Sequence[tuple[str, str, tuple[int, int], Scheme]] = (
    ("board", "/", WALL, "light"),
    ("console-board", "/", WALL, "dark"),
    ("console-record", "/records/r-rich", DESK, "light"),
    ("console-phone", "/?who=mine", PHONE, "light"),
    ("console-waiting", "/waiting", DESK, "light"),
    ("console-handover", "/handovers/h1", DESK, "light"),
    ("console-rules", "/admin/rules/city", DESK, "light"),
    ("console-reports", "/day", DESK, "light"),
)


Address = Annotated[str, typer.Option(help="A running console; empty: a made-up hotel.")]


def main(address: Address = "", login: str = "carla", password: str = PASSWORD) -> None:
    """Take them all."""
    asyncio.run(_taken(address, login, password))


async def _taken(address: str, login: str, password: str) -> None:
    async with _console(address) as at, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, path, size, scheme in SHOTS:
            small = _small(await _picture(browser, at, (login, password), path, size, scheme))
            (FOLDER / f"{name}.png").write_bytes(small)
            typer.echo(f"{name}.png {len(small) / 1000:.0f} kB")
        await browser.close()


async def _picture(
    browser: Browser, address: str, who: tuple[str, str], path: str, size: tuple[int, int], scheme: Scheme
) -> bytes:
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, locale="en-GB", reduced_motion="reduce"
    )
    page = await context.new_page()
    await page.goto(f"{address}/sign-in")
    await page.fill("#login", who[0])
    await page.fill("#password", who[1])
    await page.click("button[type=submit]")
    await page.wait_for_url(f"{address}/")
    await page.goto(address + path)
    await page.evaluate("document.fonts.ready")
    taken = await page.screenshot()
    await context.close()
    return taken


def _small(png: bytes) -> bytes:
    with Image.open(io.BytesIO(png)) as picture:
        out = io.BytesIO()
        picture.convert("RGB").quantize(COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


@asynccontextmanager
async def _console(address: str) -> AsyncIterator[str]:
    if address:
        yield address.rstrip("/")
        return
    made: FakeConsole = fake_console(FakeClock(NOW), records=46)
    server = uvicorn.Server(uvicorn.Config(made.app, host="127.0.0.1", port=0, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        made.feed.close()
        server.should_exit = True
        await serving


if __name__ == "__main__":
    typer.run(main)

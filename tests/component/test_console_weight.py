"""What a browser must fetch before a page can be read: at most 150 kB compressed, the typeface in it, charts apart."""

import datetime as dt
import gzip
import re

import httpx
import pytest

from services.console.api.render import HERE
from tests.component.test_console import sign_in
from tests.fakes.console import fake_console
from tests.fakes.hotel import FakeClock

MOST = 150_000
PARTS = re.compile(r'(?:<script src|<link rel="stylesheet" href)="(/static/[^"]+)"')
FONT = HERE / "static" / "vendor" / "inter-latin-wght-normal.woff2"


@pytest.mark.parametrize("address", ["/", "/?view=table", "/records/r-rich", "/reports", "/day", "/admin/rules/city"])
async def test_page_is_light_even_with_500_open_records(address: str) -> None:
    console = fake_console(FakeClock(dt.datetime(2026, 11, 21, 19, 40, tzinfo=dt.UTC)), records=500)
    transport = httpx.ASGITransport(app=console.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://console") as browser:
        await sign_in(browser)
        page = (await browser.get(address)).text
        wanted = [path for path in dict.fromkeys(PARTS.findall(page)) if "uplot" not in path]
        parts = [(await browser.get(path)).content for path in wanted]
    sizes = [len(gzip.compress(part, 4)) for part in (page.encode(), *parts)]
    assert len(parts) > 3
    assert 0 < sum(sizes) + FONT.stat().st_size <= MOST

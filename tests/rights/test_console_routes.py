"""Every page of the console: led to sign-in without a session, refused a form without its token."""

import datetime as dt
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.component.test_console import sign_in
from tests.fakes.console import FakeConsole, fake_console
from tests.fakes.hotel import FakeClock
from tests.rights.routes import routes_of
from tests.rights.rows import Door, Row
from tests.rights.tables.console import ROWS

NAMES = {
    "record_id": "r-rich",
    "step": "accept",
    "silence_id": "s1",
    "alert_id": "a0",
    "stay_id": "stay-1",
    "file_id": "f1",
    "handover_id": "h1",
    "offer_id": "o-spa",
    "campaign_id": "c1",
    "verb": "approve",
    "name": "day",
    "place": "city",
    "version": "3",
    "index": "1",
    "account_id": "sa-1",
    "key_id": "key-1",
    "erasure_id": "x1",
    "comment_id": "comment-1",
    "message_id": "in-9",
    "code": "pre_arrival",
    "command_id": "command-1",
    "service": "records",
    "event_type": "record.opened.v1",
    "schedule_id": "sc-1",
    "run_id": "run-1",
    "check_id": "check-1",
    "staff_id": "ana",
    "property_id": "city",
    "swap_id": "swap-1",
    "partner": "acme",
    "subscription": "sub-1",
    "move": "stop",
}
OF_FASTAPI = {"GET /openapi.json", "GET /docs", "GET /docs/oauth2-redirect", "GET /redoc"}
CLOSED = [row for row in ROWS if row.door is Door.SIGNED_IN]


@pytest.fixture
def console() -> FakeConsole:
    return fake_console(FakeClock(dt.datetime(2026, 11, 21, 19, 40, tzinfo=dt.UTC)), records=4)


@pytest.fixture
async def browser(console: FakeConsole) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=console.app), base_url="http://console") as made:
        yield made


def test_every_page_is_in_the_table_and_no_other(console: FakeConsole) -> None:
    assert routes_of(console.app) - OF_FASTAPI == {row.route for row in ROWS}


@pytest.mark.parametrize("row", CLOSED, ids=lambda row: row.route)
async def test_stranger_is_led_to_sign_in(browser: httpx.AsyncClient, row: Row) -> None:
    said = await browser.request(row.method, row.path.format(**NAMES))
    assert said.status_code == 303
    assert said.headers["location"].startswith("/sign-in")
    assert "r-rich" not in said.text


@pytest.mark.parametrize("row", [row for row in CLOSED if row.method == "POST"], ids=lambda row: row.route)
async def test_form_without_its_token_is_refused(browser: httpx.AsyncClient, row: Row) -> None:
    await sign_in(browser)
    said = await browser.request(row.method, row.path.format(**NAMES), data={"csrf": "guessed"})
    assert said.status_code == 403

"""The partners' page: documents and changes, for whoever is signed in."""

import datetime as dt

import httpx
import pytest

from shared.contracts.partner_changes import CHANGES
from shared.contracts.partner_types import PUBLISHED
from tests.component.test_console import sign_in
from tests.fakes.console import fake_console
from tests.fakes.hotel import FakeClock


@pytest.fixture
async def browser() -> httpx.AsyncClient:
    console = fake_console(FakeClock(dt.datetime(2026, 11, 21, 19, 40, tzinfo=dt.UTC)), records=1)
    made = httpx.AsyncClient(transport=httpx.ASGITransport(app=console.app), base_url="http://console")
    await sign_in(made)
    return made


async def test_page_lists_types_fields_and_changes(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/partners")
    assert page.status_code == 200
    assert [one for one in (*PUBLISHED, "record.status", CHANGES[0][1]) if one not in page.text] == []


async def test_documents_are_there(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/partners/asyncapi.json")).json()["asyncapi"] == "3.0.0"
    assert (await browser.get("/partners/schemas/stay.booked.v1")).json()["required"] == ["stay"]
    assert (await browser.get("/partners/schemas/staff.hired.v1")).status_code == 404

"""The page of a stay: what the guest asked and what they thought of it."""

import datetime as dt

import httpx

from shared.contracts.identity import Department
from tests.component.test_console import sign_in
from tests.fakes.console import fake_console
from tests.fakes.hotel import FakeClock


async def test_stay_shows_the_scores_that_its_guest_gave() -> None:
    console = fake_console(FakeClock(dt.datetime(2026, 11, 21, 19, 40, tzinfo=dt.UTC)), records=3)
    console.hotel.open("r-score", "city", "guest_request", Department.GUEST_RELATIONS, what="9", stay_id="stay-1")
    transport = httpx.ASGITransport(app=console.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://console") as browser:
        await sign_in(browser)
        assert '<a class="plain" href="/records/r-score">9</a>' not in (await browser.get("/stays/stay-1")).text
        console.hotel.records["r-score"]["kind"] = "feedback_score"
        assert '<a class="plain" href="/records/r-score">9</a>' in (await browser.get("/stays/stay-1")).text

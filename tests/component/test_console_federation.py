"""Signing in at the console through the chain's own identity provider, or with a second factor."""

import datetime as dt
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.component.test_console import sign_in
from tests.fakes.console import FakeConsole, fake_console
from tests.fakes.hotel import FakeClock

NOW = dt.datetime(2026, 11, 21, 19, 40, tzinfo=dt.UTC)


@pytest.fixture
def console() -> FakeConsole:
    """A console of a chain that has a provider."""
    made = fake_console(FakeClock(NOW))
    made.services.state.provider = "Seaside Login"
    return made


@pytest.fixture
async def browser(console: FakeConsole) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the console."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=console.app), base_url="http://console") as made:
        yield made


async def test_page_offers_the_provider_where_the_chain_has_one(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    assert "Sign in with Seaside Login" in (await browser.get("/sign-in?then=/day")).text
    console.services.state.provider = ""
    assert "Sign in with" not in (await browser.get("/sign-in")).text
    console.services.state.silent.add("/v1/federation")
    assert (await browser.get("/sign-in")).status_code == 200


async def test_browser_goes_to_the_provider_and_comes_back_signed_in(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    away = await browser.get("/sign-in/with?chain=seaside&then=/day")
    assert (away.status_code, away.headers["location"]) == (303, "https://login.seaside.example/auth?state=1")
    assert console.services.state.begun["return_to"] == "http://127.0.0.1:8000/sign-in/return"
    here = await browser.get("/sign-in/return?code=came-back")
    assert (here.status_code, here.headers["location"]) == (303, "/day")
    assert len(console.sessions.kept) == 1


async def test_code_in_a_browser_that_did_not_begin_signs_nobody_in(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    assert (await browser.get("/sign-in/return?code=came-back")).status_code == 422
    await browser.get("/sign-in/with?chain=seaside")
    assert (await browser.get("/sign-in/return?code=another")).status_code == 422
    assert not console.sessions.kept


@pytest.mark.parametrize("cookie", ["x", "e30=", "WzEsMiwzXQ==", "W10="])
async def test_made_up_journey_is_none(browser: httpx.AsyncClient, cookie: str) -> None:
    answer = await browser.get("/sign-in/return?code=came-back", headers={"Cookie": f"bellboard_away={cookie}"})
    assert answer.status_code == 422


async def test_refusal_is_said_in_words_and_names_no_stranger(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/sign-in/return?error=no_group")
    assert (answer.status_code, "None of your groups" in answer.text) == (422, True)
    answer = await browser.get("/sign-in/return?error=<script>")
    assert "<script>" not in answer.text


async def test_journey_ends_at_a_page_of_ours(browser: httpx.AsyncClient) -> None:
    await browser.get("/sign-in/with?chain=seaside&then=https://evil.example")
    assert (await browser.get("/sign-in/return?code=came-back")).headers["location"] == "/"


async def test_code_is_asked_for_after_the_password_and_only_of_whom_it_is_wanted(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    console.services.state.code = "123456"
    assert 'name="code"' not in (await browser.get("/sign-in")).text
    asked = await sign_in(browser)
    assert (asked.status_code, 'name="code"' in asked.text) == (422, True)
    wrong = await sign_in(browser, code="000000")
    assert (wrong.status_code, 'name="code"' in wrong.text) == (422, True)
    assert not console.sessions.kept
    assert (await sign_in(browser, code="123 456")).status_code == 303

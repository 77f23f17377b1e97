"""Every page in every language: nothing is said in English that nobody has translated."""

import datetime as dt

import httpx
import pytest

from services.console.domain.tongue import Tongue
from tests.browser.test_console_access import PAGES
from tests.component.test_console import sign_in
from tests.fakes.console import fake_console
from tests.fakes.hotel import FakeClock

OWN = {
    *("Faro", "Folio closed", "Fully booked", "Gold member", "How many", "Late check out", "Late check out limit"),
    *("Late check-out", "Lisbon", "Loyalty tier", "Pillow", "Schema", "The day", "Wanted by", "Wrong room type"),
    *("What does the guest want?", "completion_time"),
}
"""What the made-up hotel says itself: its names, its own kinds, causes and reports."""


@pytest.mark.parametrize("language", ["de", "pt"])
async def test_no_page_says_a_word_that_nobody_translated(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    console = fake_console(FakeClock(dt.datetime(2026, 11, 21, 19, 40, tzinfo=dt.UTC)), records=14)
    missed: dict[str, str] = {}
    at = ""
    real = Tongue.one

    def one(tongue: Tongue, text: str) -> str:
        known = text in tongue.messages or any(text == said for said in tongue.messages.values())
        missed.update({} if known or not text else {text: at})
        return real(tongue, text)

    monkeypatch.setattr(Tongue, "one", one)
    transport, spoken = httpx.ASGITransport(app=console.app), {"Accept-Language": language}
    async with httpx.AsyncClient(transport=transport, base_url="http://console", headers=spoken) as browser:
        await sign_in(browser)
        for address in PAGES:
            at = address
            html = (await browser.get(address, follow_redirects=True)).text
            assert f'<html lang="{language}">' in html
    # A code that was put into words before is asked for once more, in the language itself.
    own = {text for text in missed if text in OWN or text in {"Anderes", "Keine", "Preis", "Silber"}}
    assert {text: where for text, where in missed.items() if text not in own} == {}

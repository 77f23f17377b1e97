"""Staff with their roles, and the rota: by department and person, who is away or stands in, changed by forms."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.component.test_console import hidden, sign_in
from tests.component.test_console_desk import NOW, send
from tests.fakes.console import FakeConsole, fake_console
from tests.fakes.hotel import FakeClock

WEEK = "/admin/rota?property=city&week=2026-11-19"


@pytest.fixture
def console() -> FakeConsole:
    return fake_console(FakeClock(NOW), records=2)


@pytest.fixture
async def browser(console: FakeConsole) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=console.app), base_url="http://console") as made:
        await sign_in(made)
        yield made


async def test_staff_are_listed_with_roles_and_given_others(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    html = (await browser.get("/admin/staff")).text
    assert "Ana Ramos" in html
    assert "Associate · Housekeeping" in " ".join(html.split())
    given = {"role_supervisor": "1", "department_housekeeping": "1", "department_concierge": "1", "active": "true"}
    said = await send(browser, "/admin/staff", "/admin/staff/ana", version="1", **given)
    assert said.status_code == 200
    told = {"roles": ["supervisor"], "departments": ["housekeeping", "concierge"], "active": True}
    assert console.services.state.changed == [{"ana": told}]


async def test_person_without_a_role_or_changed_meanwhile_is_refused_and_nothing_sent(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    none = await send(browser, "/admin/staff", "/admin/staff/ana", version="1")
    assert (none.status_code, "at least one role" in none.text) == (422, True)
    late = await send(browser, "/admin/staff", "/admin/staff/ana", version="7", role_finance="1")
    assert (late.status_code, "Somebody changed this" in late.text) == (412, True)
    assert console.services.state.changed == []


@pytest.mark.parametrize(("address", "words"), [("/admin/staff", "Ana Ramos"), ("/admin/rota", "Person by person")])
async def test_page_says_so_where_staff_are_closed_or_silent(
    console: FakeConsole, browser: httpx.AsyncClient, address: str, words: str
) -> None:
    for state, said in (
        (console.services.state.closed, "not open to your role"),
        (console.services.state.silent, "does not answer right now"),
    ):
        state.add("/v1/staff")
        html = (await browser.get(address)).text
        assert said in html
        assert words not in html
        state.clear()


async def test_week_shows_who_is_there_away_standing_in_and_where_nobody_is(browser: httpx.AsyncClient) -> None:
    html = (await browser.get(WEEK)).text
    now = html[html.index("On duty now") : html.index("Person by person")]
    assert "Bruno Teixeira" in now
    assert "19:40–23:40" in now, "Eva does a colleague's shift, in the hotel's own time"
    assert "for a colleague" in now
    faro = (await browser.get(WEEK.replace("city", "resort"))).text
    assert "away" in faro[faro.index("Maintenance") :]
    assert "nobody" in faro, "Duarte is away now, and maintenance has nobody else"
    assert "Nobody is there" in faro


async def test_rota_is_closed_to_who_may_not_read_shifts_and_says_of_nobody_that_they_are_away(
    console: FakeConsole, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console.house, "may", lambda _who, action, *_rest: action == "read")
    html = (await browser.get(WEEK)).text
    assert "Rota: not open to your role." in html
    assert "Nobody is there" not in html


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"step": "shift", "day_0": "1", "day_4": "1", "start": "18:00", "end": "22:00"},
            {"days": [0, 4], "start": "18:00:00", "end": "22:00:00"},
        ),
    ],
)
async def test_split_shift_is_a_second_one_of_the_day(
    console: FakeConsole, browser: httpx.AsyncClient, given: dict[str, str], told: dict[str, object]
) -> None:
    said = await send(browser, WEEK, "/admin/rota/city/eva", version="1", week="2026-11-16", **given)
    assert said.status_code == 303
    assert said.headers["location"] == "/admin/rota?property=city&week=2026-11-16"
    ((change,),) = [one.values() for one in console.services.state.changed]
    assert change["shifts"][1] == told
    await send(browser, WEEK, "/admin/rota/city/eva", version="2", step="drop_shift", number="0")
    assert console.services.state.changed[1]["eva"]["shifts"] == [told]


async def test_absence_is_noted_in_the_hotels_own_time_and_taken_out(
    console: FakeConsole, browser: httpx.AsyncClient
) -> None:
    summer = {"step": "absence", "from": "2026-07-01T08:00", "until": "2026-07-03T20:00"}
    await send(browser, WEEK, "/admin/rota/city/eva", version="1", **summer)
    (change,) = console.services.state.changed
    assert change["eva"]["absences"] == [{"start": "2026-07-01T07:00:00Z", "end": "2026-07-03T19:00:00Z"}]
    await send(browser, WEEK, "/admin/rota/city/eva", version="2", step="drop_absence", number="0")
    assert console.services.state.changed[1]["eva"]["absences"] == []


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ({"step": "shift", "start": "07:00", "end": "15:00"}, 422, "Choose at least one day."),
        ({"step": "shift", "day_1": "1", "start": "soon", "end": "15:00"}, 422, "Type a time, e.g. 07:00."),
        ({"step": "absence", "from": "tomorrow"}, 422, "Choose a day and a time."),
        ({"step": "drop_shift", "number": "9"}, 422, "There is no such entry any more."),
        ({"step": "shift", "day_1": "1", "start": "07:00", "end": "15:00", "version": "9"}, 412, "Somebody changed"),
    ],
)
async def test_rota_that_cannot_be_is_refused_in_words_and_nothing_sent(
    console: FakeConsole, browser: httpx.AsyncClient, given: dict[str, str], status: int, words: str
) -> None:
    said = await send(browser, WEEK, "/admin/rota/city/eva", **{"version": "1", **given})
    assert (said.status_code, words in said.text) == (status, True)
    assert console.services.state.changed == []


async def test_swap_that_waits_is_agreed_to(console: FakeConsole, browser: httpx.AsyncClient) -> None:
    html = (await browser.get(WEEK)).text
    assert "Bruno Teixeira gives a shift to Eva Lindqvist" in html
    said = await browser.post(
        "/admin/swaps/s1",
        data={"csrf": hidden(html, "csrf"), "version": "2", "approve": "true", "property_id": "city"},
    )
    assert said.status_code == 200
    assert console.services.state.changed == [{"s1": {"approve": True}}]
    assert "gives a shift" not in said.text

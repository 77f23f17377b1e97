"""Lists that people keep, for themselves or for their department."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.factories.desk_work import refusal
from tests.factories.front_desk import Caller, FrontDesk

LATE = {"name": "Late", "filters": {"risk": "late", "guest": ["guest-1"]}, "sort": "-changed", "columns": ["room"]}


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with FrontDesk().client() as made:
        yield made


async def saved(who: Caller, **changed: Any) -> dict[str, Any]:
    reply = await who.post("/v1/views", LATE | changed)
    assert reply.status_code == 201, reply.text
    view: dict[str, Any] = reply.json()
    return view


async def names(who: Caller) -> list[str]:
    return [view["name"] for view in (await who.get("/v1/views")).json()["views"]]


async def test_view_is_kept_as_it_was_written_and_its_filters_make_a_list(http: httpx.AsyncClient) -> None:
    ana = Caller(http)
    view = await saved(ana)
    assert (view["version"], view["owner"], view["department"]) == (1, "ana", None)
    assert {name: view[name] for name in LATE} == LATE
    listed = await ana.get("/v1/records", **view["filters"], sort=view["sort"], fields=",".join(view["columns"]))
    assert listed.status_code == 200, listed.text


async def test_view_is_seen_by_its_owner_alone_until_it_is_shared(http: httpx.AsyncClient) -> None:
    ana, rui = Caller(http), Caller(http, "rui")
    await saved(ana, name="Mine")
    assert (await names(ana), await names(rui)) == (["Mine"], [])
    await saved(ana, name="Ours", department="front_office")
    assert (await names(ana), await names(rui)) == (["Mine", "Ours"], ["Ours"])


async def test_view_changes_at_the_version_that_was_seen(http: httpx.AsyncClient) -> None:
    ana = Caller(http)
    path = f"/v1/views/{(await saved(ana))['id']}"
    changed = await ana.put(path, LATE | {"name": "Later"}, version=1)
    assert (changed.status_code, changed.json()["version"], changed.headers["etag"]) == (200, 2, '"2"')
    assert (await ana.put(path, LATE, version=1)).status_code == 412
    assert await names(ana) == ["Later"]


async def test_view_of_somebody_else_is_not_found_and_a_shared_one_is_kept_by_who_leads(
    http: httpx.AsyncClient,
) -> None:
    ana, rui, sofia = Caller(http), Caller(http, "rui"), Caller(http, "sofia")
    private, shared = await saved(ana), await saved(ana, department="front_office")
    path = f"/v1/views/{shared['id']}"
    assert (await sofia.put(f"/v1/views/{private['id']}", LATE, version=1)).status_code == 404
    assert refusal(await rui.put(path, LATE, version=1)) == (403, "not_yours")
    kept = await sofia.put(path, LATE | {"department": "front_office"}, version=1)
    assert (kept.status_code, kept.json()["owner"]) == (200, "ana")


async def test_view_is_forgotten_once(http: httpx.AsyncClient) -> None:
    ana = Caller(http)
    view = await saved(ana)
    headers = ana.headers("forget-the-view", 1)
    gone = [await http.delete(f"/v1/views/{view['id']}", headers=headers) for _ in range(2)]
    assert [reply.status_code for reply in gone] == [204, 204]
    assert await names(ana) == []
    assert (await http.delete(f"/v1/views/{view['id']}", headers=ana.headers(version=1))).status_code == 404


async def test_repeated_request_keeps_one_view(http: httpx.AsyncClient) -> None:
    ana = Caller(http)
    replies = [await ana.post("/v1/views", LATE, key="keep-one-view") for _ in range(2)]
    assert [reply.status_code for reply in replies] == [201, 201]
    assert replies[0].json() == replies[1].json()
    assert await names(ana) == ["Late"]


@pytest.mark.parametrize(
    ("wrong", "field", "rule"),
    [
        ({"name": ""}, "name", "string_too_short"),
        ({"name": "4111 1111 1111 1111"}, "name", "card_number"),
        ({"sort": "score"}, "score", "sort"),
        ({"columns": ["no_such"]}, "columns", "unknown_field"),
        ({"filters": {"no_such": 1}}, "no_such", "filter"),
        ({"filters": {"limit": 5}}, "limit", "filter"),
        ({"filters": {"risk": "soon"}}, "filters.risk", "literal_error"),
        ({"filters": {"due_from": "2026-07-01T12:00:00"}}, "filters.due_from", "timezone_aware"),
        ({"filters": {"status": {"$ne": 1}}}, "filters.status", "enum"),
        ({"owner": "staff-rui"}, "owner", "extra_forbidden"),
    ],
)
async def test_bad_view_is_refused_and_nothing_is_kept(
    http: httpx.AsyncClient, wrong: dict[str, Any], field: str, rule: str
) -> None:
    ana = Caller(http)
    status, named = refusal(await ana.post("/v1/views", LATE | wrong))
    assert (status, named) == (422, [(field, rule)])
    assert await names(ana) == []


async def test_view_is_shared_with_a_department_of_ones_own(http: httpx.AsyncClient) -> None:
    ana = Caller(http)
    assert refusal(await ana.post("/v1/views", LATE | {"department": "finance"})) == (403, "other_department")
    assert await names(ana) == []


async def test_person_keeps_fifty_views(http: httpx.AsyncClient) -> None:
    ana = Caller(http)
    for number in range(50):
        await saved(ana, name=f"View {number}")
    assert refusal(await ana.post("/v1/views", LATE)) == (409, "too_many_views")

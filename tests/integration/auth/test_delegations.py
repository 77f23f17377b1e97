"""Lending rights over HTTP: what the borrower may do then, until when, and who ends it."""

import datetime as dt
from typing import Any

import httpx
import pytest

from tests.factories.chassis import until
from tests.integration.auth.conftest import PASSWORD, Auth

pytestmark = pytest.mark.integration
FIRST = {"If-Match": '"1"'}


async def post(auth: Auth, headers: dict[str, str], path: str, body: object, key: str, **more: str) -> httpx.Response:
    """A command."""
    return await auth.client.post(path, json=body, headers=headers | {"Idempotency-Key": key} | more)


async def hired(auth: Auth, name: str, **more: Any) -> str:
    """A general manager of the city hotel, unless said otherwise; their id."""
    olga = await auth.bearer("olga")
    await auth.decided(olga, "/v1/staff")
    body = {"display_name": name.title(), "roles": ["general_manager"], "properties": ["city"], "login": name}
    said = await post(auth, olga, "/v1/staff", body | {"password": PASSWORD} | more, f"hire-{name}-01")
    assert said.status_code == 201, said.text
    return str(said.json()["id"])


async def id_of(auth: Auth, login: str) -> str:
    """Somebody's id."""
    return str((await auth.client.get("/v1/me", headers=await auth.bearer(login))).json()["id"])


async def lent(auth: Auth, key: str = "lend-0001", **more: Any) -> httpx.Response:
    """Gil's general management to Rui, for a day."""
    end = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()
    body = {"to": await id_of(auth, "rui"), "roles": ["general_manager"], "end": end, "reason_code": "holiday"}
    gil = await auth.bearer("gil")
    await auth.decided(gil, "/v1/staff")
    return await post(auth, gil, "/v1/me/delegations", body | more, key)


async def manages(auth: Auth, headers: dict[str, str]) -> bool:
    """Whether somebody may do what a general manager may (and a supervisor may not)."""
    return (await auth.client.get("/v1/break-glass", headers=headers)).status_code == 200


async def changed(auth: Auth, headers: dict[str, str], to: bool) -> None:
    """Wait until a change of rights has arrived."""

    async def arrived() -> bool:
        return await manages(auth, headers) is to

    await until(arrived, f"management is {to}")


async def test_borrower_manages_until_it_is_taken_back_and_never_lends_it_on(auth: Auth) -> None:
    await hired(auth, "gil")
    before = await auth.bearer("rui")
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()
    given = await lent(auth, end=tomorrow)
    assert (given.status_code, given.json()["lender"]) == (201, await id_of(auth, "gil")), given.text
    assert (await lent(auth, end=tomorrow)).json()["id"] == given.json()["id"]

    async def ended() -> bool:
        return (await auth.client.get("/v1/me", headers=before)).status_code == 401

    await until(ended, "tokens of before are refused")
    rui, gil = await auth.bearer("rui"), await auth.bearer("gil")
    await changed(auth, rui, True)
    [mine] = (await auth.client.get("/v1/me/delegations", headers=rui)).json()["items"]
    assert (mine["to"], mine["roles"]) == (await id_of(auth, "rui"), ["general_manager"])
    end = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).isoformat()
    body = {"to": await id_of(auth, "ana"), "roles": ["general_manager"], "end": end, "reason_code": "holiday"}
    onward = await post(auth, rui, "/v1/me/delegations", body, "lend-0002")
    assert (onward.status_code, onward.json()["breaches"][0]["rule"]) == (422, "own_roles")
    revoke = f"/v1/delegations/{mine['id']}/revoke"
    assert (await post(auth, await auth.bearer("ana"), revoke, {}, "revoke-01")).status_code == 404
    assert (await post(auth, gil, revoke, {}, "revoke-02")).status_code == 200
    await changed(auth, await auth.bearer("rui"), False)
    told = await auth.rows("events").find({"agg": mine["to"]}, sort=[("ver", 1)])
    assert b"holiday" in bytes(told[-2]["value"])
    assert b"delegation_revoked" in bytes(told[-1]["value"])


async def test_it_ends_by_the_clock_without_anybody_doing_anything(auth: Auth) -> None:
    await hired(auth, "gil")
    end = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=12)
    given = await lent(auth, end=end.isoformat())
    assert given.status_code == 201, given.text
    rui = await auth.bearer("rui")
    await changed(auth, rui, True)
    rows = await auth.rows("events").count({})
    await changed(auth, rui, False)
    assert dt.datetime.now(dt.UTC) >= end
    assert await auth.rows("events").count({"type": "staff.changed.v1"}) <= rows


async def test_it_ends_for_good_when_the_lender_leaves(auth: Auth) -> None:
    gil = await hired(auth, "gil")
    assert (await lent(auth)).status_code == 201
    rui, olga = await auth.bearer("rui"), await auth.bearer("olga")
    await changed(auth, rui, True)
    for key, active, version in (("leave-0001", False, 1), ("back-0001", True, 2)):
        put = {"json": {"active": active}, "headers": olga | {"Idempotency-Key": key, "If-Match": f'"{version}"'}}
        assert (await auth.client.patch(f"/v1/staff/{gil}", **put)).status_code == 200
        await auth.parts.delegating.sweep()
    await changed(auth, await auth.bearer("rui"), False)
    assert (await auth.client.get("/v1/me/delegations", headers=await auth.bearer("rui"))).json()["items"] == []


async def test_nobody_reviews_what_the_lender_did_with_the_lenders_own_rights(auth: Auth) -> None:
    await hired(auth, "gil")
    assert (await lent(auth)).status_code == 201
    why = {"property_id": "city", "reason_code": "nobody_in_charge"}
    broken = await post(auth, await auth.bearer("gil"), "/v1/me/break-glass", why, "break-01")
    assert broken.status_code == 201, broken.text
    rui = await auth.bearer("rui")
    await changed(auth, rui, True)
    path = f"/v1/break-glass/{broken.json()['glass']['id']}/review"
    review = await post(auth, rui, path, {"finding": "was_needed"}, "review-01", **FIRST)
    assert (review.status_code, review.json()["code"]) == (403, "principals_request")


async def test_what_may_not_be_lent_is_refused_by_field_and_nothing_changes(auth: Auth) -> None:
    await hired(auth, "gil")
    rui = await id_of(auth, "rui")
    before = (await auth.client.get(f"/v1/staff/{rui}", headers=await auth.bearer("olga"))).json()
    beyond = await lent(auth, "lend-0002", roles=["chain_admin", "finance"], properties=["resort"])
    assert beyond.status_code == 422
    assert {each["rule"] for each in beyond.json()["breaches"]} >= {"own_roles", "lendable", "own_properties"}
    long = await lent(auth, "lend-0003", end="2030-01-01T00:00:00Z")
    assert (long.status_code, long.json()["breaches"][0]["field"]) == (422, "end")
    unsaid = await lent(auth, "lend-0004", reason_code=None, roles=[])
    assert {each["field"] for each in unsaid.json()["breaches"]} == {"reason_code", "roles"}
    assert (await lent(auth, "lend-0005", to="nobody-here")).status_code == 404
    ana = await auth.bearer("ana")
    end = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).isoformat()
    body = {"to": rui, "roles": ["associate"], "end": end, "reason_code": "holiday"}
    assert (await post(auth, ana, "/v1/me/delegations", body, "lend-0006")).status_code == 403
    after = (await auth.client.get(f"/v1/staff/{rui}", headers=await auth.bearer("olga"))).json()
    assert after == before

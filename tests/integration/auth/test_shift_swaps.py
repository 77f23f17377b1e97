"""Swaps of shifts over HTTP: proposed, answered, agreed to; the rota of both changes at once."""

import asyncio
import datetime as dt
from typing import Any

import httpx
import pytest

from services.auth.domain.own_time import shifts_of
from shared.contracts.staff import StaffMember
from shared.contracts.values import Scope, zone
from tests.integration.auth.conftest import PASSWORD, Auth

pytestmark = pytest.mark.integration
LISBON = zone("Europe/Lisbon")


async def post(auth: Auth, headers: dict[str, str], path: str, body: object, key: str, **more: str) -> httpx.Response:
    """A command."""
    return await auth.client.post(path, json=body, headers=headers | {"Idempotency-Key": key} | more)


async def hired(auth: Auth, name: str, **more: Any) -> str:
    """Somebody of the front office, who works by day; their id."""
    olga = await auth.bearer("olga")
    await auth.decided(olga, "/v1/staff")
    body = {"display_name": name.title(), "roles": ["associate"], "departments": ["front_office"], "login": name}
    body |= {"properties": ["city"], "password": PASSWORD, "shifts": [{"days": [5], "start": "09:00", "end": "12:00"}]}
    said = await post(auth, olga, "/v1/staff", body | more, f"hire-{name}-01")
    assert said.status_code == 201, said.text
    return str(said.json()["id"])


async def person(auth: Auth, login: str) -> StaffMember:
    """As the directory has them."""
    scope = Scope(chain="atlantic")
    account = await auth.parts.signing_in._directory.account(scope, login)
    assert account is not None
    found = await auth.parts.signing_in._directory.member(scope, account.staff_id)
    assert found is not None
    return found


async def coming(auth: Auth, login: str, number: int = 0) -> str:
    """When a shift to come of somebody begins."""
    now = dt.datetime.now(dt.UTC)
    starts = [each.start for each in shifts_of(await person(auth, login), LISBON, now) if each.start > now]
    return starts[number].isoformat()


async def offered(auth: Auth, key: str, colleague: str, number: int = 0, **more: Any) -> httpx.Response:
    """Ana's shift, to somebody."""
    ana = await auth.bearer("ana")
    body = {"property_id": "city", "colleague": colleague, "start": await coming(auth, "ana", number)}
    await auth.decided(ana, "/v1/staff")
    return await post(auth, ana, "/v1/me/shift-swaps", body | more, key)


async def calendar(auth: Auth, login: str) -> str:
    """Their rota, as their telephone reads it."""
    path = (await auth.client.post("/v1/me/rota-link", headers=await auth.bearer(login))).json()["path"]
    return (await auth.client.get(path)).text


async def test_swap_is_offered_taken_agreed_to_and_both_rotas_change_at_once(auth: Auth) -> None:
    bea = await hired(auth, "bea")
    start = dt.datetime.fromisoformat(await coming(auth, "ana"))
    swap = await offered(auth, "swap-0001", bea)
    assert (swap.status_code, swap.json()["approval"]) == (201, True), swap.text
    assert (await offered(auth, "swap-0001", bea)).json() == swap.json()
    path, ana, theirs = f"/v1/me/shift-swaps/{swap.json()['id']}", await auth.bearer("ana"), await auth.bearer("bea")
    first = {"If-Match": '"1"'}
    assert (await post(auth, ana, f"{path}/answer", {"accept": True}, "mine-0001", **first)).status_code == 403
    taken = await post(auth, theirs, f"{path}/answer", {"accept": True}, "taken-0001", **first)
    assert (taken.status_code, taken.json()["state"]) == (200, "accepted"), taken.text
    late = await post(auth, theirs, f"{path}/answer", {"accept": False}, "taken-0002", **first)
    assert late.status_code == 412
    stamp = f"DTSTART:{start:%Y%m%dT%H%M%SZ}"
    assert [stamp in await calendar(auth, one) for one in ("ana", "bea")] == [True, False]

    rui = await auth.bearer("rui")
    [waiting] = (await auth.decided(rui, "/v1/shift-swaps")).json()["items"]
    decision = f"/v1/shift-swaps/{waiting['id']}/decision"
    yes = await post(auth, rui, decision, {"approve": True}, "agreed-0001", **{"If-Match": '"2"'})
    assert (yes.status_code, yes.json()["state"]) == (200, "agreed"), yes.text
    assert [stamp in await calendar(auth, one) for one in ("ana", "bea")] == [False, True]
    told = await auth.rows("events").find({"agg": swap.json()["id"]}, sort=[("ver", 1)])
    assert [row["type"].split(".")[1] for row in told] == ["proposed", "accepted", "agreed"]
    changed = await auth.rows("events").find({"type": "staff.changed.v1"})
    assert sum(b"shift_swapped" in bytes(row["value"]) for row in changed) == 2
    assert not any(b"Ana" in bytes(row["value"]) for row in told)


async def test_swap_that_cannot_be_is_refused_by_field_and_leaves_nothing(auth: Auth) -> None:
    far = await hired(auth, "far", departments=["finance"])
    refused = await offered(auth, "swap-0002", far)
    assert (refused.status_code, refused.json()["breaches"][0]["rule"]) == (422, "same_department")
    wrong = await offered(auth, "swap-0003", far, start="2020-01-01T00:00:00Z")
    assert (wrong.status_code, wrong.json()["breaches"][0]["field"]) == (422, "start")
    assert (await offered(auth, "swap-0004", far, property_id="resort")).status_code == 404
    assert (await offered(auth, "swap-0005", "nobody-here")).status_code == 404
    unread = await offered(auth, "swap-0006", far, start="tomorrow", extra=1)
    assert {each["field"] for each in unread.json()["breaches"]} == {"start", "extra"}
    assert await auth.rows("shift_swaps").count({}) == 0
    assert await auth.rows("events").count({"type": {"$regex": "^shift_swap"}}) == 0


async def test_nobody_else_sees_it_nor_answers_it(auth: Auth) -> None:
    bea, _ = await hired(auth, "bea"), await hired(auth, "cid", departments=["concierge"], roles=["supervisor"])
    swap = (await offered(auth, "swap-0001", bea)).json()
    cid, path = await auth.bearer("cid"), f"/v1/me/shift-swaps/{swap['id']}"
    assert (await auth.decided(cid, "/v1/me/shift-swaps")).json()["items"] == []
    answer = await post(auth, cid, f"{path}/answer", {"accept": True}, "other-0001", **{"If-Match": '"1"'})
    assert answer.status_code == 404
    unlike = await post(auth, cid, f"/v1/shift-swaps/{swap['id']}/decision", {"approve": True}, "other-0002")
    assert (unlike.status_code, unlike.json()["code"]) == (403, "not_granted")


async def test_one_shift_promised_twice_goes_to_one_of_two_who_say_yes_at_once(auth: Auth) -> None:
    names = ("bea", "cid")
    people = [await hired(auth, name, roles=["supervisor"]) for name in names]
    rui = await hired(
        auth, "rae", roles=["supervisor"], shifts=[{"days": list(range(7)), "start": "13:00", "end": "18:00"}]
    )
    assert rui
    rae, start = await auth.bearer("rae"), await coming(auth, "rae", 1)
    await auth.decided(rae, "/v1/staff")
    body = {"property_id": "city", "start": start}
    swaps = [
        (await post(auth, rae, "/v1/me/shift-swaps", body | {"colleague": one}, f"swap-{number:04}")).json()
        for number, one in enumerate(people)
    ]
    assert [each["approval"] for each in swaps] == [False, False]
    bearers = [await auth.bearer(name) for name in names]
    said = await asyncio.gather(
        *(
            post(
                auth,
                who,
                f"/v1/me/shift-swaps/{each['id']}/answer",
                {"accept": True},
                "yes-0001",
                **{"If-Match": '"1"'},
            )
            for who, each in zip(bearers, swaps, strict=True)
        )
    )
    assert sorted(each.status_code for each in said) == [200, 409], [each.text for each in said]
    assert sum([len((await person(auth, name)).covers) for name in names]) == 1
    assert len((await person(auth, "rae")).absences) == 1


async def test_unanswered_proposal_ends_by_itself(auth: Auth) -> None:
    bea = await hired(auth, "bea")
    swap = (await offered(auth, "swap-0001", bea)).json()
    past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    gone = {"answer_by": past, "body.answer_by": past.isoformat()}
    await auth.rows("shift_swaps").update_one({"_id": swap["id"]}, {"$set": gone})
    await auth.parts.swaps.expire()
    await auth.parts.swaps.expire()
    [mine] = (await auth.client.get("/v1/me/shift-swaps", headers=await auth.bearer("ana"))).json()["items"]
    assert (mine["state"], mine["version"]) == ("expired", 2)
    answer = f"/v1/me/shift-swaps/{swap['id']}/answer"
    late = await post(auth, await auth.bearer("bea"), answer, {"accept": True}, "late-0001", **{"If-Match": '"2"'})
    assert (late.status_code, late.json()["code"]) == (409, "swap_over")

"""Signing in, going on and signing out, against the running service."""

import asyncio

import httpx
import pytest

from tests.factories.chains import PASSWORD
from tests.factories.chassis import until
from tests.integration.auth.conftest import Auth

pytestmark = pytest.mark.integration


async def refresh(auth: Auth, token: str) -> httpx.Response:
    return await auth.client.post("/v1/sessions/refresh", json={"refresh_token": token})


async def test_person_signs_in_and_is_told_who_they_are(auth: Auth) -> None:
    signed_in = await auth.sign_in("ana")
    assert signed_in.status_code == 201
    assert signed_in.headers["cache-control"] == "no-store"
    me = (await auth.client.get("/v1/me", headers=await auth.bearer("ana"))).json()
    assert (me["display_name"], me["roles"], me["properties"]) == ("Ana", ["associate"], ["city"])
    keys = (await auth.client.get("/.well-known/jwks.json")).json()["keys"]
    assert [(key["crv"], "d" in key) for key in keys] == [("Ed25519", False)]


async def test_every_refusal_reads_the_same(auth: Auth) -> None:
    tries = [("ana", "wrong password", "atlantic"), ("nobody", PASSWORD, "atlantic"), ("ana", PASSWORD, "pacific")]
    answers = [await auth.sign_in(login, password, chain) for login, password, chain in tries]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"chain": "atlantic", "login": "ana", "password": "x" * 129}, "password"),
        ({"chain": "atlantic", "login": "ana"}, "password"),
        ({"chain": "atlantic", "login": {"$ne": 1}, "password": "x"}, "login"),
        ({"chain": "../etc", "login": "ana", "password": "x"}, "chain"),
        ({"chain": "atlantic", "login": "ana", "password": "x", "admin": True}, "admin"),
    ],
)
async def test_bad_sign_in_names_the_field(auth: Auth, body: dict[str, object], field: str) -> None:
    answer = await auth.client.post("/v1/sessions", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [breach["field"] for breach in answer.json()["breaches"]] == [field]


async def test_wrong_passwords_are_throttled_and_the_right_one_too_until_the_wait_is_over(auth: Auth) -> None:
    codes = [(await auth.sign_in("rui", "wrong password")).status_code for _ in range(7)]
    assert (codes[:5], codes[-1]) == ([401] * 5, 429)
    assert (await auth.sign_in("rui")).json()["code"] == "sign_in_throttled"
    assert (await auth.sign_in("ana")).status_code == 201


async def test_parallel_wrong_passwords_do_not_slip_past_the_throttle(auth: Auth) -> None:
    answers = await asyncio.gather(*(auth.sign_in("rui", "wrong password") for _ in range(30)))
    codes = [answer.status_code for answer in answers]
    assert codes.count(401) <= 6
    assert set(codes) == {401, 429}


async def test_refresh_rotates_and_a_copied_old_token_ends_the_session(auth: Auth) -> None:
    first = (await auth.sign_in("ana")).json()["refresh_token"]
    second = (await refresh(auth, first)).json()["refresh_token"]
    third = (await refresh(auth, second)).json()["refresh_token"]
    assert len({first, second, third}) == 3
    assert (await refresh(auth, first)).status_code == 401
    assert (await refresh(auth, third)).status_code == 401
    ended = await auth.rows("events").find_one({"type": "staff.sessions_ended.v1"})
    assert b'"refresh_reused"' in ended["value"]


async def test_refresh_gives_the_same_successor_when_the_answer_was_lost_or_two_ask_at_once(auth: Auth) -> None:
    token = (await auth.sign_in("ana")).json()["refresh_token"]
    answers = await asyncio.gather(*(refresh(auth, token) for _ in range(5)))
    later = await refresh(auth, token)
    assert {answer.json()["refresh_token"] for answer in [*answers, later]} == {later.json()["refresh_token"]}
    assert (await refresh(auth, later.json()["refresh_token"])).status_code == 200


@pytest.mark.parametrize("token", ["x", "atlantic.s.1.AAAA", "....", "a" * 512, "atlantic.s.1.§"])
async def test_forged_refresh_token_is_refused(auth: Auth, token: str) -> None:
    assert (await refresh(auth, token)).status_code == 401


async def test_refresh_token_is_no_access_token(auth: Auth) -> None:
    token = (await auth.sign_in("ana")).json()["refresh_token"]
    assert (await auth.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})).status_code == 401


async def test_signing_out_ends_the_session_and_its_access_token(auth: Auth) -> None:
    signed_in = (await auth.sign_in("ana")).json()
    headers = await auth.bearer("ana")
    other = (await auth.sign_in("ana")).json()["refresh_token"]
    assert (await auth.client.delete("/v1/sessions/current", headers=headers)).status_code == 204

    async def refused() -> bool:
        return (await auth.client.get("/v1/me", headers=headers)).status_code == 401

    await until(refused, "the access token is refused")
    assert (await refresh(auth, other)).status_code == 200
    assert (await refresh(auth, signed_in["refresh_token"])).status_code == 200


async def test_no_password_or_token_is_in_the_store(auth: Auth) -> None:
    token = (await auth.sign_in("ana")).json()["refresh_token"]
    account = await auth.rows("accounts").find_one({"login": "ana"})
    assert account["hash"].startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    session = await auth.rows("sessions").find_one({})
    assert token.rpartition(".")[2] not in str(session)

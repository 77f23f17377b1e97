"""A second factor is set up, shown, lost and reset, against the running service."""

import asyncio
import time
from typing import Any

import httpx
import pyotp
import pytest

from services.auth.domain.second_factor import STEP_S
from tests.factories.chains import PASSWORD
from tests.integration.auth.conftest import Auth

pytestmark = pytest.mark.integration


async def post(auth: Auth, path: str, headers: dict[str, str], body: Any = None) -> httpx.Response:
    return await auth.client.post(path, json=body, headers=headers)


async def signed_in(auth: Auth, login: str, code: str | None) -> httpx.Response:
    body = {"chain": "atlantic", "login": login, "password": PASSWORD}
    return await auth.client.post("/v1/sessions", json=body | ({"code": code} if code else {}))


class Telephone:
    """An authenticator app; each code it shows is of a later step than the last."""

    def __init__(self, secret: str) -> None:
        self._app, self._last = pyotp.TOTP(secret), int(time.time()) // STEP_S - 2

    def code(self) -> str:
        self._last += 1
        return self._app.at(self._last * STEP_S)


async def enrolled(auth: Auth, login: str) -> tuple[Telephone, list[str], dict[str, str]]:
    headers = await auth.bearer(login)
    begun = await post(auth, "/v1/me/second-factor", headers)
    assert (begun.status_code, begun.headers["cache-control"]) == (201, "no-store")
    telephone = Telephone(begun.json()["secret"])
    confirmed = await post(auth, "/v1/me/second-factor/confirm", headers, {"code": telephone.code()})
    assert confirmed.status_code == 200
    return telephone, confirmed.json()["recovery_codes"], headers


async def test_code_is_asked_for_and_good_once(auth: Auth) -> None:
    telephone, _, _ = await enrolled(auth, "ana")
    bare = await signed_in(auth, "ana", None)
    assert (bare.status_code, bare.json()["code"]) == (401, "second_factor_required")
    code = telephone.code()
    answers = await asyncio.gather(*(signed_in(auth, "ana", code) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401]
    wrong = await auth.sign_in("ana", "wrong password")
    assert wrong.json()["code"] == "sign_in_refused"


async def test_codes_cannot_be_guessed_by_who_knows_the_password(auth: Auth) -> None:
    await enrolled(auth, "ana")
    answers = [await signed_in(auth, "ana", "000000") for _ in range(7)]
    assert [answer.status_code for answer in answers][-1] == 429
    assert (await auth.sign_in("rui")).status_code == 201


async def test_recovery_code_signs_in_once(auth: Auth) -> None:
    _, codes, _ = await enrolled(auth, "ana")
    assert (await signed_in(auth, "ana", codes[0])).status_code == 201
    assert (await signed_in(auth, "ana", codes[0])).status_code == 401
    assert (await signed_in(auth, "ana", codes[1])).status_code == 201


async def test_confirmed_factor_is_not_replaced_by_who_found_an_open_session(auth: Auth) -> None:
    _, _, headers = await enrolled(auth, "ana")
    again = await post(auth, "/v1/me/second-factor", headers)
    assert (again.status_code, again.json()["code"]) == (409, "second_factor_set")
    twice = await post(auth, "/v1/me/second-factor/confirm", headers, {"code": "123456"})
    assert (twice.status_code, twice.json()["code"]) == (409, "nothing_begun")


async def test_secret_that_was_begun_is_told_again_to_who_asks_again(auth: Auth) -> None:
    headers = await auth.bearer("ana")
    told = [(await post(auth, "/v1/me/second-factor", headers)).json()["secret"] for _ in range(2)]
    assert told[0] == told[1]
    other = await post(auth, "/v1/me/second-factor", await auth.bearer("rui"))
    assert other.json()["secret"] != told[0]


async def test_wrong_first_code_leaves_the_factor_unconfirmed(auth: Auth) -> None:
    headers = await auth.bearer("ana")
    await post(auth, "/v1/me/second-factor", headers)
    refused = await post(auth, "/v1/me/second-factor/confirm", headers, {"code": "000000"})
    assert (refused.status_code, refused.json()["breaches"][0]["field"]) == (422, "code")
    assert (await signed_in(auth, "ana", None)).status_code == 201


async def test_store_holds_neither_secret_nor_recovery_codes(auth: Auth) -> None:
    headers = await auth.bearer("ana")
    secret = (await post(auth, "/v1/me/second-factor", headers)).json()["secret"]
    confirmed = await post(auth, "/v1/me/second-factor/confirm", headers, {"code": Telephone(secret).code()})
    stored = str(await auth.rows("second_factors").find({}))
    assert not [said for said in (secret, *confirmed.json()["recovery_codes"]) if said in stored]


async def test_supervisor_resets_a_lost_telephone_and_every_session_ends(auth: Auth) -> None:
    _, _, headers = await enrolled(auth, "ana")
    me = (await auth.client.get("/v1/me", headers=headers)).json()
    supervisor = await auth.bearer("rui") | {"Idempotency-Key": "reset-the-first"}
    path, body = f"/v1/staff/{me['id']}/invitations", {"reason_code": "telephone_lost", "second_factor": True}
    assert (await auth.decided(await auth.bearer("olga"), "/v1/staff")).status_code == 200
    invited = await post(auth, path, supervisor, body)
    assert invited.status_code == 201, invited.text
    repeated = await post(auth, path, supervisor, body)
    assert (repeated.headers["idempotency-replayed"], repeated.json()["code"]) == ("true", None)
    taken = {"chain": "atlantic", "code": invited.json()["code"], "password": "a new one for the night"}
    assert (await auth.client.post("/v1/invitations/accept", json=taken)).status_code == 204
    again = await auth.client.post("/v1/invitations/accept", json=taken)
    assert (again.status_code, again.json()["code"]) == (401, "invitation_refused")
    assert (await auth.sign_in("ana")).status_code == 401
    assert (await auth.sign_in("ana", "a new one for the night")).status_code == 201
    told = [row["type"] for row in await auth.rows("events").find({"agg": me["id"]}, sort=[("ver", 1)])]
    assert told[1:] == ["staff.sessions_ended.v1", "staff.sessions_ended.v1"]


async def test_new_person_is_invited_and_nobody_else_learns_the_password(auth: Auth) -> None:
    admin = await auth.bearer("olga")
    await auth.decided(admin, "/v1/staff")
    hired = {"display_name": "Teo", "roles": ["associate"], "departments": ["concierge"], "properties": ["city"]}
    teo = (await post(auth, "/v1/staff", admin | {"Idempotency-Key": "hire-teo"}, hired)).json()
    path = f"/v1/staff/{teo['id']}/invitations"
    no_login = await post(auth, path, admin | {"Idempotency-Key": "invite-teo-1"}, {"reason_code": "hired"})
    assert (no_login.status_code, no_login.json()["breaches"][0]["field"]) == (422, "login")
    taken = await post(
        auth, path, admin | {"Idempotency-Key": "invite-teo-2"}, {"reason_code": "hired", "login": "ana"}
    )
    assert taken.status_code == 409
    first, second = [
        (await post(auth, path, admin | {"Idempotency-Key": key}, {"reason_code": "hired", "login": "teo"})).json()[
            "code"
        ]
        for key in ("invite-teo-3", "invite-teo-4")
    ]
    accepted = [
        await auth.client.post("/v1/invitations/accept", json={"chain": "atlantic", "code": code, "password": PASSWORD})
        for code in (first, second)
    ]
    assert [answer.status_code for answer in accepted] == [401, 204]
    assert (await auth.sign_in("teo")).status_code == 201


async def test_associate_resets_nobody(auth: Auth) -> None:
    await auth.decided(await auth.bearer("olga"), "/v1/staff")
    headers = await auth.bearer("ana") | {"Idempotency-Key": "reset-the-other"}
    staff = (await auth.client.get("/v1/staff", headers=await auth.bearer("olga"))).json()["items"]
    rui = next(person["id"] for person in staff if person["display_name"] == "Rui")
    refused = await post(auth, f"/v1/staff/{rui}/invitations", headers, {"reason_code": "forgotten"})
    assert refused.status_code == 403

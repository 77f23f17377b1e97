"""Whoever is put out of use is refused by every service within 30 s, by password and by key (S7)."""

import asyncio
import datetime as dt

import httpx
import pytest

from deploy.demo import hotels
from deploy.local.services import SERVICES
from tests.e2e.conftest import House

pytestmark = pytest.mark.integration
WITHIN_S = 30
PASSWORD = "a password of the tests"


async def asked(house: House, http: httpx.AsyncClient, token: str) -> dict[str, int]:
    """What each service says to a token."""
    headers = {"Authorization": f"Bearer {token}"}
    replies = {name: await http.get(f"{house.stack.url(name)}/ops/v1/status", headers=headers) for name in SERVICES}
    return {name: reply.status_code for name, reply in replies.items()}


async def settled(house: House, http: httpx.AsyncClient, token: str, *answers: int) -> set[int]:
    """What the services say once all give one of these answers, or when the time is over."""
    said: set[int] = set()
    for _ in range(WITHIN_S):
        said = set((await asked(house, http, token)).values())
        if said <= set(answers):
            break
        await asyncio.sleep(1)
    return said


async def signed_in(house: House, http: httpx.AsyncClient, login: str, password: str = hotels.PASSWORD) -> str:
    """The access token of a person."""
    body = {"chain": hotels.CHAIN, "login": login, "password": password}
    reply = await http.post(f"{house.stack.url('auth')}/v1/sessions", json=body)
    assert reply.status_code == 201, reply.text
    token: str = reply.json()["access_token"]
    return token


async def test_person_and_program_are_refused_by_every_service_when_they_are_put_out_of_use(
    house: House, http: httpx.AsyncClient
) -> None:
    auth = house.stack.url("auth")
    chief = await signed_in(house, http, "admin")
    assert await settled(house, http, chief, 200) == {200}  # the policy has come, too
    admin = {"Authorization": f"Bearer {chief}"}

    async def send(method: str, path: str, body: object, key: str, **more: str) -> httpx.Response:
        headers = admin | {"Idempotency-Key": key} | more
        return await http.request(method, f"{auth}{path}", json=body, headers=headers)

    person = {"display_name": "Nuno", "roles": ["associate"], "departments": ["front_office"], "properties": ["city"]}
    hired = (await send("POST", "/v1/staff", person | {"login": "nuno", "password": PASSWORD}, "hire-nuno")).json()
    opened = (await send("POST", "/v1/service-accounts", {"name": "Robot", "properties": None}, "open-robot")).json()
    until = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()
    scopes = {"scopes": [{"actions": ["scim"], "kinds": ["staff"]}], "expires_at": until}
    key = (await send("POST", f"/v1/service-accounts/{opened['id']}/keys", scopes, "issue-robot")).json()
    exchanged = {"grant_type": "client_credentials", "client_id": opened["id"], "client_secret": key["key"]}
    robot = (await http.post(f"{auth}/v1/tokens", json=exchanged)).json()["access_token"]
    nuno = await signed_in(house, http, "nuno", PASSWORD)
    for token in (nuno, robot):
        assert 401 not in await settled(house, http, token, 200, 403)

    version = {"If-Match": f'"{hired["version"]}"'}
    ended = await send("PATCH", f"/v1/staff/{hired['id']}", {"active": False}, "end-nuno", **version)
    assert ended.status_code == 200, ended.text
    path = f"/v1/service-accounts/{opened['id']}/keys/{key['id']}"
    assert (await send("DELETE", path, {}, "end-robot")).status_code == 200
    for token in (nuno, robot):
        assert await settled(house, http, token, 401) == {401}

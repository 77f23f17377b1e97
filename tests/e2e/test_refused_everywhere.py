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


async def settled(house: House, http: httpx.AsyncClient, token: str, *, refused: bool) -> dict[str, int]:
    """What each service says once all agree, or when the time is over."""
    said: dict[str, int] = {}
    for _ in range(WITHIN_S):
        said = await asked(house, http, token)
        if {status == 401 for status in said.values()} == {refused}:
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
    admin = {"Authorization": f"Bearer {await signed_in(house, http, 'admin')}"}

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
        assert 401 not in (await settled(house, http, token, refused=False)).values()

    version = {"If-Match": f'"{hired["version"]}"'}
    ended = await send("PATCH", f"/v1/staff/{hired['id']}", {"active": False}, "end-nuno", **version)
    assert ended.status_code == 200, ended.text
    path = f"/v1/service-accounts/{opened['id']}/keys/{key['id']}"
    assert (await send("DELETE", path, {}, "end-robot")).status_code == 200
    for token in (nuno, robot):
        assert set((await settled(house, http, token, refused=True)).values()) == {401}

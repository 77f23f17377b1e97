"""Service accounts: keys with scopes and an end, shown once, exchanged for tokens, revoked everywhere."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
import pytest

from examples.records_program import signed_in
from services.auth.domain.policy import ADVANCE
from tests.factories.chassis import until
from tests.integration.auth.conftest import PASSWORD, Auth

pytestmark = pytest.mark.integration
SOON = (dt.datetime.now(dt.UTC) + dt.timedelta(days=30)).isoformat()
READS = [{"actions": ["read"], "kinds": ["stay", "*"]}]


@dataclass
class Office:
    """A general manager who opens service accounts."""

    auth: Auth
    gil: dict[str, str]

    async def post(self, path: str, body: Any, key: str = "") -> httpx.Response:
        """A command of the general manager."""
        headers = self.gil | {"Idempotency-Key": key or f"{path}-{body}".replace(" ", "")[:120]}
        return await self.auth.client.post(path, json=body, headers=headers)

    async def account(self, **more: Any) -> str:
        """A new service account."""
        opened = await self.post("/v1/service-accounts", {"name": "Channel manager", "properties": ["city"]} | more)
        assert opened.status_code == 201, opened.text
        found: str = opened.json()["id"]
        return found

    async def issue(self, account: str, key: str = "", **more: Any) -> httpx.Response:
        """A key of it."""
        body = {"scopes": READS, "expires_at": SOON} | more
        return await self.post(f"/v1/service-accounts/{account}/keys", body, key)

    async def token(self, account: str, key: str) -> httpx.Response:
        """Exchange a key."""
        body = {"grant_type": "client_credentials", "client_id": account, "client_secret": key}
        return await self.auth.client.post("/v1/tokens", json=body)

    async def known(self, token: str) -> dict[str, str]:
        """The headers of a token that auth accepts."""
        headers = {"Authorization": f"Bearer {token}"}

        async def arrived() -> bool:
            return (await self.auth.client.get("/v1/me", headers=headers)).status_code == 200

        await until(arrived, "the account is known")
        return headers


@pytest.fixture
async def office(auth: Auth) -> Office:
    """A chain with a general manager of both hotels."""
    olga = await auth.bearer("olga")
    await auth.decided(olga, "/v1/staff")
    gil = {"display_name": "Gil", "roles": ["general_manager"], "properties": ["city", "resort"], "login": "gil"}
    headers = olga | {"Idempotency-Key": "hire-gil-01"}
    hired = await auth.client.post("/v1/staff", json=gil | {"password": PASSWORD}, headers=headers)
    assert hired.status_code == 201, hired.text
    return Office(auth, await auth.bearer("gil"))


async def test_key_is_told_once_and_good_for_a_token_with_its_scopes(office: Office) -> None:
    account = await office.account()
    issued, again = await office.issue(account, "issue-01"), await office.issue(account, "issue-01")
    key = issued.json()["key"]
    assert key.startswith(f"bbk_{issued.json()['id']}_")
    assert (again.json()["id"], again.json()["key"]) == (issued.json()["id"], None)
    reply = await office.token(account, key)
    assert (reply.status_code, reply.json()["scope"], reply.json()["expires_in"]) == (200, "read:* read:stay", 900)
    headers = await office.known(reply.json()["access_token"])
    assert (await office.auth.client.get("/v1/staff", headers=headers)).json()["code"] == "out_of_scope"
    listed = (await office.auth.client.get("/v1/service-accounts", headers=office.gil)).json()["items"]
    assert listed[0]["keys"][0]["last_used_at"] is not None
    kept = repr(await office.auth.rows("api_keys").find({})) + repr(await office.auth.rows("events").find({}))
    assert key not in kept + str(listed)
    assert key.split("_")[2] not in kept


async def test_key_that_may_advance_records_is_a_token_that_may(office: Office) -> None:
    account = await office.account()
    scopes = [{"actions": list(ADVANCE), "kinds": ["guest_request"]}]
    key = (await office.issue(account, scopes=scopes)).json()["key"]
    signed = await signed_in(office.auth.client, account, key)
    claims = jwt.decode(signed["Authorization"].removeprefix("Bearer "), options={"verify_signature": False})
    assert set(claims["scopes"]) == {f"{action}:guest_request" for action in ADVANCE}


async def test_key_of_more_hotels_is_ended_by_nobody_of_one_of_them(office: Office) -> None:
    both = await office.account(properties=["city", "resort"])
    wide = (await office.issue(both, "issue-wide", properties=["city", "resort"])).json()
    narrow = (await office.issue(both, "issue-narrow", properties=["city"])).json()
    mia = {"display_name": "Mia", "roles": ["general_manager"], "properties": ["city"], "login": "mia"}
    olga = await office.auth.bearer("olga")
    hired = await office.auth.client.post(
        "/v1/staff", json=mia | {"password": PASSWORD}, headers=olga | {"Idempotency-Key": "hire-mia-01"}
    )
    assert hired.status_code == 201
    of_city = Office(office.auth, await office.auth.bearer("mia"))
    path = f"/v1/service-accounts/{both}/keys"
    headers = of_city.gil | {"Idempotency-Key": "revoke-wide"}
    refused = await office.auth.client.delete(f"{path}/{wide['id']}", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "works_elsewhere")
    assert (await office.token(both, wide["key"])).status_code == 200
    headers = of_city.gil | {"Idempotency-Key": "revoke-narrow"}
    assert (await office.auth.client.delete(f"{path}/{narrow['id']}", headers=headers)).status_code == 200


async def test_two_keys_are_good_at_once_and_a_third_is_refused(office: Office) -> None:
    account = await office.account()
    keys = [(await office.issue(account, f"issue-0{number}")).json() for number in (1, 2)]
    assert (await office.issue(account, "issue-03")).json()["code"] == "keys_enough"
    old = await office.known((await office.token(account, keys[0]["key"])).json()["access_token"])
    headers = office.gil | {"Idempotency-Key": "revoke-01"}
    path = f"/v1/service-accounts/{account}/keys/{keys[0]['id']}"
    revoked = await office.auth.client.delete(path, headers=headers)
    assert revoked.json()["revoked_at"] is not None
    assert (await office.auth.client.delete(path, headers=headers)).json() == revoked.json()

    async def refused() -> bool:
        return (await office.auth.client.get("/v1/me", headers=old)).status_code == 401

    await until(refused, "the token of the revoked key is refused")
    assert (await office.token(account, keys[0]["key"])).status_code == 401
    assert (await office.token(account, keys[1]["key"])).status_code == 200
    assert (await office.issue(account, "issue-04")).status_code == 201


async def test_key_has_no_more_rights_than_its_maker_and_its_role(office: Office) -> None:
    account = await office.account()
    for scopes, rule in (
        ([{"actions": ["manage"], "kinds": ["staff"]}], "own_rights"),
        ([{"actions": ["decide_proposal"]}], "role_rights"),
        ([{"actions": ["read"]}, {"actions": ["fly"]}], "own_rights"),
    ):
        reply = await office.issue(account, scopes=scopes)
        assert (reply.status_code, reply.json()["breaches"][0]["rule"]) == (403, rule)
    assert (await office.issue(account, properties=["resort"])).json()["breaches"][0]["field"] == "properties"
    wide = await office.post("/v1/service-accounts", {"name": "Everywhere", "properties": None})
    assert (wide.status_code, wide.json()["code"]) == (403, "beyond_own_properties")


async def test_key_loses_what_its_maker_loses_and_ends_when_they_leave(office: Office) -> None:
    account = await office.account(properties=["city", "resort"])
    scopes = [{"actions": ["read", "create"], "kinds": ["guest_request"]}]
    key = (await office.issue(account, scopes=scopes)).json()["key"]
    assert (await office.token(account, key)).json()["scope"] == "create:guest_request read:guest_request"
    olga, gil = await office.auth.bearer("olga"), (await office.auth.client.get("/v1/me", headers=office.gil)).json()
    path = f"/v1/staff/{gil['id']}"

    async def change(version: int, **patch: Any) -> None:
        headers = olga | {"Idempotency-Key": f"change-gil-{version}", "If-Match": f'"{version}"'}
        assert (await office.auth.client.patch(path, json=patch, headers=headers)).status_code == 200

    await change(1, roles=["auditor"], properties=["city"])
    less = (await office.token(account, key)).json()
    assert less["scope"] == "read:guest_request"
    assert jwt.decode(less["access_token"], options={"verify_signature": False})["properties"] == ["city"]
    await change(2, properties=["resort"], roles=["general_manager"])
    again = jwt.decode((await office.token(account, key)).json()["access_token"], options={"verify_signature": False})
    assert (again["properties"], len(again["scopes"])) == (["resort"], 2)
    await change(3, active=False)
    assert (await office.token(account, key)).status_code == 401


async def test_bad_key_or_account_is_refused_by_field(office: Office) -> None:
    account = await office.account()
    for more, field in (
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2099-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": None}, "expires_at"),
        ({"scopes": []}, "scopes"),
        ({"scopes": [{"actions": []}]}, "scopes.0.actions"),
    ):
        reply = await office.issue(account, **more)
        assert (reply.status_code, reply.json()["breaches"][0]["field"]) == (422, field), more
    mars = await office.post("/v1/service-accounts", {"name": "x", "properties": ["city", "mars"]})
    assert mars.status_code == 403
    assert (await office.auth.rows("api_keys").find({})) == []


async def test_every_bad_key_is_one_and_the_same_refusal(office: Office) -> None:
    account, other = await office.account(), await office.account(name="Another")
    key = (await office.issue(account)).json()["key"]
    for who, text in (
        (account, key[:-1] + ("a" if key[-1] != "a" else "b")),
        (account, "bbk_0123456789abcdef_" + "x" * 43),
        (account, "no key at all"),
        (other, key),
    ):
        reply = await office.token(who, text)
        assert (reply.status_code, reply.json()["code"]) == (401, "key_refused")


async def test_account_that_is_put_out_of_use_opens_nothing_and_has_no_password(office: Office) -> None:
    account = await office.account()
    key = (await office.issue(account)).json()["key"]
    olga = await office.auth.bearer("olga")
    invited = await office.auth.client.post(
        f"/v1/staff/{account}/invitations",
        json={"reason_code": "password_forgotten", "login": "robot"},
        headers=olga | {"Idempotency-Key": "invite-robot"},
    )
    assert invited.json()["code"] == "service_account"
    member = (await office.auth.client.get(f"/v1/staff/{account}", headers=olga)).json()
    headers = olga | {"Idempotency-Key": "end-robot", "If-Match": f'"{member["version"]}"'}
    await office.auth.client.patch(f"/v1/staff/{account}", json={"active": False}, headers=headers)
    assert (await office.token(account, key)).status_code == 401

"""A provider keeps a chain's people and groups here over SCIM 2.0."""

import asyncio
import datetime as dt
import zlib
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from shared.contracts import topics
from tests.factories.chassis import until
from tests.integration.auth.conftest import Auth
from tests.integration.auth.identity_provider import terms

pytestmark = pytest.mark.integration
SOON = (dt.datetime.now(dt.UTC) + dt.timedelta(days=30)).isoformat()
MIA = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "Mia@city.example", "externalId": "ext-1"}


@dataclass
class Tenant:
    """A chain that a provider keeps, and that provider."""

    auth: Auth
    olga: dict[str, str]
    key: str = ""

    async def command(self, method: str, path: str, body: Any, **headers: str) -> httpx.Response:
        """A command of the administrator."""
        given = self.olga | {"Idempotency-Key": f"{method}-{path}-{zlib.crc32(str(body).encode())}"} | headers
        return await self.auth.client.request(method, path, json=body, headers=given)

    async def scim(self, method: str, path: str, body: Any = None, **more: str) -> httpx.Response:
        """A request of the provider."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/scim+json", **more}
        return await self.auth.client.request(method, f"/scim/v2{path}", json=body, headers=headers)

    async def patch(self, where: str, **operation: Any) -> httpx.Response:
        """A PATCH of one operation."""
        return await self.scim("PATCH", where, {"Operations": [operation]})

    async def new_key(self, **more: Any) -> str:
        """A key of a new service account."""
        opened = await self.command("POST", "/v1/service-accounts", {"name": f"Sync{len(more)}", "properties": None})
        scopes = [{"actions": ["scim"], "kinds": ["staff"]}]
        path = f"/v1/service-accounts/{opened.json()['id']}/keys"
        issued = await self.command("POST", path, {"scopes": scopes, "expires_at": SOON} | more)
        assert issued.status_code == 201, issued.text
        found: str = issued.json()["key"]
        return found


@pytest.fixture
async def tenant(auth: Auth) -> Tenant:
    """A chain with group rules and a key for its provider."""
    olga = await auth.bearer("olga")
    await auth.decided(olga, "/v1/staff")
    made = Tenant(auth, olga)
    put = await made.command("PUT", "/v1/identity-provider", terms("https://login.example"), **{"If-Match": '"0"'})
    assert put.status_code == 200, put.text
    made.key = await made.new_key()
    return made


async def test_provider_creates_finds_changes_and_ends_a_person(tenant: Tenant) -> None:
    made = await tenant.scim("POST", "/Users", MIA)
    assert (made.status_code, made.headers["content-type"]) == (201, "application/scim+json")
    mia = made.json()["id"]
    again = await tenant.scim("POST", "/Users", MIA | {"externalId": "ext-2"})
    assert (again.status_code, again.json()["scimType"], again.json()["status"]) == (409, "uniqueness", "409")
    for query in ('userName eq "MIA@city.example"', 'externalId eq "ext-1"', f'id eq "{mia}"'):
        found = (await tenant.scim("GET", f"/Users?filter={query}")).json()
        assert (found["totalResults"], found["Resources"][0]["id"]) == (1, mia), query
    none = (await tenant.scim("GET", '/Users?filter=userName eq "nobody"')).json()
    assert (none["totalResults"], none["Resources"]) == (0, [])
    page = (await tenant.scim("GET", "/Users?startIndex=2&count=2")).json()
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (5, 2, 2)
    renamed = await tenant.scim("PUT", f"/Users/{mia}", MIA | {"userName": "mia", "displayName": "Mia"})
    assert (renamed.json()["userName"], renamed.json()["displayName"]) == ("mia", "Mia")
    ended = await tenant.patch(f"/Users/{mia}", op="Replace", path="active", value="False")
    assert (ended.status_code, ended.json()["active"]) == (200, False)
    assert (await tenant.scim("DELETE", f"/Users/{mia}")).status_code == 204
    member = (await tenant.auth.client.get(f"/v1/staff/{mia}", headers=tenant.olga)).json()
    assert (member["active"], member["roles"], member["properties"]) == (False, [], [])


async def test_deactivated_person_is_refused_at_once(tenant: Tenant) -> None:
    ana = await tenant.auth.bearer("ana")
    found = (await tenant.scim("GET", '/Users?filter=userName eq "ana"')).json()["Resources"][0]["id"]
    await tenant.patch(f"/Users/{found}", op="replace", value={"active": False})

    async def refused() -> bool:
        return (await tenant.auth.client.get("/v1/me", headers=ana)).status_code == 401

    await until(refused, "the token is refused")
    assert (await tenant.auth.sign_in("ana")).status_code == 401
    await tenant.patch(f"/Users/{found}", op="replace", value={"active": True})
    assert (await tenant.auth.sign_in("ana")).status_code == 201


async def test_groups_give_and_take_what_the_chain_says_they_are_worth(tenant: Tenant) -> None:
    mia = (await tenant.scim("POST", "/Users", MIA)).json()["id"]

    async def roles() -> list[str]:
        found: list[str] = (await tenant.auth.client.get(f"/v1/staff/{mia}", headers=tenant.olga)).json()["roles"]
        return found

    desk = (await tenant.scim("POST", "/Groups", {"displayName": "desk", "members": [{"value": mia}]})).json()["id"]
    assert await roles() == ["associate"]
    chiefs = (await tenant.scim("POST", "/Groups", {"displayName": "chiefs"})).json()["id"]
    await tenant.patch(f"/Groups/{chiefs}", op="Add", path="members", value=[{"value": mia}])
    assert await roles() == ["associate", "duty_manager"]
    shown = (await tenant.scim("GET", f"/Users/{mia}")).json()["groups"]
    assert [each["display"] for each in shown] == ["desk", "chiefs"]
    await tenant.patch(f"/Groups/{desk}", op="Remove", path=f'members[value eq "{mia}"]')
    assert await roles() == ["duty_manager"]
    await tenant.patch(f"/Groups/{chiefs}", op="replace", value={"displayName": "golf"})
    assert await roles() == []
    await tenant.patch(f"/Groups/{chiefs}", op="replace", value={"displayName": "chiefs"})
    assert (await tenant.scim("DELETE", f"/Groups/{chiefs}")).status_code == 204
    assert (await roles(), (await tenant.scim("GET", f"/Groups/{chiefs}")).status_code) == ([], 404)
    listed = (await tenant.scim("GET", '/Groups?filter=displayName eq "desk"&excludedAttributes=members')).json()
    assert (listed["totalResults"], "members" in listed["Resources"][0]) == (1, False)


async def test_changes_of_several_groups_at_once_lose_nothing(tenant: Tenant) -> None:
    mia = (await tenant.scim("POST", "/Users", MIA)).json()["id"]
    names = ("desk", "chiefs", "golf", "tennis")
    made = await asyncio.gather(*(tenant.scim("POST", "/Groups", {"displayName": name}) for name in names))
    assert [each.status_code for each in made] == [201] * len(names)
    paths = [f"/Groups/{each.json()['id']}" for each in made]

    async def roles() -> list[str]:
        found: list[str] = (await tenant.auth.client.get(f"/v1/staff/{mia}", headers=tenant.olga)).json()["roles"]
        return sorted(found)

    joined = {"op": "Add", "path": "members", "value": [{"value": mia}]}
    left = {"op": "Remove", "path": f'members[value eq "{mia}"]'}
    for _ in range(4):
        done = await asyncio.gather(*(tenant.patch(path, **joined) for path in paths))
        assert [each.status_code for each in done] == [200] * len(names)
        assert await roles() == ["associate", "duty_manager"]
        # One group that gives a role is left while another that gives the same person another is renamed away.
        done = await asyncio.gather(tenant.patch(paths[0], **left), tenant.patch(paths[2], **left))
        assert await roles() == ["duty_manager"]
        done = await asyncio.gather(*(tenant.patch(path, **left) for path in paths))
        assert await roles() == []


async def test_bad_requests_are_refused_in_scims_own_words_and_change_nothing(tenant: Tenant) -> None:
    before = await tenant.auth.rows("events").count({"topic": "staff.v1"})
    for method, path, body, status in (
        ("GET", "/Users?filter=password eq 1", None, 400),
        ("GET", "/Users?startIndex=x", None, 400),
        ("GET", "/Users/nobody", None, 404),
        ("POST", "/Users", [], 400),
        ("POST", "/Users", {"userName": 5}, 400),
        ("POST", "/Users", {"userName": "mi a"}, 400),
        ("POST", "/Users", MIA | {"displayName": "4111 1111 1111 1111"}, 400),
        ("PATCH", "/Users/nobody", {"Operations": [{"op": "replace", "value": {"active": True}}]}, 404),
        ("POST", "/Groups", {"displayName": "x", "members": [{"value": "nobody"}]}, 400),
        ("POST", "/Groups", {"members": []}, 400),
        ("PATCH", "/Groups/nothing", {"Operations": []}, 404),
    ):
        reply = await tenant.scim(method, path, body)
        said = reply.json()
        assert (reply.status_code, said["status"]) == (status, str(status)), f"{method} {path} {said}"
        assert said["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert await tenant.auth.rows("events").count({"topic": "staff.v1"}) == before


async def test_only_a_key_for_scim_of_the_whole_chain_is_let_in(tenant: Tenant) -> None:
    good, olga = tenant.key, tenant.olga["Authorization"].removeprefix("Bearer ")
    narrow = await tenant.new_key(properties=["city"])
    for key, status in (("", 401), ("bbk_x", 401), (olga, 401), (narrow, 403), (good, 200)):
        tenant.key = key
        assert (await tenant.scim("GET", "/Users")).status_code == status, key[:8]
    for path in ("/ServiceProviderConfig", "/ResourceTypes", "/Schemas"):
        assert (await tenant.scim("GET", path)).status_code == 200


async def test_dry_run_answers_as_it_would_be_and_changes_nothing(tenant: Tenant) -> None:
    dry = {"Bellboard-Dry-Run": "true"}
    real = (await tenant.scim("POST", "/Users", MIA)).json()["id"]
    group = (await tenant.scim("POST", "/Groups", {"displayName": "Desk", "members": []})).json()["id"]

    async def standing() -> tuple[Any, ...]:
        asked = [(await tenant.scim("GET", path)).json() for path in ("/Users", "/Groups")]
        return (*asked, await tenant.auth.rows("events").count({"topic": {"$ne": topics.CHECKPOINTS}}))

    before = await standing()
    put_in = {"Operations": [{"op": "add", "path": "members", "value": [{"value": real}]}]}
    answers = [
        await tenant.scim("POST", "/Users", MIA | {"userName": "new@city.example", "externalId": "ext-9"}, **dry),
        await tenant.scim("PUT", f"/Users/{real}", MIA | {"displayName": "Maria"}, **dry),
        await tenant.scim("DELETE", f"/Users/{real}", **dry),
        await tenant.scim("POST", "/Groups", {"displayName": "Other", "members": [{"value": real}]}, **dry),
        await tenant.scim("PATCH", f"/Groups/{group}", put_in, **dry),
        await tenant.scim("DELETE", f"/Groups/{group}", **dry),
    ]
    assert [each.status_code for each in answers] == [201, 200, 204, 201, 200, 204]
    assert answers[1].json()["displayName"] == "Maria"
    assert answers[4].json()["members"] == [{"value": real}]
    refused = [
        await tenant.scim("POST", "/Users", MIA, **dry),
        await tenant.scim("POST", "/Users", MIA | {"userName": ""}, **dry),
        await tenant.scim("POST", "/Users", MIA, **{"Bellboard-Dry-Run": "perhaps"}),
    ]
    assert [each.status_code for each in refused] == [409, 400, 400]
    assert await standing() == before

"""Signing in through a chain's own identity provider, with a real one (S13, S14)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from services.auth.domain.throttle import FREE_TRIES, Gate
from tests.factories.chassis import until
from tests.integration.auth.conftest import Auth
from tests.integration.auth.identity_provider import BOARD, VERIFIER, IdentityProvider, challenge, started, terms

pytestmark = pytest.mark.integration
SAID_BY_US = {"chain": "atlantic", "verifier": VERIFIER}
ELSEWHERE = (
    f"{BOARD}/",
    f"{BOARD}?x=1",
    f"{BOARD}#x",
    "http://127.0.0.1:8000/sign-in/return/../elsewhere",
    "http://127.0.0.1:8000@evil.example/sign-in/return",
    "HTTP://127.0.0.1:8000/sign-in/return",
    "https://evil.example/sign-in/return",
    "//evil.example",
    "javascript:alert(1)",
)
UNFIT: tuple[tuple[dict[str, Any], str], ...] = (
    ({"issuer": "http://login.example"}, "issuer"),
    ({"issuer": "https://x@login.example"}, "issuer"),
    ({"issuer": "ftp://login.example"}, "issuer"),
    ({"scopes": ["profile"]}, "scopes"),
    ({"group_rules": []}, "create_unknown"),
    ({"group_rules": [{"group": "x", "roles": ["break_glass"]}]}, "group_rules.0.roles"),
    ({"group_rules": [{"group": "x", "roles": ["associate"], "properties": ["mars"]}]}, "group_rules.0.properties"),
    ({"group_rules": [{"group": "x", "roles": []}]}, "group_rules.0.roles"),
    ({"name": "  "}, "name"),
)


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    """The provider program, once for the module."""
    with started() as running:
        yield running


@dataclass
class Door:
    """Auth with a chain that signs in through its provider."""

    auth: Auth
    provider: IdentityProvider
    olga: dict[str, str]
    version: int = 0

    async def configure(self, **more: Any) -> httpx.Response:
        """Set the provider up, or change it."""
        body = terms(self.provider.issuers[0]) | more
        reply = await self.put("/v1/identity-provider", body, self.version)
        self.version = reply.json().get("version", self.version)
        return reply

    async def put(self, path: str, body: dict[str, Any], version: int) -> httpx.Response:
        """PUT as the administrator."""
        headers = self.olga | {"If-Match": f'"{version}"', "Idempotency-Key": f"{path}-{version}-{len(str(body))}"}
        return await self.auth.client.put(path, json=body, headers=headers)

    async def begin(self, **more: str) -> httpx.Response:
        """Begin to sign in."""
        body = {"return_to": BOARD, "challenge": challenge()} | more
        return await self.auth.client.post("/v1/federation/atlantic", json=body)

    async def back(self, query: dict[str, str]) -> httpx.Response:
        """The browser comes back from the provider."""
        return await self.auth.client.get("/v1/federation/callback", params=query)

    async def through(self, subject: str) -> dict[str, str]:
        """Sign in at the provider; what the console's page is told in the end."""
        begun = await self.begin()
        came = await self.back(await self.provider.visited(begun.json()["url"], subject))
        onward = came.headers["location"]
        assert (came.status_code, onward.split("?")[0]) == (303, BOARD)
        return dict(parse_qsl(urlsplit(onward).query))

    async def redeem(self, said: dict[str, str], **more: str) -> httpx.Response:
        """Take the tokens."""
        return await self.auth.client.post("/v1/sessions/federated", json=SAID_BY_US | said | more)

    async def signed_in(self, subject: str) -> dict[str, Any]:
        """Sign in all the way."""
        reply = await self.redeem(await self.through(subject))
        assert reply.status_code == 201, reply.text
        found: dict[str, Any] = reply.json()
        return found


@pytest.fixture
async def door(auth: Auth, provider: IdentityProvider) -> Door:
    """A chain whose provider takes in whom its groups name."""
    olga = await auth.bearer("olga")
    await auth.decided(olga, "/v1/staff")
    made = Door(auth, provider, olga)
    provider.knows("sub-joao", name="João", preferred_username="joao", groups=["desk"], amr=["pwd"])
    assert (await made.configure(create_unknown=True)).status_code == 200
    return made


async def test_beginning_too_often_from_one_address_is_throttled_and_keeps_nothing(door: Door) -> None:
    assert (await door.begin()).status_code == 201
    [counted] = await door.auth.rows("tries").find({"_id": {"$regex": "start"}})
    assert counted["failures"] == 1
    many = {"$set": {"failures": FREE_TRIES[Gate.START] + 6, "last": dt.datetime.now(dt.UTC)}}
    await door.auth.rows("tries").update_one({"_id": counted["_id"]}, many)
    kept = await door.auth.rows("federation_attempts").count({})
    refused = await door.begin()
    assert (refused.status_code, refused.json()["code"]) == (429, "too_often")
    assert await door.auth.rows("federation_attempts").count({}) == kept


async def test_newcomer_is_let_in_with_what_the_groups_give(door: Door) -> None:
    staff = (await door.signed_in("sub-joao"))["staff"]
    assert (staff["display_name"], staff["roles"], staff["departments"]) == ("João", ["associate"], ["front_office"])
    again = (await door.signed_in("sub-joao"))["staff"]
    assert again["id"] == staff["id"]
    kept = (await door.auth.client.get(f"/v1/staff/{staff['id']}", headers=door.olga)).json()
    assert (kept["version"], kept["properties"]) == (1, ["city"])


async def test_changed_groups_change_the_roles_and_end_older_tokens(door: Door) -> None:
    first = await door.signed_in("sub-joao")
    old = {"Authorization": f"Bearer {first['access_token']}"}
    door.provider.knows("sub-joao", groups=["chiefs"])
    second = await door.signed_in("sub-joao")
    assert second["staff"]["roles"] == ["duty_manager"]

    async def refused() -> bool:
        return (await door.auth.client.get("/v1/me", headers=old)).status_code == 401

    await until(refused, "the older token is refused")
    door.provider.knows("sub-joao", groups=[])
    assert await door.through("sub-joao") == {"error": "no_group"}
    refresh = {"refresh_token": second["refresh_token"]}
    assert (await door.auth.client.post("/v1/sessions/refresh", json=refresh)).status_code == 401


async def test_second_factor_that_the_provider_saw_counts(door: Door) -> None:
    door.provider.knows("sub-eva", name="Eva", groups=["desk"], amr=["pwd", "mfa"])
    reply = await door.signed_in("sub-eva")
    row = await door.auth.rows("sessions").find_one({"staff_id": reply["staff"]["id"]})
    assert row["second_factor"] is True


async def test_same_subject_and_name_at_another_provider_is_somebody_else(door: Door) -> None:
    first = (await door.signed_in("sub-joao"))["staff"]
    await door.configure(issuer=door.provider.issuers[1], create_unknown=True)
    assert (await door.signed_in("sub-joao"))["staff"]["id"] != first["id"]
    await door.configure(issuer=door.provider.issuers[1], create_unknown=False)
    door.provider.knows("sub-twin", name="João", preferred_username="joao", groups=["chiefs"])
    assert await door.through("sub-twin") == {"error": "not_linked"}


async def test_name_of_an_account_gives_no_right_to_it_before_somebody_says_so(door: Door) -> None:
    door.provider.knows("sub-rui", preferred_username="Rui", name="Rui", email="rui@city.example", groups=["chiefs"])
    assert await door.through("sub-rui") == {"error": "not_linked"}
    everybody = (await door.auth.client.get("/v1/staff", headers=door.olga)).json()["items"]
    rui = next(one for one in everybody if one["display_name"] == "Rui")
    linked = await door.put(f"/v1/staff/{rui['id']}/identity", {"subject": "sub-rui"}, rui["version"])
    assert linked.status_code == 200, linked.text
    assert (await door.signed_in("sub-rui"))["staff"]["id"] == rui["id"]


async def test_answer_without_a_state_of_ours_is_refused(door: Door) -> None:
    for query in ({"code": "x"}, {"code": "x", "state": ""}, {"code": "x", "state": "made-up"}, {"state": "made-up"}):
        reply = await door.back(query)
        assert reply.status_code in (401, 422), query
        assert "location" not in reply.headers


async def test_state_and_code_are_good_once(door: Door) -> None:
    came = await door.provider.visited((await door.begin()).json()["url"], "sub-joao")
    first, second = await door.back(came), await door.back(came)
    assert (first.status_code, second.status_code) == (303, 401)
    said = dict(parse_qsl(urlsplit(first.headers["location"]).query))
    replies = [await door.redeem(said) for _ in range(2)]
    assert [one.status_code for one in replies] == [201, 401]


async def test_code_of_another_sign_in_is_refused(door: Door) -> None:
    mine = await door.provider.visited((await door.begin()).json()["url"], "sub-joao")
    other = await door.provider.visited((await door.begin()).json()["url"], "sub-joao")
    came = await door.back(mine | {"code": other["code"]})
    assert "error=code_refused" in came.headers["location"]


async def test_answer_that_names_another_provider_is_refused(door: Door) -> None:
    came = await door.provider.visited((await door.begin()).json()["url"], "sub-joao")
    assert came["iss"] == door.provider.issuers[0]
    answer = await door.back(came | {"iss": door.provider.issuers[1]})
    assert "error=other_provider" in answer.headers["location"]


async def test_one_time_code_is_for_whoever_began(door: Door) -> None:
    said = await door.through("sub-joao")
    stolen = await door.redeem(said, verifier="another-secret-of-another-browser-of-the-thief")
    other_chain = await door.redeem(said, chain="pacific")
    assert (stolen.status_code, other_chain.status_code) == (401, 401)
    assert (await door.redeem(said)).status_code == 201


async def test_browser_is_sent_to_known_addresses_only(door: Door) -> None:
    for address in ELSEWHERE:
        reply = await door.begin(return_to=address)
        assert (reply.status_code, reply.json()["breaches"][0]["field"]) == (422, "return_to"), address


async def test_changed_provider_voids_what_was_begun(door: Door) -> None:
    came = await door.provider.visited((await door.begin()).json()["url"], "sub-joao")
    await door.configure(create_unknown=True, name="Another name")
    assert "error=provider_changed" in (await door.back(came)).headers["location"]


async def test_passwords_end_where_the_chain_says_so_but_for_administrators(door: Door) -> None:
    await door.configure(create_unknown=True, passwords=False)
    assert (await door.auth.sign_in("ana")).json()["code"] == "sign_in_refused"
    assert (await door.auth.sign_in("olga")).status_code == 201
    shown = await door.auth.client.get("/v1/federation/atlantic")
    assert shown.json() == {"name": "Atlantic Login", "passwords": False}


async def test_secret_is_nowhere_readable(door: Door) -> None:
    shown = await door.auth.client.get("/v1/identity-provider", headers=door.olga)
    row = await door.auth.rows("providers").find_one({"_id": "atlantic"})
    events = await door.auth.rows("events").find({"agg": "provider:atlantic"})
    secret = terms("")["client_secret"]
    assert secret not in shown.text + repr(row) + repr(events)
    assert events[0]["type"] == "provider.changed.v1"


async def test_bad_provider_is_refused_by_field(door: Door) -> None:
    for more, field in UNFIT:
        reply = await door.configure(create_unknown=True, **more)
        assert (reply.status_code, reply.json()["breaches"][0]["field"]) == (422, field), more
    assert len(await door.auth.rows("events").find({"agg": "provider:atlantic"})) == 1


async def test_only_administrators_of_the_chain_set_a_provider_up(door: Door) -> None:
    headers = await door.auth.bearer("rui") | {"If-Match": '"1"', "Idempotency-Key": "rui-tries-it"}
    reply = await door.auth.client.put("/v1/identity-provider", json=terms("https://a.example"), headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (403, "not_granted")


async def test_person_signs_out_of_the_provider_too(door: Door) -> None:
    headers = {"Authorization": f"Bearer {(await door.signed_in('sub-joao'))['access_token']}"}
    reply = await door.auth.decided(headers, f"/v1/me/provider-sign-out?return_to={BOARD}")
    assert reply.json()["url"].startswith(f"{door.provider.issuers[0]}/session/end?client_id=bellboard")

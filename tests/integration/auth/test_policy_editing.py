"""A chain changes its policy: proposed, tried out, approved by a second administrator; and what is refused."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.auth.api.policy import EDIT
from shared.chassis.mongo import Tx
from shared.chassis.outbox import envelope_of
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope, encode
from shared.contracts.identity import Department, Role
from shared.contracts.policy import Grant, PolicyEvent
from shared.contracts.staff import StaffMember
from tests.factories.access import token
from tests.factories.standing import NO_BROKER
from tests.rights import furnished
from tests.rights.houses import House
from tests.rights.people import everything, second

pytestmark = pytest.mark.integration
WORK = Department.HOUSEKEEPING
OLGA, PAULA = everything(WORK), second(WORK)
"""Two administrators of the whole chain."""
EVERYTHING = Grant(roles=tuple(Role), actions=("manage",), kinds=("policy",))
WHY = {"reason": "Complaints are for those who settle them."}


@pytest.fixture
async def house(mongo_url: str, database_name: str, tmp_path: Path) -> AsyncIterator[House]:
    told = {"mongo_url": mongo_url, "mongo_database": database_name, "kafka_servers": NO_BROKER}
    async with furnished.auth(told | {"log_level": "CRITICAL"}, tmp_path) as made:
        yield made


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with house.client() as client:
        yield client


def by(person: StaffMember, revision: int | None = None, key: str | None = None) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {token(person, 'auth')}", "Idempotency-Key": key or secrets.token_hex(8)}
    return headers | ({"If-Match": f'"{revision}"'} if revision is not None else {})


async def proposed(http: httpx.AsyncClient, *edits: dict[str, Any], who: StaffMember = OLGA) -> dict[str, Any]:
    before = (await http.get("/v1/policy", headers=by(who))).json()
    body = {"edits": list(edits or (EDIT,)), **WHY}
    said = await http.put("/v1/policy", json=body, headers=by(who, before["revision"]))
    assert said.status_code == 200, said.text
    shown: dict[str, Any] = said.json()
    return shown


async def decided(
    http: httpx.AsyncClient, shown: dict[str, Any], who: StaffMember = PAULA, **body: Any
) -> httpx.Response:
    number = shown["waiting"][0]["version"]
    ruling = {"approve": True, **WHY, **body}
    return await http.post(f"/v1/policy/versions/{number}/decide", json=ruling, headers=by(who, shown["revision"]))


async def events(house: House, prefix: str) -> list[dict[str, Any]]:
    wanted = {"type": {"$regex": f"^{prefix}"}, "chain": "demo"}
    return await house.chassis.mongo.collection("events").find(wanted, sort=[("_id", 1)])


async def learn(house: House) -> None:
    """Let the service hear what it told, as from its topic."""
    rows = await house.chassis.mongo.collection("events").find({"type": "policy.published.v1"}, sort=[("ver", 1)])

    async def work(tx: Tx) -> None:
        await house.chassis.policy.apply(tx, [envelope_of(row) for row in rows])

    await house.chassis.mongo.run(work)
    before = house.chassis.policy.known
    await house.chassis.policy.refresh()
    before.policies = house.chassis.policy.known.policies
    house.chassis.policy.known = before


async def test_approved_change_is_in_force_and_told(house: House, http: httpx.AsyncClient) -> None:
    ana = house.people[0].principal
    assert house.chassis.policy.decide(ana, "read", "service_recovery", "city", WORK).allow
    shown = await proposed(http)
    assert (shown["version"], shown["edits"], len(shown["waiting"])) == (1, [], 1)
    approved = await decided(http, shown, digest=shown["waiting"][0]["digest"])
    assert (approved.status_code, approved.json()["version"], approved.json()["waiting"]) == (200, 2, [])
    assert approved.headers["etag"] == f'"{approved.json()["revision"]}"'
    await learn(house)
    assert not house.chassis.policy.decide(ana, "read", "service_recovery", "city", WORK).allow
    assert house.chassis.policy.decide(ana, "read", "guest_request", "city", WORK).allow
    assert [row["type"] for row in await events(house, "policy_change")] == [
        "policy_change.proposed.v1",
        "policy_change.approved.v1",
    ]


async def test_reasons_words_stay_here(house: House, http: httpx.AsyncClient) -> None:
    await decided(http, await proposed(http))
    rows = await events(house, "policy")
    assert rows
    assert all(WHY["reason"].encode() not in bytes(row["value"]) for row in rows)
    versions = (await http.get("/v1/policy/versions", headers=by(OLGA))).json()["versions"]
    assert [(each["reason"], each["decision"], each["in_force"]) for each in versions] == [
        (*2 * (WHY["reason"],), True)
    ]


async def test_next_change_lies_over_the_first_and_anew_begins_again(house: House, http: httpx.AsyncClient) -> None:
    await decided(http, await proposed(http))
    other = EDIT | {"actions": ["note"]}
    over = await proposed(http, other)
    assert len(over["waiting"][0]["edits"]) == 2
    body = {"edits": [other], "anew": True, **WHY}
    anew = await http.put("/v1/policy", json=body, headers=by(OLGA, over["revision"]))
    assert len(anew.json()["waiting"][0]["edits"]) == 1


async def test_preview_tells_who_gains_and_loses_and_keeps_nothing(house: House, http: httpx.AsyncClient) -> None:
    before = await house.chassis.mongo.collection("events").count({})
    said = await http.post("/v1/policy/preview", json={"edits": [EDIT]}, headers=by(OLGA))
    assert said.status_code == 200
    assert (said.json()["gaining"], said.json()["losing"]) == (0, len(said.json()["people"]))
    assert {tuple(one["roles"]) for one in said.json()["people"]} == {("associate",)}
    assert {(one["action"], one["kind"]) for person in said.json()["people"] for one in person["loses"]} == {
        ("read", "service_recovery")
    }
    assert await house.chassis.mongo.collection("events").count({}) == before


async def test_preview_of_a_proposal_is_for_who_decides(house: House, http: httpx.AsyncClient) -> None:
    shown = await proposed(http)
    said = await http.get(f"/v1/policy/versions/{shown['waiting'][0]['version']}/preview", headers=by(PAULA))
    assert said.json()["losing"] > 0


async def test_nobody_approves_their_own(house: House, http: httpx.AsyncClient) -> None:
    refused = await decided(http, await proposed(http), who=OLGA)
    assert (refused.status_code, refused.json()["code"]) == (403, "own_request")
    assert (await http.get("/v1/policy", headers=by(OLGA))).json()["version"] == 1
    assert await events(house, "access.refused")


async def test_rejected_and_withdrawn_changes_are_never_in_force(house: House, http: httpx.AsyncClient) -> None:
    rejected = await decided(http, await proposed(http), approve=False)
    assert (rejected.json()["version"], rejected.json()["edits"]) == (1, [])
    shown = await proposed(http)
    path = f"/v1/policy/versions/{shown['waiting'][0]['version']}/withdraw"
    withdrawn = await http.post(path, json=WHY, headers=by(OLGA, shown["revision"]))
    assert (withdrawn.status_code, withdrawn.json()["waiting"]) == (200, [])
    again = await http.post(path, json=WHY, headers=by(OLGA, withdrawn.json()["revision"]))
    assert (again.status_code, again.json()["code"]) == (409, "version_decided")


async def test_repeated_command_is_done_once(house: House, http: httpx.AsyncClient) -> None:
    body, headers = {"edits": [EDIT], **WHY}, by(OLGA, 1, key="the-same-key")
    first, again = [await http.put("/v1/policy", json=body, headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code) == (200, 200)
    assert len(again.json()["waiting"]) == 1
    other = await http.put("/v1/policy", json=body | {"anew": True}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_change_decided_on_an_older_state_is_refused(house: House, http: httpx.AsyncClient) -> None:
    shown = await proposed(http)
    await proposed(http, EDIT | {"actions": ["note"]})
    late = await decided(http, shown)
    assert (late.status_code, late.json()["code"]) == (412, "version_moved_on")


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({"edits": [EDIT | {"roles": ["chain_admin"], "kinds": ["policy"]}]}, "edits.0.roles", "own_administration"),
        ({"edits": [EDIT | {"roles": ["auditor"]}]}, "edits.0.roles", "auditor_independent"),
        ({"edits": [EDIT | {"roles": ["break_glass"]}]}, "edits.0.roles", "break_glass"),
        ({"edits": [EDIT | {"actions": ["read_minds"]}]}, "edits.0.actions", "known_action"),
        ({"edits": [EDIT | {"roles": ["king"]}]}, "edits.0.roles.0", "enum"),
        ({"edits": [EDIT], "reason": "4111 1111 1111 1111"}, "reason", "no_card_number"),
        ({"edits": [EDIT], "reason": "x"}, "reason", "string_too_short"),
        ({"edits": [EDIT], "chain": "elsewhere"}, "chain", "extra_forbidden"),
        ({"edits": "all"}, "edits", "tuple_type"),
    ],
)
async def test_bad_edit_is_named_and_changes_nothing(
    house: House, http: httpx.AsyncClient, body: dict[str, Any], field: str, rule: str
) -> None:
    refused = await http.put("/v1/policy", json={**WHY, **body}, headers=by(OLGA, 1))
    assert refused.status_code == 422
    assert (field, rule) in [(each["field"], each["rule"]) for each in refused.json()["breaches"]]
    assert await events(house, "policy_change") == []


async def test_administrator_of_one_hotel_changes_no_policy_of_the_chain(house: House, http: httpx.AsyncClient) -> None:
    local = next(one.member for one in house.people if one.member.id == "chain-admin-own")
    refused = await http.put("/v1/policy", json={"edits": [EDIT], **WHY}, headers=by(local, 1))
    assert (refused.status_code, refused.json()["code"]) == (403, "whole_chain_only")
    assert len(await events(house, "access.refused")) == 1


async def test_edits_outlive_a_new_start(house: House, http: httpx.AsyncClient) -> None:
    await decided(http, await proposed(http))
    published = house.app.state.publishing
    assert not await published.publish("demo")


async def test_last_administrator_of_the_chain_stays(house: House, http: httpx.AsyncClient) -> None:
    async def leaves(person: str) -> httpx.Response:
        version = (await http.get(f"/v1/staff/{person}", headers=by(OLGA))).json()["version"]
        return await http.patch(f"/v1/staff/{person}", json={"active": False}, headers=by(OLGA, version))

    assert [(await leaves(one)).status_code for one in ("chain-admin-chain", PAULA.id)] == [200, 200]
    refused = await http.patch(f"/v1/staff/{OLGA.id}", json={"roles": ["finance"]}, headers=by(PAULA, 1))
    assert (refused.status_code, refused.json()["code"]) == (409, "last_administration")


async def test_forged_policy_is_refused_and_counted(house: House, http: httpx.AsyncClient) -> None:
    await decided(http, await proposed(http))
    await learn(house)
    row = (await events(house, "policy.published"))[-1]
    true = envelope_of(row)
    wide = body_of(true)
    assert isinstance(wide, PolicyEvent)
    everything = wide.policy.model_copy(update={"version": 3, "grants": (EVERYTHING,)})
    forged = wide.model_copy(update={"policy": everything})
    unsealed = forged.model_copy(update={"seal": None, "root": None})
    for body in (forged, unsealed):
        event = true.model_copy(update={"sequence": 3, "value": encode(body)})

        async def work(tx: Tx, event: Envelope = event) -> None:
            await house.chassis.policy.apply(tx, [event])

        await house.chassis.mongo.run(work)
    await house.chassis.policy.refresh()
    assert house.chassis.policy.known.policies["demo"].version == 2
    assert b"bellboard_forged_policy_events_total 2.0" in house.chassis.telemetry.metrics.text()

"""Administrators keep properties and staff; others see what they may; bad input changes nothing."""

import json
import secrets
from typing import Any

import pytest

from services.auth import load
from services.auth.usecases.loading import Seed
from tests.factories.chains import PASSWORD, chain_seed, person
from tests.factories.chassis import until
from tests.integration.auth.conftest import Auth

pytestmark = pytest.mark.integration
NEW = {"display_name": "Marta", "roles": ["associate"], "departments": ["housekeeping"], "properties": ["resort"]}


async def admin(auth: Auth) -> dict[str, str]:
    headers = await auth.bearer("olga")
    await auth.decided(headers, "/v1/staff")
    return headers


def keyed(headers: dict[str, str], **more: str) -> dict[str, str]:
    return headers | {"Idempotency-Key": secrets.token_hex(8)} | more


async def counts(auth: Auth) -> tuple[int, int]:
    return await auth.rows("staff").count({}), await auth.rows("events").count({"topic": "staff.v1"})


async def test_hired_person_signs_in_and_a_repeat_hires_nobody(auth: Auth) -> None:
    headers = keyed(await admin(auth))
    body = NEW | {"login": "marta", "password": PASSWORD}
    hired = await auth.client.post("/v1/staff", json=body, headers=headers)
    assert (hired.status_code, hired.headers["etag"]) == (201, '"1"')
    again = await auth.client.post("/v1/staff", json=body, headers=headers)
    assert (again.headers["idempotency-replayed"], again.json()) == ("true", hired.json())
    assert (await auth.client.get("/v1/me", headers=await auth.bearer("marta"))).json()["properties"] == ["resort"]
    assert await auth.rows("staff").count({}) == 5


async def test_deactivated_person_is_refused_everywhere_at_once(auth: Auth) -> None:
    ana = await auth.bearer("ana")
    refresh_token = (await auth.sign_in("ana")).json()["refresh_token"]
    staff_id = (await auth.client.get("/v1/me", headers=ana)).json()["id"]
    headers = keyed(await admin(auth), **{"If-Match": '"1"'})
    left = await auth.client.patch(f"/v1/staff/{staff_id}", json={"active": False}, headers=headers)
    assert (left.status_code, left.json()["active"], left.json()["epoch"]) == (200, False, 1)
    assert (await auth.sign_in("ana")).status_code == 401
    renewed = await auth.client.post("/v1/sessions/refresh", json={"refresh_token": refresh_token})
    assert renewed.status_code == 401

    async def refused() -> bool:
        return (await auth.client.get("/v1/me", headers=ana)).status_code == 401

    await until(refused, "the access token is refused")
    assert await auth.rows("events").count({"type": "staff.left.v1", "agg": staff_id}) == 1


async def test_changed_roles_end_tokens_and_a_changed_name_does_not(auth: Auth) -> None:
    staff_id = (await auth.client.get("/v1/me", headers=await auth.bearer("rui"))).json()["id"]
    headers = await admin(auth)
    path = f"/v1/staff/{staff_id}"
    named = await auth.client.patch(path, json={"display_name": "Rui M."}, headers=keyed(headers, **{"If-Match": "1"}))
    moved = await auth.client.patch(path, json={"roles": ["associate"]}, headers=keyed(headers, **{"If-Match": "2"}))
    same = await auth.client.patch(path, json={"roles": ["associate"]}, headers=keyed(headers, **{"If-Match": "3"}))
    assert [answer.json()["epoch"] for answer in (named, moved, same)] == [0, 1, 1]
    assert [answer.json()["version"] for answer in (named, moved, same)] == [2, 3, 3]


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"properties": ["castle"]}, "properties", "known_property"),
        ({"languages": ["klingon"]}, "languages", "language_code"),
        ({"shifts": [{"days": [7], "start": "09:00", "end": "17:00"}]}, "shifts.0.days", "weekday"),
        ({"shifts": [{"days": [1], "start": "09:00", "end": "09:00"}]}, "shifts.0.end", "shift_length"),
        ({"display_name": "4111 1111 1111 1111"}, "display_name", "no_card_number"),
        ({"roles": ["emperor"]}, "roles.0", "enum"),
        ({"roles": []}, "roles", "too_short"),
        ({"epoch": 7}, "epoch", "extra_forbidden"),
        ({"version": 9}, "version", "extra_forbidden"),
        ({"login": "zed", "password": "short"}, "password", "password_length"),
        ({"login": "../x", "password": PASSWORD}, "login", "string_pattern_mismatch"),
    ],
)
async def test_bad_person_is_refused_by_field_and_rule(
    auth: Auth, change: dict[str, Any], field: str, rule: str
) -> None:
    headers = await admin(auth)
    before = await counts(auth)
    answer = await auth.client.post("/v1/staff", json=NEW | change, headers=keyed(headers))
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert (field, rule) in [(breach["field"], breach["rule"]) for breach in answer.json()["breaches"]]
    assert await counts(auth) == before


async def test_version_seen_is_required_and_must_be_the_newest(auth: Auth) -> None:
    headers = await admin(auth)
    staff_id = (await auth.client.get("/v1/me", headers=await auth.bearer("ana"))).json()["id"]
    body, path = {"display_name": "Anna"}, f"/v1/staff/{staff_id}"
    assert (await auth.client.patch(path, json=body, headers=keyed(headers))).status_code == 428
    stale = keyed(headers, **{"If-Match": '"9"'})
    assert (await auth.client.patch(path, json=body, headers=stale)).status_code == 412
    nobody = keyed(headers, **{"If-Match": '"1"'})
    assert (await auth.client.patch("/v1/staff/nobody", json=body, headers=nobody)).status_code == 404


async def test_administrator_cannot_take_their_own_administration_away(auth: Auth) -> None:
    headers = await admin(auth)
    me = (await auth.client.get("/v1/me", headers=headers)).json()["id"]
    own = keyed(headers, **{"If-Match": '"1"'})
    answer = await auth.client.patch(f"/v1/staff/{me}", json={"active": False}, headers=own)
    assert (answer.status_code, answer.json()["code"]) == (409, "own_administration")


async def test_administrator_of_one_hotel_neither_changes_nor_ends_who_works_elsewhere_too(auth: Auth) -> None:
    chain = await admin(auth)
    local = NEW | {"roles": ["chain_admin"], "properties": ["city"], "login": "lena", "password": PASSWORD}
    assert (await auth.client.post("/v1/staff", json=local, headers=keyed(chain))).status_code == 201
    both = NEW | {"roles": ["auditor"], "properties": ["city", "resort"]}
    of_both = (await auth.client.post("/v1/staff", json=both, headers=keyed(chain))).json()["id"]
    of_chain = (await auth.client.get("/v1/me", headers=await auth.bearer("ines"))).json()["id"]
    lena = await auth.bearer("lena")
    await auth.decided(lena, "/v1/staff")
    before = await counts(auth)
    for target in (of_both, of_chain):
        for patch in ({"active": False}, {"properties": ["city"]}, {"display_name": "Nobody"}):
            headers = keyed(lena, **{"If-Match": '"1"'})
            answer = await auth.client.patch(f"/v1/staff/{target}", json=patch, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "works_elsewhere")
        asked = {"reason_code": "forgotten", "second_factor": True, "login": f"of.{target[:8]}"}
        answer = await auth.client.post(f"/v1/staff/{target}/invitations", json=asked, headers=keyed(lena))
        assert answer.json()["code"] == "works_elsewhere"
    assert await counts(auth) == before
    ana = (await auth.client.get("/v1/me", headers=await auth.bearer("ana"))).json()["id"]
    own = await auth.client.patch(
        f"/v1/staff/{ana}", json={"display_name": "Ana B."}, headers=keyed(lena, **{"If-Match": '"1"'})
    )
    assert own.status_code == 200


async def test_only_an_administrator_hires_and_a_colleague_sees_no_shifts(auth: Auth) -> None:
    await admin(auth)
    ana = await auth.bearer("ana")
    assert (await auth.client.post("/v1/staff", json=NEW, headers=keyed(ana))).status_code == 403
    seen = (await auth.client.get("/v1/staff", headers=ana)).json()["items"]
    assert len(seen) == 4
    assert {(tuple(one["shifts"]), one["epoch"]) for one in seen} == {((), 0)}


async def test_property_is_opened_once_and_its_zone_must_exist(auth: Auth) -> None:
    headers = await admin(auth)
    body = {"id": "palace", "name": "Palace", "zone": "Europe/Madrid", "currency": "EUR"}
    bad = await auth.client.post("/v1/properties", json=body | {"zone": "Mars/Olympus"}, headers=keyed(headers))
    assert bad.json()["breaches"][0]["rule"] == "iana_zone"
    assert (await auth.client.post("/v1/properties", json=body, headers=keyed(headers))).status_code == 201
    taken = await auth.client.post("/v1/properties", json=body, headers=keyed(headers))
    assert taken.json()["code"] == "property_exists"
    listed = (await auth.client.get("/v1/properties", headers=headers)).json()["items"]
    assert [one["id"] for one in listed] == ["city", "palace", "resort"]


async def test_loading_again_changes_only_what_differs(auth: Auth) -> None:
    seed = chain_seed()
    before = await counts(auth)
    same = await load.load(auth.settings, Seed.model_validate_json(json.dumps(seed)))
    assert (same.properties, same.staff, same.accounts, await counts(auth)) == (0, 0, 0, before)
    seed["properties"][0]["rooms"] = 201
    seed["staff"][0]["shifts"] = []
    seed["staff"].append(person("nuno", "duty_manager"))
    changed = await load.load(auth.settings, Seed.model_validate_json(json.dumps(seed)))
    assert (changed.properties, changed.staff, changed.accounts) == (1, 2, 1)


async def test_other_chain_may_not_take_a_property_or_person(auth: Auth) -> None:
    seed = Seed.model_validate_json(json.dumps(chain_seed("pacific")))
    with pytest.raises(Exception, match="taken"):
        await load.load(auth.settings, seed)
    assert await auth.rows("properties").count({"chain": "pacific"}) == 0

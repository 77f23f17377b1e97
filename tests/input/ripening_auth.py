"""Brings auth into the states its commands wait for: a provider that is set up, people to be moved."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from services.auth.api.directory import CHANGED
from services.auth.api.directory import OPENED as OPENED_HOTEL
from services.auth.api.glass import BROKEN, REVIEWED
from services.auth.api.importing import LIST
from services.auth.api.invitations import ACCEPTED, INVITED
from services.auth.api.policy import ASKED, RULED, TAKEN_BACK
from services.auth.api.providers import LINKED, TERMS
from services.auth.api.service_accounts import EXCHANGED, ISSUED, OPENED
from tests.factories.records import CHAIN
from tests.input.ripening import Ripe

Person = Mapping[str, Any]


def named(people: Sequence[Person], name: str) -> Person:
    """One person by name."""
    return next(one for one in people if one["display_name"] == name)


def version(of: Person) -> dict[str, str]:
    """The header that names the version of something."""
    return {"If-Match": f'"{of["version"]}"'}


async def ripe_auth(client: httpx.AsyncClient, headers: Mapping[str, str], duty: str) -> Ripe:
    """Entries that are signed, a person to be moved, an invitation, a provider to be changed."""

    def keyed(key: str, **more: str) -> dict[str, str]:
        return {**headers, "Idempotency-Key": f"ripening-{key}", **more}

    people = (await client.get("/v1/staff", headers=headers)).json()["items"]
    ana, rui, ines = (named(people, name) for name in ("Ana", "Rui", "Ines"))
    invited = await client.post(f"/v1/staff/{rui['id']}/invitations", json=INVITED, headers=keyed("invitation"))
    code = invited.json()["code"]
    put = await client.put("/v1/identity-provider", json=TERMS, headers=keyed("provider", **{"If-Match": '"0"'}))
    assert put.status_code == 200, put.text
    opened = await client.post("/v1/service-accounts", json=OPENED, headers=keyed("account"))
    account = opened.json()["id"]
    keys = f"/v1/service-accounts/{account}/keys"
    until = (dt.datetime.now(dt.UTC) + dt.timedelta(days=30)).isoformat()
    wanted = ISSUED | {"expires_at": until}
    issued = [(await client.post(keys, json=wanted, headers=keyed(f"key-{number}"))).json() for number in (1, 2)]
    fresh = (await client.post("/v1/service-accounts", json=OPENED, headers=keyed("account-2"))).json()["id"]
    broken = await client.post(
        "/v1/me/break-glass", json=BROKEN, headers=keyed("glass", Authorization=f"Bearer {duty}")
    )
    assert broken.status_code == 201, broken.text
    glass = broken.json()["glass"]["id"]
    path = (await client.post("/v1/me/rota-link", headers={"Authorization": f"Bearer {duty}"})).json()["path"]
    shadow = OPENED_HOTEL | {"id": "soon", "mode": "shadow"}
    soon = await client.post("/v1/properties", json=shadow, headers=keyed("shadow"))
    assert soon.status_code == 201, soon.text
    return {
        "POST /v1/properties/{property_id}/live": [{"path": {"property_id": "soon"}, "headers": {"If-Match": '"1"'}}],
        "GET /v1/me/rota.ics": [{"query": {"token": path.split("=")[1]}}],
        "POST /v1/me/absences": [{"body": {}}],
        "POST /v1/me/break-glass": [{"body": BROKEN}],
        "POST /v1/break-glass/{glass_id}/review": [
            {"path": {"glass_id": glass}, "headers": {"If-Match": '"1"'}, "body": REVIEWED}
        ],
        "POST /v1/service-accounts/{account_id}/keys": [{"path": {"account_id": fresh}, "body": wanted}],
        "DELETE /v1/service-accounts/{account_id}/keys/{key_id}": [
            {"path": {"account_id": account, "key_id": issued[0]["id"]}}
        ],
        "POST /v1/staff/import": [{"body": LIST}],
        "POST /v1/tokens": [{"body": EXCHANGED | {"client_id": account, "client_secret": issued[1]["key"]}}],
        "GET /v1/audit/{index}/proof": [{"path": {"index": index}} for index in (0, 1)],
        "GET /v1/audit/evidence": [{"query": {"type": "staff.hired.v1"}}, {"query": {"actor": "ana", "format": "csv"}}],
        "GET /v1/audit/reads": [{"query": {"guest": "guest-1"}}],
        "GET /v1/audit/consistency": [{"query": {"old": 1, "new": new}} for new in (2, 3)],
        "PATCH /v1/staff/{staff_id}": [  # other examples move her on meanwhile
            {"path": {"staff_id": ana["id"]}, "headers": {"If-Match": f'"{ana["version"] + more}"'}, "body": CHANGED}
            for more in range(4)
        ],
        "POST /v1/staff/{staff_id}/invitations": [{"path": {"staff_id": ana["id"]}, "body": INVITED}],
        "POST /v1/invitations/accept": [{"body": ACCEPTED | {"chain": CHAIN, "code": code}}],
        "GET /v1/federation/{chain}": [{"path": {"chain": CHAIN}}],
        "PUT /v1/identity-provider": [{"headers": {"If-Match": '"1"'}, "body": TERMS | {"name": "Another"}}],
        "PUT /v1/staff/{staff_id}/identity": [
            {"path": {"staff_id": ines["id"]}, "headers": version(ines), "body": LINKED}
        ],
    }


async def ripe_policy(client: httpx.AsyncClient, token: str) -> Ripe:
    """Changes of the policy that another administrator proposed; each step of any moves the revision by one."""
    for number in (1, 2, 3):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"ripening-{number}"}
        said = await client.put("/v1/policy", json=ASKED, headers=headers | {"If-Match": f'"{number}"'})
        assert said.status_code == 200, said.text
    path = "/v1/policy/versions/{version}"
    revisions = [{"If-Match": f'"{revision}"'} for revision in (4, 5, 6)]
    rejected = RULED | {"approve": False}
    return {
        "PUT /v1/policy": [{"headers": each, "body": ASKED} for each in revisions],
        f"GET {path}/preview": [{"path": {"version": 1}}],
        f"POST {path}/decide": [{"path": {"version": 2}, "headers": each, "body": rejected} for each in revisions],
        f"POST {path}/withdraw": [{"path": {"version": 3}, "headers": each, "body": TAKEN_BACK} for each in revisions],
    }

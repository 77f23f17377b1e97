"""Brings auth into the states that swaps of shifts and lent rights wait for."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import httpx

from services.auth.domain.own_time import shifts_of
from shared.contracts.staff import StaffMember
from shared.contracts.values import zone
from tests.factories.chains import person
from tests.input.ripening import Ripe

BY_DAY = {"shifts": [{"days": [6], "start": "12:00", "end": "16:00"}]}
ROSTERED = (person("bob", "associate", **BY_DAY), person("dina", "general_manager", **BY_DAY))
"""People who can do a night porter's shift."""
WHO = ("ana", "bob", "dina")
FIRST = {"If-Match": '"1"'}


def _coming(people: Mapping[str, Any], name: str, number: int) -> str:
    """When one of the shifts to come of somebody begins."""
    now = dt.datetime.now(dt.UTC)
    rota = shifts_of(StaffMember.model_validate(people[name]), zone("Europe/Lisbon"), now)
    return [each.start for each in rota if each.start > now][number].isoformat()


async def ripe_rota(client: httpx.AsyncClient, tokens: Mapping[str, str]) -> Ripe:
    """Swaps to answer, to take back and to decide; rights to lend, and lent ones to revoke."""

    async def sent(who: str, path: str, body: object, key: str, **more: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {tokens[who]}", "Idempotency-Key": f"ripening-rota-{key}", **more}
        said = await client.post(path, json=body, headers=headers)
        assert said.status_code in (200, 201), said.text
        found: dict[str, Any] = said.json()
        return found

    chief = {"Authorization": f"Bearer {tokens['chief']}"}
    listed = (await client.get("/v1/staff", headers=chief)).json()["items"]
    people = {each["display_name"].lower(): each for each in listed}

    def offer(asker: str, colleague: str, number: int) -> dict[str, Any]:
        start = _coming(people, asker, number)
        return {"property_id": "city", "colleague": people[colleague]["id"], "start": start}

    path = "/v1/me/shift-swaps"
    answered = await sent("dina", path, offer("dina", "chief", 1), "answer")
    withdrawn = await sent("chief", path, offer("chief", "dina", 3), "withdraw")
    decided = await sent("ana", path, offer("ana", "bob", 6), "decide")
    await sent("bob", f"{path}/{decided['id']}/answer", {"accept": True}, "decide-2", **FIRST)
    end = (dt.datetime.now(dt.UTC) + dt.timedelta(days=2)).isoformat()
    lent = {"to": people["bob"]["id"], "roles": ["general_manager"], "properties": ["city"], "end": end}
    lent |= {"reason_code": "holiday"}
    revoked = await sent("chief", "/v1/me/delegations", lent, "lend")
    second = {"If-Match": '"2"'}
    return {
        f"POST {path}": [{"body": offer("chief", "dina", number)} for number in (8, 9)],
        f"POST {path}/{{swap_id}}/answer": [
            {"path": {"swap_id": answered["id"]}, "headers": FIRST, "body": {"accept": False}}
        ],
        f"POST {path}/{{swap_id}}/withdraw": [{"path": {"swap_id": withdrawn["id"]}, "headers": FIRST}],
        "POST /v1/shift-swaps/{swap_id}/decision": [
            {"path": {"swap_id": decided["id"]}, "headers": second, "body": {"approve": True}}
        ],
        "POST /v1/me/delegations": [{"body": lent}],
        "POST /v1/delegations/{delegation_id}/revoke": [{"path": {"delegation_id": revoked["id"]}}],
    }

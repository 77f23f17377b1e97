"""A partner's program advances records by the policy that chains start with, as far as its key's scopes go."""

import dataclasses
from typing import Any

import httpx
import pytest

from examples.records_program import advance, open_request
from services.auth.domain.policy import ADVANCE, default_grants, snapshot
from shared.chassis.policy import compiled
from shared.contracts.identity import Department, Role
from shared.contracts.records import Outcome
from tests.factories.access import token
from tests.factories.front_desk import STAFF, Caller, FrontDesk
from tests.factories.guest_records import member
from tests.factories.records import CHAIN

ROBOT = member("acme", Role.INTEGRATION, departments=())
ALL = [f"{action}:*" for action in (*ADVANCE, "read")]
REQUEST: dict[str, Any] = {
    "property_id": "resort",
    "room": "214",
    "fields": {"topic": "baby_cot", "promised_time": "22:00"},
}
REASON = {"reason": "The guest asked us again"}


@pytest.fixture
def desk() -> FrontDesk:
    """A hotel whose chain has not edited its policy, with a program on its staff list."""
    made = FrontDesk()
    made.chassis.policy.known = dataclasses.replace(
        made.chassis.policy.known,
        policies={CHAIN: compiled(snapshot(CHAIN, 1, default_grants()))},
        staff={person.id: person for person in (*STAFF, ROBOT)},
    )
    return made


def signed(*scopes: str) -> dict[str, str]:
    """What auth gives for a key with these scopes."""
    return {"Authorization": f"Bearer {token(ROBOT, 'records', scopes=scopes)}"}


async def test_program_opens_once_and_takes_work_to_its_end_while_people_own_and_approve_it(desk: FrontDesk) -> None:
    who = signed(*ALL)
    async with desk.client() as http:
        record, again = [await open_request(http, who, "T-1", **REQUEST) for _ in range(2)]
        assert (record["id"], record["status"]) == (again["id"], "new")
        record = await advance(http, who, "T-1", record, "accept")
        assert (record["status"], record["owner"] != ROBOT.id) == ("pending", True)
        assert record["owner"] == again["owner"]
        record = await advance(http, who, "T-1", record, "notes", text="Cot is in the lift")
        wait = {"waits_for": "department", "department": "front_office"}
        record = await advance(http, who, "T-1", record, "block", reason="Lift is out of order", **wait)
        record = await advance(http, who, "T-1", record, "unblock")
        with pytest.raises(httpx.HTTPStatusError, match="403"):
            await advance(http, who, "T-1", record, "approve")

        sofia = Caller(http, "sofia")
        for action in ("check-value", "approve"):
            record = (await sofia.act(record, action)).json()
        record = await advance(http, who, "T-1", record, "complete", outcome=Outcome.FULFILLED.value)
    assert (record["status"], record["outcome"]) == ("complete", "fulfilled")
    acted = {each.value_object()["actor"]["id"] for each in desk.database.tables.events[:2]}
    assert acted == {ROBOT.id}


@pytest.mark.parametrize("action", ["accept", "complete", "block", "edit"])
async def test_key_that_only_creates_advances_nothing_and_nothing_moves(desk: FrontDesk, action: str) -> None:
    async with desk.client() as http:
        record = await open_request(http, signed("create:*", "read:*"), "T-1", **REQUEST)
        before = len(desk.database.tables.events)
        bodies: dict[str, dict[str, Any]] = {
            "complete": {"outcome": "declined"} | REASON,
            "block": {"waits_for": "guest"} | REASON,
            "edit": {"fields": {"promised_time": "21:00"}} | REASON,
        }
        with pytest.raises(httpx.HTTPStatusError, match="403") as refused:
            await advance(http, signed("create:*", "read:*"), "T-2", record, action, **bodies.get(action, {}))
    assert refused.value.response.json()["code"] == "not_granted"
    assert [each.type for each in desk.database.tables.events[before:]] in ([], ["access.refused.v1"])


@pytest.mark.parametrize(
    "action", ["check-value", "approve", "decline", "reopen", "reassign", "lines", "hand-off", "merge", "writebacks"]
)
async def test_no_key_decides_for_people(desk: FrontDesk, action: str) -> None:
    async with desk.client() as http:
        record = await open_request(http, signed(*ALL), "T-1", **REQUEST)
        every = signed(*ALL, "approve:*", "check_value:*", "add_line:*", "reopen:*", "reassign:*", "propose:*")
        headers = every | {"Idempotency-Key": "ticket-refused", "If-Match": '"1"'}
        said = await http.post(f"/v1/records/{record['id']}/{action}", json={}, headers=headers)
    assert said.status_code in (403, 422)
    assert desk.database.tables.records[record["id"]].version == record["version"]


async def test_program_of_another_hotel_finds_nothing(desk: FrontDesk) -> None:
    away = ROBOT.model_copy(update={"properties": ("city",), "departments": (Department.HOUSEKEEPING,)})
    async with desk.client() as http:
        record = await open_request(http, signed(*ALL), "T-1", **REQUEST)
        elsewhere = {"Authorization": f"Bearer {token(away, 'records', scopes=ALL)}"}
        with pytest.raises(httpx.HTTPStatusError, match="404"):
            await advance(http, elsewhere, "T-2", record, "accept")

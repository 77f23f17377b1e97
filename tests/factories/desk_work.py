"""Ordinary work at a front desk over HTTP: a record opened, a command done, refusals looked at."""

from typing import Any

import httpx

from tests.factories.front_desk import Caller, FrontDesk

COT = {
    "property_id": "resort",
    "kind": "guest_request",
    "room": "214",
    "fields": {"topic": "baby_cot", "promised_time": "22:00", "details": "By the window, for Mrs Silva"},
}


async def ok(reply: httpx.Response, status: int = 200) -> dict[str, Any]:
    """The body of an answer that must have this status."""
    assert reply.status_code == status, reply.text
    body: dict[str, Any] = reply.json()
    return body


async def opened(caller: Caller, **changed: Any) -> dict[str, Any]:
    """A new record, a cot for room 214 unless it is said otherwise."""
    return await ok(await caller.post("/v1/records", COT | changed), 201)


async def done(caller: Caller, record: dict[str, Any], action: str, body: Any = None) -> dict[str, Any]:
    """The record after a command that is not refused."""
    return await ok(await caller.act(record, action, body))


async def approved(caller: Caller, **changed: Any) -> dict[str, Any]:
    """A new record brought to approved."""
    record = await opened(caller, **changed)
    for action in ("accept", "check-value", "approve"):
        record = await done(caller, record, action)
    return record


async def seen(caller: Caller, record_id: str) -> dict[str, Any]:
    """A record as it stands now."""
    body: dict[str, Any] = (await caller.get(f"/v1/records/{record_id}")).json()
    return body


def told(desk: FrontDesk, record_id: str | None = None) -> list[str]:
    """The verbs of a record's events, or of all records' events, oldest first."""
    events = [each for each in desk.database.tables.events if each.type.startswith("record.")]
    return [each.type.split(".")[1] for each in events if record_id in (None, each.subject)]


def refusal(reply: httpx.Response) -> tuple[int, list[tuple[str, str]] | str]:
    """Status, and field and rule of every breach, or the code where there are none."""
    problem = reply.json()
    named = [(breach["field"], breach["rule"]) for breach in problem.get("breaches", ())]
    return reply.status_code, named or problem["code"]

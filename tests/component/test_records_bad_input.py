"""Bad input over every command of records: a 4xx problem that names field and rule; state and events unchanged."""

import asyncio
import copy
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from services.records.api.commands import PLAIN
from services.records.api.examples import CORRECTION, NEW_RECORD, REVIEW, RULING
from tests.factories.front_desk import Caller, FrontDesk

CARD = "4111 1111 1111 1111"
LONG = "x" * 4_001
MORE: dict[str, dict[str, Any]] = {
    "questions": {"answer_by": "2026-07-01T12:00:00Z"},
    "block": {"until": "2026-07-01T12:00:00Z"},
}
"""What the examples leave out, and may be given."""
SAID: dict[str, Any] = {
    **{path: sample | MORE.get(path, {}) for path, (_, sample) in PLAIN.items()},
    "exceptions/{exception}/review": REVIEW,
    "exceptions/{exception}/corrections": CORRECTION,
    "proposals/{proposal}/decide": RULING | {"digest": "0" * 64},
}
"""A good body for every command, by its path."""
CHECK = "check-value"
"""Done once before anything is proposed, so it has a record and a test of its own."""
Place = tuple[str, ...]


def leaves(body: Any, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value of a body that is no object, with its place; objects of the hotel's own fields are left to others."""
    for name, value in body.items() if isinstance(body, dict) else ():
        place = (*at, name)
        yield from leaves(value, place) if isinstance(value, dict) and name != "fields" else [(place, value)]


def bent(body: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """The body with another value at a place."""
    made = copy.deepcopy(body)
    inner = made
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    return made


def wrong(value: Any) -> dict[str, Any]:
    """What is wrong at the place of a good value, by its name."""
    if isinstance(value, bool):
        return {"no truth value": "maybe", "a list": [1]}
    if isinstance(value, int):
        return {"a fraction": value + 0.5, "text": "many", "beyond all bounds": 10**15}
    if isinstance(value, dict):
        return {"no object": "x", "an unknown field": {"no_such_field": 1}}
    dated = {"a naive time": "2026-07-01T12:00:00", "a number of seconds": 1751371200} if "T12" in value else {}
    return {"a list": ["x"], "an operator": {"$ne": 1}, "oversized": LONG, "a card number": CARD} | dated


CASES = [
    pytest.param(path, bent(body, place, value), id=f"{path} {'.'.join(place)} {name}")
    for path, body in SAID.items()
    if path != CHECK
    for place, good in leaves(body)
    for name, value in wrong(good).items()
]
CASES += [pytest.param(path, body | {"no_such": 1}, id=f"{path} no_such") for path, body in SAID.items()]


class House:
    """A record with a note and a proposal that wait, and what was written until then."""

    def __init__(self, desk: FrontDesk, who: Caller, record: dict[str, Any]) -> None:
        self.desk, self.who, self.record = desk, who, record
        self.before = self.written()

    def written(self) -> tuple[Any, ...]:
        """All that the store holds."""
        tables = self.desk.database.tables
        told = [event.id for event in tables.events if not event.type.startswith("access.")]
        return dict(tables.records), told, set(tables.texts), dict(tables.timers), dict(tables.locks)

    def path(self, command: str) -> str:
        """The path of a command on the record."""
        note, proposal = self.record["exception_notes"][0]["id"], self.record["proposals"][0]["id"]
        return f"/v1/records/{self.record['id']}/{command.format(exception=note, proposal=proposal)}"


async def begun(desk: FrontDesk) -> dict[str, Any]:
    """A record that Ana brought so far that a note and a proposal wait on it."""
    async with desk.client() as http:
        ana = Caller(http)
        reply = await ana.post("/v1/records", NEW_RECORD | {"property_id": "resort"})
        steps: tuple[tuple[str, Any], ...] = (
            ("accept", {}),
            ("check-value", {}),
            ("exceptions", {"cause": "other", "unusual": "Twins", "guest_impact": "One cot short"}),
            ("edit", {"fields": {"promised_time": "21:30"}, "reason": "Guest asked"}),
        )
        for path, body in steps:
            reply = await ana.act(reply.json(), path, body)
            assert reply.status_code == 200, reply.text
        record: dict[str, Any] = reply.json()
        return record


@pytest.fixture(scope="module")
def standing() -> tuple[FrontDesk, dict[str, Any]]:
    """One desk for all: nothing in this file may change it."""
    desk = FrontDesk()
    return desk, asyncio.run(begun(desk))


@pytest.fixture
async def house(standing: tuple[FrontDesk, dict[str, Any]]) -> AsyncIterator[House]:
    desk, record = standing
    async with desk.client() as http:
        yield House(desk, Caller(http, "gil"), record)


def refused(reply: httpx.Response, *statuses: int) -> None:
    """It is a problem that names a field and a rule."""
    problem = reply.json()
    assert (reply.status_code in statuses, reply.headers["content-type"]) == (True, "application/problem+json"), problem
    assert [each for each in problem["breaches"] if each["field"] and each["rule"] and each["message"]], problem


@pytest.mark.parametrize(("command", "body"), CASES)
async def test_bad_value_is_refused_naming_field_and_rule(house: House, command: str, body: dict[str, Any]) -> None:
    reply = await house.who.post(house.path(command), body, version=house.record["version"])
    refused(reply, 422)
    assert CARD not in reply.text
    assert house.written() == house.before


@pytest.mark.parametrize("value", wrong("22:00").values(), ids=wrong("22:00").keys())
async def test_bad_value_is_not_confirmed_and_named(standing: tuple[FrontDesk, dict[str, Any]], value: Any) -> None:
    desk, _ = standing
    async with desk.client() as http:
        ana = Caller(http)
        record = (await ana.post("/v1/records", NEW_RECORD | {"property_id": "resort", "room": "9"})).json()
        record = (await ana.act(record, "accept")).json()
        reply = await ana.act(record, CHECK, {"value": value})
    refused(reply, 422)
    assert [each["field"] for each in reply.json()["breaches"]] == ["promised_time"]
    assert desk.database.tables.records[record["id"]].version == record["version"]


@pytest.mark.parametrize("command", SAID)
async def test_command_at_another_version_or_of_another_record_is_refused(house: House, command: str) -> None:
    stale = await house.who.post(house.path(command), SAID[command], version=house.record["version"] - 1)
    none = await house.who.post(house.path(command), SAID[command])
    other = house.path(command).replace(house.record["id"], "unheard-of")
    replies = [stale, none, await house.who.post(other, SAID[command], version=1)]
    assert [reply.status_code for reply in replies] == [412, 428, 404]
    assert {reply.headers["content-type"] for reply in replies} == {"application/problem+json"}
    assert house.written() == house.before


@pytest.mark.parametrize(
    ("changed", "field", "status"),
    [
        ({"kind": "unicorn"}, "kind", 422),
        ({"kind": ["guest_request"]}, "kind", 422),
        ({"property_id": "atlantis"}, None, 404),
        ({"property_id": {"$ne": 1}}, "property_id", 422),
        ({"stay_id": "unheard-of"}, "stay_id", 422),
        ({"department": "spaceport"}, "department", 422),
        ({"language": "english"}, "language", 422),
        ({"room": CARD}, "room", 422),
        ({"room": "x" * 40}, "room", 422),
        ({"fields": {"topic": "baby_cot", "no_such": 1}}, "no_such", 422),
        ({"fields": {"topic": "baby_cot", "quantity": "2"}}, "quantity", 422),
        ({"fields": {"topic": "baby_cot", "quantity": 2.5}}, "quantity", 422),
        ({"fields": {"topic": "baby_cot", "promised_time": "2026-07-01T10:00:00"}}, "promised_time", 422),
        ({"fields": {"topic": "baby_cot", "details": LONG}}, "details", 422),
        ({"fields": {"topic": "baby_cot", "details": CARD}}, "details", 422),
        ({"fields": {"topic": "baby_cot", "details": 5}}, "details", 422),
    ],
)
async def test_bad_entry_is_refused_naming_field_and_rule(
    house: House, changed: dict[str, Any], field: str | None, status: int
) -> None:
    reply = await house.who.post("/v1/records", NEW_RECORD | {"property_id": "resort"} | changed)
    named = [each["field"] for each in reply.json().get("breaches", [{"field": None}])]
    assert (reply.status_code, field in named) == (status, True), reply.text
    assert house.written() == house.before


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"quantity": 99}, "quantity"),
        ({"no_such": 1}, "no_such"),
        ({"details": CARD}, "details"),
        ({"details": LONG}, "details"),
        ({"promised_time": 1200}, "promised_time"),
    ],
)
@pytest.mark.parametrize("command", ["edit", "complete"])
async def test_bad_field_is_refused_naming_it_in_every_command_that_takes_fields(
    house: House, command: str, fields: dict[str, Any], field: str
) -> None:
    body = SAID[command] | {"fields": fields}
    reply = await house.who.post(house.path(command), body, version=house.record["version"])
    refused(reply, 422)
    assert field in [each["field"] for each in reply.json()["breaches"]]
    assert house.written() == house.before


async def test_every_command_is_in_the_table(house: House) -> None:
    paths = house.desk.app.openapi()["paths"]
    commands = {path.removeprefix("/v1/records/{record_id}/") for path, item in paths.items() if "post" in item}
    named = {path.replace("{exception}", "{exception_id}").replace("{proposal}", "{proposal_id}") for path in SAID}
    # The body of `attachments` is a file: test_records_attachments.py has what is wrong with those.
    assert {each for each in commands if not each.startswith("/")} - {"attachments"} == named

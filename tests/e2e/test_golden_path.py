"""From a PMS booking to a closed, audited, reported record, through the public doors, with every trace edge."""

import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from deploy.demo.desk import Refused
from deploy.demo.hotels import ZONE
from services.integrations.pms.hotel_bookings.columns import NAME
from shared.contracts.values import iso, stay_id
from tests.e2e.conftest import House, eventually
from tests.e2e.spans import Place, place_of, read

pytestmark = pytest.mark.integration
NUMBER = "E2E-1"


def payload(house: House, event: str, **reservation: Any) -> dict[str, Any]:
    """A webhook payload of one reservation that arrives today."""
    now = house.clock.clock.now()
    today = now.astimezone(ZoneInfo(ZONE)).date()
    return {
        "event_id": f"{NUMBER}-{event}",
        "event": event,
        "occurred_at": iso(now),
        "reservation": {
            "number": NUMBER,
            "status": "booked",
            "arrival": today.isoformat(),
            "departure": (today + dt.timedelta(days=2)).isoformat(),
            "booked_at": iso(now - dt.timedelta(days=9)),
            "room_type_reserved": "A",
            "adults": 2,
            "adr": "120.00",
            "currency": "EUR",
            "special_requests": [{"id": f"{NUMBER}-r1", "code": "extra_towels"}],
            **reservation,
        },
        "guest": {
            "profile_number": "P-77",
            "first_name": "Hildegard",
            "last_name": "Quastenflosser",
            "email": "hildegard@quastenflosser.example",
            "language": "de",
            "country": "DEU",
        },
    }


async def push(house: House, http: httpx.AsyncClient, *payloads: dict[str, Any]) -> httpx.Response:
    """Deliver to the PMS door of the city hotel."""
    url = f"{house.stack.url('integrations')}/v1/pms/city/{house.tokens['city']}/{NAME.replace('_', '-')}/events"
    return await http.post(url, json={"events": list(payloads)})


def request_of(house: House) -> dict[str, Any] | None:
    """The guest request that was opened for the reservation."""
    wanted = {"stay_id": stay_id("city", NAME, NUMBER), "kind": "guest_request"}
    return house.mongo["bellboard_records"]["records"].find_one(wanted)


async def test_booking_becomes_a_closed_audited_reported_record(house: House, http: httpx.AsyncClient) -> None:
    booked = payload(house, "booked")
    taken = await push(house, http, booked, booked)
    assert (taken.status_code, taken.json()["changed"]) == (202, 1)
    record = await eventually(lambda: request_of(house), "a guest request is opened")
    assert (await push(house, http, booked)).json()["changed"] == 0

    login = next(row["login"] for row in house.mongo["bellboard_auth"]["accounts"].find({"staff_id": record["owner"]}))
    owner, path = house.desk(http, login), f"/v1/records/{record['_id']}"
    shown = await eventually(lambda: owner.get("records", path), "the owner may see it")
    assert shown.body["next_action"]["code"] == "accept"
    accepted = await owner.act("records", f"{path}/accept", etag=shown.etag)
    # 15:00 is inside the hours that the hotel lets its policy promise by itself.
    assert accepted.body["status"] == "approved"
    assert accepted.body["checked"]["checker"]["kind"] == "policy"
    done = await owner.act("records", f"{path}/complete", {"outcome": "fulfilled"}, accepted.etag)
    assert (done.body["status"], done.body["outcome"]) == ("complete", "fulfilled")

    rows = house.events("records", agg=record["_id"])
    assert [row["ver"] for row in rows] == list(range(1, len(rows) + 1))
    audited = await eventually(lambda: _audited(house, record["_id"], len(rows)), "every version is in the audit log")
    assert audited == len(rows)
    await eventually(lambda: _fact_closed(house, record["_id"]), "reporting has the close")


def _audited(house: House, subject: str, least: int) -> int:
    count = house.mongo["bellboard_auth"]["audit"].count_documents({"key": subject})
    return count if count >= least else 0


def _fact_closed(house: House, record_id: str) -> bool:
    fact = house.mongo["bellboard_reporting"]["facts"].find_one({"_id": record_id})
    return bool(fact) and json.loads(fact["body"])["life"]["status"] == "complete"


async def test_value_outside_the_rules_is_refused_by_name_and_nothing_moves(
    house: House, http: httpx.AsyncClient
) -> None:
    manager = house.desk(http, "city.manager")
    body = {"property_id": "city", "kind": "guest_request", "room": "316", "fields": {"topic": "extra_towels"}}
    opened = await manager.act("records", "/v1/records", body)
    path = f"/v1/records/{opened.body['id']}"
    accepted = await manager.act("records", f"{path}/accept", etag=opened.etag)
    with pytest.raises(Refused) as refused:
        await manager.act("records", f"{path}/check-value", {"value": "03:15"}, accepted.etag)
    assert [breach["rule"] for breach in refused.value.problem["breaches"]] == ["service_hours"]
    assert (await manager.get("records", path)).etag == accepted.etag
    with pytest.raises(Refused) as stale:
        await manager.act("records", f"{path}/check-value", {"value": "16:00"}, opened.etag)
    assert stale.value.status == 412
    checked = await manager.act("records", f"{path}/check-value", {"value": "16:00"}, accepted.etag)
    assert checked.body["checked"]["value"] == "16:00"


async def test_causes_are_linked_from_the_pms_event_to_the_audit_entry(house: House, http: httpx.AsyncClient) -> None:
    record = await eventually(lambda: request_of(house), "the record of the first test")
    [stay] = house.events("integrations", agg=stay_id("city", NAME, NUMBER), ver=1)
    opened = house.events("records", agg=record["_id"])[0]
    assert (opened["cause"], opened["corr"]) == (stay["_id"], stay["corr"])
    trace = stay["trace"].split("-")[1]
    assert opened["trace"].split("-")[1] != ""
    entry = house.mongo["bellboard_auth"]["audit"].find_one({"key": record["_id"]}, sort=[("index", 1)])
    assert entry is not None
    headers = {name: bytes(value).decode() for name, value in entry["headers"]}
    assert (headers["ce_id"], headers["ce_causationid"]) == (opened["_id"], stay["_id"])
    assert len(trace) == 32


async def test_receiver_of_traces_has_every_edge_of_the_path(house: House, http: httpx.AsyncClient) -> None:
    """PMS → integrations → records → alerts, reporting, the audit log; the close, told as the business' own trace."""
    record = await eventually(lambda: request_of(house), "the record of the first test")
    [stay] = house.events("integrations", agg=stay_id("city", NAME, NUMBER), ver=1)
    rows = {row["type"]: row for row in house.events("records", agg=record["_id"])}
    opened, closed = rows["record.opened.v1"], rows["record.completed.v1"]
    pushed, begun, done = (place_of(row["trace"]) for row in (stay, opened, closed))
    spans = {
        pushed: ("bellboard-integrations", "POST", "/events"),
        begun: ("bellboard-records", "records", " consume"),
        done: ("bellboard-records", "POST", "/complete"),
    }
    await eventually(lambda: spans.keys() <= _named(house).keys(), f"a span at each of {spans}")
    found = {place: _named(house)[place] for place in spans}
    assert {
        place: (service, name.partition(" ")[0], name[-len(spans[place][2]) :])
        for place, (service, name) in found.items()
    } == spans
    edges = {("records consume", pushed)}
    for group in ("alerts consume", "reporting consume", "auth.audit consume", "integrations consume"):
        edges |= {(group, begun), (group, done)}
    assert await eventually(lambda: edges <= _edges(house), f"each of {edges}")
    assert await eventually(lambda: _business(house, done), "the trace of the record's own time leads to the command")


def _named(house: House) -> dict[Place, tuple[str, str]]:
    return {one.place: (one.service, one.name) for one in read(house.spans)}


def _edges(house: House) -> set[tuple[str, Place]]:
    return {(one.name, link) for one in read(house.spans) for link in one.links}


def _business(house: House, done: Place) -> list[str]:
    told = [one for one in read(house.spans) if not one.parent and "consume" not in one.name]
    return [one.name for one in told if done in one.links]


async def test_late_record_rings_when_time_goes_on(house: House, http: httpx.AsyncClient) -> None:
    manager = house.desk(http, "city.manager")
    body = {"property_id": "city", "kind": "guest_request", "room": "214", "fields": {"topic": "extra_towels"}}
    opened = await manager.act("records", "/v1/records", body)
    house.clock.run()
    try:
        rung = await eventually(lambda: _rung(house, opened.body["id"]), "an overdue alert")
    finally:
        house.clock.hold()
    assert rung["alert"]["due_at"] == dt.datetime.fromisoformat(opened.body["due_at"])


def _rung(house: House, record_id: str) -> dict[str, Any] | None:
    return house.mongo["bellboard_alerts"]["alerts"].find_one({"alert.record_id": record_id, "alert.rule": "overdue"})


@pytest.mark.parametrize(
    ("change", "named"),
    [({"departure": "2020-01-01"}, "departure"), ({"currency": "USD"}, "currency"), ({"adults": -1}, "adults")],
)
async def test_bad_payload_is_refused_by_field_and_changes_nothing(
    house: House, http: httpx.AsyncClient, change: dict[str, Any], named: str
) -> None:
    before = len(house.events("integrations"))
    refused = await push(house, http, payload(house, "changed", **change))
    assert refused.status_code == 422
    assert any(named in each["field"] or named in each["message"] for each in refused.json()["breaches"])
    assert len(house.events("integrations")) == before


async def test_no_name_leaves_integrations(house: House) -> None:
    for service in ("records", "alerts", "reporting", "auth", "integrations"):
        for row in house.events(service):
            assert b"Quastenflosser" not in bytes(row["value"])


async def test_console_shows_the_sign_in_page(house: House, http: httpx.AsyncClient) -> None:
    page = await http.get(f"{house.stack.url('console')}/", follow_redirects=True)
    assert (page.status_code, "password" in page.text) == (200, True)

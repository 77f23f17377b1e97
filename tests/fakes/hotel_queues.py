"""The queues and handovers of the made-up hotel, as the records service answers them."""

import datetime as dt
from typing import Any

from fastapi import FastAPI, Header, Request

from tests.fakes.hotel import FakeHotel, FakeHouse

DIGEST = "f" * 64


def add_queues(app: FastAPI, hotel: FakeHotel, house: FakeHouse) -> None:
    """`/v1/proposals`, `/v1/exceptions`, `/v1/questions`, and deciding many."""
    app.state.decided = []

    @app.get("/v1/proposals")
    async def proposals() -> Any:
        rows = [(record, one) for record in hotel.records.values() for one in record["proposals"]]
        waiting = [(record, one) for record, one in rows if one.get("state", "pending") == "pending"]
        return {"proposals": [_proposal(hotel, record, one) for record, one in waiting], "next": None}

    @app.get("/v1/exceptions")
    async def exceptions() -> Any:
        record = next((one for one in hotel.records.values() if one["kind"] == "service_recovery"), None)
        row = {"id": "e1", "cause": "noise", "raised_by": "eva", "since": hotel.now, "reviewer_role": "duty_manager"}
        return {"exceptions": [{**row, "record": record}] if record else [], "next": None}

    @app.get("/v1/questions")
    async def questions() -> Any:
        asked = {
            "id": "q1",
            "record_id": "r-rich",
            "record_version": hotel.records["r-rich"]["version"] if "r-rich" in hotel.records else 1,
            "property_id": "city",
            "kind": "late_check_out",
            "kind_title": "Late check-out",
            "room": "412",
            "text": "Can housekeeping turn the room by half past three?",
            "asked_by": "bruno",
            "asked_at": hotel.now - dt.timedelta(minutes=12),
            "answer_by": hotel.now + dt.timedelta(minutes=18),
            "to_department": "housekeeping",
            "overdue": False,
        }
        return {"questions": [asked] if "r-rich" in hotel.records else [], "next": None}

    @app.post("/v1/proposals/decide")
    async def decide(body: dict[str, Any]) -> Any:
        app.state.decided.append(body)
        results = [{"record": one["record"], "proposal": one["proposal"], "status": 200} for one in body["decisions"]]
        return {"results": results}

    @app.post("/v1/records/bulk")
    async def bulk(body: dict[str, Any], request: Request) -> Any:
        items = [_one_of_many(hotel, one, body) for one in body["items"]]
        done = sum(one["status"] < 300 for one in items)
        return {"preview": body["preview"], "done": done, "refused": len(items) - done, "items": items}


def _one_of_many(hotel: FakeHotel, item: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    record = hotel.records[item["id"]]
    if record["version"] != item["version"]:
        return {"id": item["id"], "status": 412, "code": "version_moved_on", "detail": "It moved on."}
    if not body["preview"]:
        record |= {"status": "pending", "accepted": True, "version": record["version"] + 1}
    return {"id": item["id"], "status": 200, "code": "done", "would_be": "pending"}


def _proposal(hotel: FakeHotel, record: dict[str, Any], proposal: dict[str, Any]) -> dict[str, Any]:
    row = {name: proposal.get(name) for name in ("id", "what", "before", "after", "requested_by")}
    row |= {"what": "change", "since": proposal["requested_at"], "approve_by": hotel.now + dt.timedelta(hours=3)}
    row |= {"reviewer_role": "duty_manager", "reason_code": "gold_member", "masked_fields": [], "line": None}
    return {**row, "digest": DIGEST, "record": record}


def add_handovers(app: FastAPI, hotel: FakeHotel, house: FakeHouse) -> None:
    """`/v1/handovers`."""
    kept: dict[str, dict[str, Any]] = {}

    def made(handover_id: str, department: str, **more: Any) -> dict[str, Any]:
        return {
            "id": handover_id,
            "property_id": "city",
            "department": department,
            "business_day": hotel.now.date().isoformat(),
            "shift": "from_2300",
            "open_records": 5,
            "zone": "Europe/Lisbon",
            "at": hotel.now,
            "since": hotel.now - dt.timedelta(hours=8),
            "acknowledge_by": hotel.now + dt.timedelta(minutes=30),
            "incoming": ["bruno", "eva"],
            "counts": {"late": 2, "at_risk": 1, "blocked": 1, "unaccepted": 1, "reviews": 1, "questions": 1},
            "state": "prepared",
            "version": 1,
            **more,
        }

    kept["h1"] = made("h1", "front_office")
    kept["h2"] = made("h2", "housekeeping", overdue=True)
    signature = {"by": "eva", "at": hotel.now - dt.timedelta(hours=7)}
    kept["h0"] = made("h0", "concierge", state="acknowledged", acknowledgements=[signature])

    @app.get("/v1/handovers")
    async def handovers(property: str = "") -> Any:
        found = [one for one in kept.values() if property in ("", one["property_id"])]
        return {"handovers": found, "next": None}

    @app.get("/v1/handovers/{handover_id}")
    async def handover(handover_id: str, authorization: str = Header()) -> Any:
        head = kept[handover_id]
        items = [_item(one) for one in hotel.records.values() if one["property_id"] == "city"][:8]
        gone = [{**_item(one), "outcome": "fulfilled"} for one in list(hotel.records.values())[:2]]
        may = head["state"] == "prepared"
        return {**head, "items": items, "gone": gone, "hidden": 1, "may_acknowledge": may, "next": None}

    @app.post("/v1/handovers/{handover_id}/acknowledge")
    async def acknowledge(handover_id: str, authorization: str = Header()) -> Any:
        who = house.principal(authorization.removeprefix("Bearer ")).staff_id
        kept[handover_id] |= {"state": "acknowledged", "acknowledgements": [{"by": who, "at": hotel.now}]}
        return kept[handover_id]

    @app.post("/v1/handovers", status_code=201)
    async def prepare(body: dict[str, Any]) -> Any:
        kept["h9"] = made("h9", body["department"], shift="on_request", property_id=body["property_id"])
        return kept["h9"]


def _item(record: dict[str, Any]) -> dict[str, Any]:
    same = ("kind", "room", "department", "owner", "accepted", "status", "next_action", "due_at")
    more = {"record_id": record["id"], "risk": "late" if record["id"] == "r-rich" else "on_track"}
    return {name: record[name] for name in same} | more | {"changes": ["moved"], "notes": 1, "questions": []}

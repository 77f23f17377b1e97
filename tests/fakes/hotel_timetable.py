"""Schedules and spot checks of the made-up hotel, as reporting tells of them."""

import datetime as dt
from typing import Any

from fastapi import FastAPI, Header
from fastapi.responses import JSONResponse

from tests.fakes.hotel import FakeHotel


def add_timetable(app: FastAPI, hotel: FakeHotel) -> None:
    """`/v1/schedules`, `/v1/runs` and `/v1/spot-checks`; what was told to them stands in `app.state.timed`."""
    app.state.timed = []
    _schedules(app, hotel)
    _checks(app, hotel)


def _schedules(app: FastAPI, hotel: FakeHotel) -> None:
    day = hotel.now.date()
    run = {
        "id": "run-1", "state": "delivered", "start": day - dt.timedelta(days=6), "end": day, "version": 1,
        "due_at": hotel.now - dt.timedelta(hours=3), "delivered_at": hotel.now - dt.timedelta(hours=3),
        "review_by": hotel.now - dt.timedelta(hours=1),
    }  # fmt: skip
    terms = {"report": "exceptions", "audience": "duty_manager", "when": "before_busy", "at": "15:00"}
    busy = {
        "id": "sched-1", "version": 3, "property_id": "city", "name": "Exceptions before it gets busy",
        "terms": terms | {"mail_to": ["duty@city.example", "night@city.example"], "weekdays": list(range(7))},
        "next_at": hotel.now + dt.timedelta(hours=14), "last": run, "mails_sent": 1, "mails_failed": 1,
    }  # fmt: skip
    monday = {
        "id": "sched-2", "version": 1, "property_id": "city", "name": "The week on Monday", "paused": True,
        "terms": {"report": "completion_time", "at": "07:00", "weekdays": [0], "audience": "general_manager"},
    }  # fmt: skip
    app.state.schedules = [busy, monday]

    @app.get("/v1/schedules")
    async def schedules(property: str) -> Any:
        return {"schedules": app.state.schedules if property == "city" else []}

    @app.post("/v1/schedules", status_code=201)
    async def make(body: dict[str, Any]) -> Any:
        app.state.timed.append(("make", body))
        return {}

    @app.put("/v1/schedules/{schedule_id}")
    async def change(schedule_id: str, body: dict[str, Any], if_match: str = Header()) -> Any:
        if if_match not in ('"3"', '"1"'):
            return JSONResponse({"status": 412, "code": "version_moved_on", "detail": ""}, 412)
        app.state.timed.append((schedule_id, body))
        return {}

    @app.delete("/v1/schedules/{schedule_id}", status_code=204)
    async def end(schedule_id: str, if_match: str = Header()) -> None:
        app.state.timed.append(("end", schedule_id, if_match))

    @app.get("/v1/runs/{run_id}/mails")
    async def mails(run_id: str) -> Any:
        sent = {"to": "duty@city.example", "state": "sent", "tries": 1}
        return {"run_id": run_id, "mails": [sent, sent | {"to": "night@city.example", "state": "refused"}]}

    @app.post("/v1/runs/{run_id}/review")
    async def review(run_id: str, if_match: str = Header()) -> Any:
        app.state.timed.append(("read", run_id, if_match))
        return {}


def _checks(app: FastAPI, hotel: FakeHotel) -> None:
    day = hotel.now.date() - dt.timedelta(days=1)
    one: dict[str, Any] = {
        "id": "check-1", "version": 1, "property_id": "city", "day": day, "record_id": "r-rich", "room": "412",
        "kind": "guest_request", "department": "housekeeping", "asks": ["done", "value"], "value_of": "quantity",
    }  # fmt: skip
    app.state.checks = [one, one | {"id": "check-2", "room": None, "asks": ["done"], "value_of": None}]
    app.state.made = []

    @app.get("/v1/spot-checks")
    async def checks(property: str) -> Any:
        if property != "city":
            return {"checks": []}
        plan = {"property_id": "city", "day": day, "drawn": 7, "made": 5 + len(app.state.made)}
        return {"checks": app.state.checks, "plans": [plan], "made": app.state.made}

    @app.post("/v1/spot-checks", status_code=201)
    async def draw(body: dict[str, Any]) -> Any:
        app.state.timed.append(("draw", body))
        return {"checks": []}

    @app.post("/v1/spot-checks/{check_id}/entry")
    async def enter(check_id: str, body: dict[str, Any], if_match: str = Header()) -> Any:
        found = next((each for each in app.state.checks if each["id"] == check_id), None)
        if found is None or if_match != '"1"':
            return JSONResponse({"status": 412, "code": "version_moved_on", "detail": ""}, 412)
        app.state.timed.append((check_id, body))
        app.state.checks.remove(found)
        right = ["done"] if body["done"] else []
        wrong = [name for name in found["asks"] if name not in right]
        app.state.made.append(found | {"version": 2, "entered_at": hotel.now, "right": right, "wrong": wrong})
        return {}

"""How alerts ring at the made-up hotel: its rules, one's own wishes, devices, and what is kept silent."""

import datetime as dt
from typing import Any

from fastapi import FastAPI

from services.alerts.domain.book import DEFAULT
from tests.fakes.hotel import FakeHotel

OWN = {"edits": {"blocked_long": {"plus_s": 7200}}}
PUSH_KEY = "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM"


def add_bells(app: FastAPI, hotel: FakeHotel) -> None:
    """`/v1/alert-rules`: a version waits that Filipe proposed; `/v1/me/notifications`, `/v1/silences`."""
    app.state.bell_rules, app.state.wished, app.state.devices, app.state.silenced = [], [], [], []
    _rules(app, hotel)
    _wishes(app)
    _silences(app, hotel)


def _rules(app: FastAPI, hotel: FakeHotel) -> None:
    version = {
        "version": 2, "base": 1, "state": "proposed", "in_force": False, "digest": "f" * 64,
        "proposed_by": "filipe", "proposed_at": hotel.now - dt.timedelta(hours=1), "effective_from": None,
        "reason": "The nights are too loud.", "decided_by": None, "decided_at": None, "decision": None,
        "starts_at": None, "rules": {"edits": {"at_risk": {"enabled": False}}},
    }  # fmt: skip
    first = version | {
        "version": 1, "state": "approved", "in_force": True, "decided_by": "carla", "rules": OWN,
        "decided_at": hotel.now - dt.timedelta(days=2), "reason": "Blocked work waits too long.",
    }  # fmt: skip

    def shown(place: str) -> dict[str, Any]:
        return {
            "property_id": place, "version": 1, "chain_version": 0, "revision": 4, "own": OWN,
            "in_force": DEFAULT.model_dump(mode="json"), "differs": ["blocked_long"], "waiting": [version],
        }  # fmt: skip

    @app.get("/v1/alert-rules/{place}")
    async def rules(place: str) -> Any:
        return shown(place)

    @app.get("/v1/alert-rules/{place}/versions")
    async def versions(place: str) -> Any:
        return {"versions": [version, first], "next": None}

    @app.post("/v1/alert-rules/{place}/simulate")
    async def simulate(place: str, body: dict[str, Any]) -> Any:
        app.state.bell_rules.append(body)
        ring = {
            "subject": "r-rich", "record_id": "r-rich", "room": "412", "kind": "guest_request", "due_at": hotel.now,
            "role": "supervisor", "people": ["bruno"], "nobody_on_duty": False, "channels": ["inbox"],
            "words": "Guest request, room 412: it has been blocked for long.",
        }  # fmt: skip
        effect = {
            "rule": "blocked_long", "severity": "warning", "enabled": True, "changed": True, "rings_now": 3,
            "rings_later": 2, "rang_before": 1, "unjudged": 0, "examples": [ring],
        }  # fmt: skip
        return {"looked_at": 46, "effects": [effect]}

    @app.put("/v1/alert-rules/{place}")
    async def propose(place: str, body: dict[str, Any]) -> Any:
        app.state.bell_rules.append(body)
        return shown(place)

    @app.post("/v1/alert-rules/{place}/versions/{number}/{verb}")
    async def decide(place: str, number: int, verb: str, body: dict[str, Any]) -> Any:
        app.state.bell_rules.append({verb: body})
        return shown(place)


def _wishes(app: FastAPI) -> None:
    held: dict[str, Any] = {"wishes": {"digest": "never"}}

    @app.get("/v1/me/notifications")
    async def wishes() -> Any:
        ways = ["email", "push", "sms"]
        return {**held, "devices": len(app.state.devices), "channels": ways, "push_key": PUSH_KEY, "revision": 1}

    @app.put("/v1/me/notifications")
    async def wish(body: dict[str, Any]) -> Any:
        app.state.wished.append(body)
        held["wishes"] = body
        return {}

    @app.post("/v1/me/devices")
    async def add(body: dict[str, Any]) -> Any:
        app.state.devices.append(body)
        return {}

    @app.post("/v1/me/devices/remove")
    async def remove(body: dict[str, Any]) -> Any:
        app.state.devices = [one for one in app.state.devices if one["endpoint"] != body["endpoint"]]
        return {}


def _silences(app: FastAPI, hotel: FakeHotel) -> None:
    one = {
        "id": "s1", "property_id": "city", "rule": "at_risk", "kind": None, "department": "maintenance",
        "subject": None, "until": hotel.now + dt.timedelta(hours=3), "begun_by": "bruno",
        "begun_at": hotel.now - dt.timedelta(hours=1), "ended_by": None, "ended_at": None,
        "reason": "Works on the third floor.", "version": 1,
    }  # fmt: skip
    running = [one]

    @app.get("/v1/silences")
    async def silences(property: str) -> Any:
        return {"items": running if property == "city" else []}

    @app.post("/v1/silences")
    async def begin(body: dict[str, Any]) -> Any:
        app.state.silenced.append(body)
        return one

    @app.post("/v1/silences/{silence_id}/end")
    async def end(silence_id: str, body: dict[str, Any]) -> Any:
        running.clear()
        app.state.silenced.append({silence_id: body})
        return one

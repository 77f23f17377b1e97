"""The other services of a made-up hotel over HTTP, so that the console's real clients talk to something."""

import base64
import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse

from shared.contracts.alerts import AlertState
from shared.contracts.identity import Department
from tests.fakes.hotel import KINDS, PASSWORD, FakeHotel, FakeHouse
from tests.fakes.hotel_bells import add_bells
from tests.fakes.hotel_loose import add_loose
from tests.fakes.hotel_office import add_governance, add_reports, add_rules
from tests.fakes.hotel_partners import add_partners
from tests.fakes.hotel_queues import add_handovers, add_queues
from tests.fakes.hotel_shop import add_guests, add_shop
from tests.fakes.hotel_staff import add_staff
from tests.fakes.hotel_talk import add_talk
from tests.fakes.hotel_timetable import add_timetable

Told = Callable[[str, str, str, int], None]

BOARD_PAGE = 1000
"""So many cards come at once, as from records."""


def problem(status: int, code: str, detail: str, **fields: str) -> JSONResponse:
    """A refusal as the chassis writes it."""
    breaches = [{"field": name, "rule": code, "message": text} for name, text in fields.items()]
    return JSONResponse({"status": status, "code": code, "detail": detail, "breaches": breaches}, status)


def challenge_of(verifier: str) -> str:
    """S256 (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def hotel_api(hotel: FakeHotel, house: FakeHouse, told: Told = lambda *_: None) -> FastAPI:
    """All services in one app; `told(property, noun, id, version)` hears each change."""
    app = FastAPI()
    app.state.silent = set()
    app.state.closed = set()
    app.state.asked = []
    app.state.languages = []
    app.state.files = []
    app.state.renewals = 0
    app.state.provider, app.state.begun, app.state.code = "", {}, ""

    @app.middleware("http")
    async def silence(request: Request, call_next: Any) -> Any:
        app.state.asked.append(f"{request.method} {request.url.path}")
        app.state.languages.append(request.headers.get("accept-language", ""))
        if any(request.url.path.startswith(path) for path in app.state.silent):
            return JSONResponse({}, 503)
        if any(request.url.path.startswith(path) for path in app.state.closed):
            return problem(403, "not_granted", "Not for this role.")
        return await call_next(request)

    _auth(app, house)
    add_queues(app, hotel, house)
    add_talk(app, hotel)
    add_handovers(app, hotel, house)
    add_shop(app, hotel, house)
    add_guests(app, hotel)
    add_rules(app, hotel)
    add_bells(app, hotel)
    add_governance(app, hotel)
    add_reports(app, hotel)
    add_loose(app, hotel)
    add_staff(app, hotel, house)
    add_partners(app, hotel)
    add_timetable(app, hotel)
    _records(app, hotel, house, told)
    _beside(app, hotel, house, told)
    return app


def _who(house: FakeHouse, authorization: str) -> str:
    return house.principal(authorization.removeprefix("Bearer ")).staff_id


def _auth(app: FastAPI, house: FakeHouse) -> None:
    def tokens(login: str, number: int) -> dict[str, Any]:
        return {
            "access_token": f"fake.{login}.{number}",
            "refresh_token": f"refresh.{login}.{number}",
            "expires_in": 3600,
        }

    @app.post("/v1/sessions")
    async def sign_in(body: dict[str, str]) -> Any:
        if body["login"] not in house.people or body["password"] != PASSWORD:
            return problem(401, "not_signed_in", "Login and password do not match.")
        if app.state.code and body.get("code") != app.state.code:
            wanted = "sign_in_refused" if body.get("code") else "second_factor_required"
            return problem(401, wanted, "Send the code.")
        ended = (number for number in range(1, 100) if f"fake.{body['login']}.{number}" not in house.ended)
        return tokens(body["login"], next(ended))

    @app.get("/v1/federation/{chain}")
    async def provider(chain: str) -> Any:
        return {"name": app.state.provider} if app.state.provider else problem(404, "provider_not_found", "None.")

    @app.post("/v1/federation/{chain}", status_code=201)
    async def begin(chain: str, body: dict[str, str]) -> Any:
        app.state.begun = body
        return {"url": "https://login.seaside.example/auth?state=1"}

    @app.post("/v1/sessions/federated", status_code=201)
    async def redeem(body: dict[str, str]) -> Any:
        right = body["code"] == "came-back" and challenge_of(body["verifier"]) == app.state.begun["challenge"]
        return tokens("carla", 1) if right else problem(401, "code_refused", "Start again.")

    @app.post("/v1/sessions/refresh")
    async def refresh(body: dict[str, str]) -> Any:
        _, login, number = body["refresh_token"].split(".")
        if body["refresh_token"] in house.ended:
            return problem(401, "session_ended", "The session was ended.")
        house.ended.add(body["refresh_token"])
        app.state.renewals += 1
        return tokens(login, int(number) + 1)

    @app.delete("/v1/sessions/current", status_code=204)
    async def end(authorization: str = Header()) -> None:
        house.ended.add(authorization.removeprefix("Bearer "))


def _records(app: FastAPI, hotel: FakeHotel, house: FakeHouse, told: Told) -> None:
    @app.get("/v1/board")
    async def board(property: str, ids: str = "", after: int = 0, authorization: str = Header()) -> Any:
        seen = house.properties(house.principal(authorization.removeprefix("Bearer ")))
        if property not in {one.id for one in seen}:
            return problem(404, "property_not_found", "There is no such property.")
        wanted = set(ids.split(",")) if ids else None
        cards = [
            r for r in hotel.records.values() if r["property_id"] == property and (not wanted or r["id"] in wanted)
        ]
        more = len(cards) > after + BOARD_PAGE
        return {"cards": cards[after : after + BOARD_PAGE], "next": str(after + BOARD_PAGE) if more else None}

    @app.get("/v1/kinds")
    async def kinds() -> Any:
        return {"kinds": KINDS}

    @app.get("/v1/stays/{stay_id}/journey")
    async def of_stay(stay_id: str) -> Any:
        return {"cards": [r for r in hotel.records.values() if r.get("stay_id") == stay_id]}

    @app.get("/v1/records/{record_id}")
    async def one(record_id: str) -> Any:
        found = hotel.records.get(record_id)
        return found or problem(404, "record_not_found", "There is no such record.")

    @app.get("/v1/records/{record_id}/history")
    async def history(record_id: str) -> Any:
        return {"events": hotel.history[record_id]}

    @app.post("/v1/records")
    async def open_record(body: dict[str, Any], idempotency_key: str = Header(), authorization: str = Header()) -> Any:
        if idempotency_key in hotel.keys:
            return {"id": hotel.keys[idempotency_key]}
        if body.get("room") == "000":
            return problem(422, "rules_breached", "There is no room 000.", room="There is no room 000 in this hotel.")
        record_id = f"new-{len(hotel.records)}"
        values = body.get("fields", {})
        then = dt.datetime.fromisoformat(body["happened_at"]) if "happened_at" in body else None
        if then and then > hotel.now:
            future = "happened_at lies in the future."
            return problem(422, "rules_breached", future, happened_at=future)
        late = {"opened_at": then, "entered_late_at": hotel.now} if then else {}
        hotel.open(
            record_id,
            body["property_id"],
            body["kind"],
            Department.HOUSEKEEPING,
            room=body["room"],
            what=str(next(iter(values.values()), "")),
            fields=values,
            owner=_who(house, authorization),
            **late,
        )
        hotel.keys[idempotency_key] = record_id
        told(body["property_id"], "record", record_id, 1)
        return {"id": record_id}

    @app.post("/v1/records/{record_id}/attachments")
    async def attach(record_id: str, request: Request) -> Any:
        app.state.files.append((record_id, await request.body(), request.headers["content-type"]))
        return hotel.records[record_id]

    @app.get("/v1/records/{record_id}/attachments/{file_id}")
    async def attachment(record_id: str, file_id: str) -> Any:
        _record, content, media = app.state.files[-1]
        return Response(content, media_type=media)

    @app.post("/v1/records/{record_id}/{action:path}")
    async def act(record_id: str, action: str, body: dict[str, Any], request: Request) -> Any:
        key, seen = request.headers["idempotency-key"], request.headers["if-match"].strip('"')
        record = hotel.records[record_id]
        if key in hotel.keys:
            return record
        if seen != str(record["version"]):
            return problem(412, "version_moved_on", "It moved on.")
        if action == "block" and len(str(body.get("reason", ""))) < 5:
            return problem(422, "reason_needed", "Say why.", reason="Say in a few words why it is blocked.")
        _apply(hotel, record, action, body, _who(house, request.headers["authorization"]))
        hotel.keys[key] = record_id
        told(record["property_id"], "record", record_id, record["version"])
        return record


_AFTER = {"accept": "pending", "approve": "approved", "block": "blocked", "unblock": "pending", "complete": "complete"}
_VERBS = {
    "accept": "accepted",
    "approve": "approved",
    "block": "blocked",
    "unblock": "unblocked",
    "complete": "completed",
}


def _apply(hotel: FakeHotel, record: dict[str, Any], action: str, body: dict[str, Any], who: str) -> None:
    record["status"] = _AFTER.get(action, record["status"])
    record["paused_at"] = hotel.now if action == "block" else None
    record["fields"] = record["fields"] | body.get("fields", {})
    if action == "accept":
        record |= {"accepted": True, "owner": who}
    if action == "complete":
        then = body.get("happened_at")
        record |= {
            "closed_at": dt.datetime.fromisoformat(then) if then else hotel.now,
            "outcome": body.get("outcome", "fulfilled"),
        }
    if action == "notes":
        said = {
            "id": f"n{record['version']}",
            "author": {"kind": "staff", "id": who},
            "at": hotel.now,
            "text": body["text"],
        }
        record["conversation"] = [*record["conversation"], said]
    if action.endswith("/decide"):
        record["proposals"] = [{**p, "state": "approved"} for p in record["proposals"]]
    record["version"] += 1
    record["next_action"] = hotel.next_of(record)
    hotel.happened(record, _VERBS.get(action, "edited"), {"kind": "staff", "id": who}, reason=body.get("reason"))


def _beside(app: FastAPI, hotel: FakeHotel, house: FakeHouse, told: Told) -> None:
    @app.get("/v1/alerts")
    async def live() -> Any:
        return {"items": [one.model_dump(mode="json") for one in hotel.alerts.values()]}

    @app.post("/v1/alerts/{alert_id}/acknowledge")
    async def acknowledge(alert_id: str, authorization: str = Header()) -> Any:
        was = hotel.alerts[alert_id]
        now = {
            "state": AlertState.ACKNOWLEDGED,
            "acknowledged_by": _who(house, authorization),
            "acknowledged_at": hotel.now,
        }
        hotel.alerts[alert_id] = was.model_copy(update=now | {"version": was.version + 1})
        told(was.property_id, "alert", alert_id, was.version + 1)
        return {}

    @app.get("/v1/guests")
    async def guests(ids: str) -> Any:
        names = hotel.names()
        return {"items": [{"id": one, "name": names.get(one)} for one in ids.split(",")]}

    @app.get("/v1/stays/{stay_id}")
    async def stay(stay_id: str) -> Any:
        today = hotel.now.date()
        return {
            "id": stay_id,
            "chain": "seaside",
            "property_id": "city",
            "version": 3,
            "pms": "fake",
            "reservation": "R-2041",
            "status": "checked_in",
            "guest_id": "g3",
            "arrival": today - dt.timedelta(days=1),
            "departure": today + dt.timedelta(days=2),
            "booked_at": hotel.now - dt.timedelta(days=40),
            "room": "412",
            "room_type_reserved": "A",
            "room_type_assigned": "D",
            "party": {"adults": 2, "children": 1},
            "rate": {"amount": 14800, "currency": "EUR"},
            "balance": {"amount": 4500, "currency": "EUR"},
            "repeat": True,
            "source_time": hotel.now,
        }

    @app.get("/v1/records/{record_id}/waterfall")
    async def waterfall(record_id: str) -> Any:
        record, ago = hotel.records[record_id], lambda minutes: hotel.now - dt.timedelta(minutes=minutes)
        return {
            "rows": [
                {"department": "front_office", "status": "new", "start": ago(95), "end": ago(70)},
                {"department": "housekeeping", "status": "pending", "start": ago(70), "end": ago(55)},
                {"department": "housekeeping", "status": "blocked", "paused": True, "start": ago(55), "end": ago(38)},
                {"department": record["department"], "status": "pending", "start": ago(38), "end": None},
            ]
        }

    @app.get("/v1/reports/{name}")
    async def report(name: str) -> Any:
        info = {"name": name, "title": name, "definition": "What it counts."}
        today = hotel.now.date()
        return {"report": info, "start": today, "end": today, "as_of": hotel.now, "figures": FIGURES[name]}


def _figure(name: str, value: float, records: int = 0, **labels: str) -> dict[str, Any]:
    return {"name": name, "value": value, "records": records, "labels": labels, "unit": "", "key": name}


_DEPARTMENTS = (
    ("housekeeping", 58, 4, 1320),
    ("maintenance", 17, 7, 5160),
    ("front_office", 41, 0, 840),
    ("concierge", 15, 1, 1980),
)
FIGURES = {
    "day": [
        _figure("opened", 148),
        _figure("closed", 131),
        _figure("open", 38),
        _figure("late", 12),
        _figure("closed_in_time", 0.86),
        *(_figure("late", late, department=name) for name, _, late, _ in _DEPARTMENTS),
        _figure("requested", 118050, 22, kind="charge", currency="EUR"),
        _figure("waiting", 4500, 1, kind="charge", currency="EUR"),
        _figure("requested", 12400, 3, kind="refund", currency="EUR"),
        _figure("failed", 2400, 1, kind="refund", currency="EUR"),
        _figure("requested", 8900, 5, kind="cost", currency="EUR"),
    ],
    "completion_time": [
        figure
        for name, closed, _, median in _DEPARTMENTS
        for figure in (_figure("closed", closed, department=name), _figure("raw_p50", median, department=name))
    ],
    "exceptions": [
        _figure("cause", 6, cause="wrong_room_type"),
        _figure("cause", 3, cause="not_available"),
        _figure("cause", 2, cause="fully_booked"),
    ],
}

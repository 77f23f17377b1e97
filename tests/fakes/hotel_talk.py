"""Conversations of the made-up hotel with its guests, as integrations tells of them."""

import datetime as dt
from typing import Any

from fastapi import FastAPI, Header
from fastapi.responses import JSONResponse

from tests.fakes.hotel import FakeHotel

STAY = "stay-1"


def add_talk(app: FastAPI, hotel: FakeHotel) -> None:
    """Threads, unrecorded messages, templates and rules; what was told to them stands in `app.state.said`."""
    app.state.said = []
    app.state.talk = _thread(hotel)
    app.state.unheard = [_message(hotel, "in-9", 40, "Is the pool heated in winter?", stay_id="stay-2")]
    app.state.outlook = {
        "channel": "whatsapp",
        "language": "de",
        "leaves_at": None,
        "why": None,
        "quiet_from": None,
        "quiet_until": None,
    }
    app.state.templates = _templates(hotel)
    app.state.sending = {
        "place": "city",
        "version": 0,
        "changed_by": None,
        "changed_at": None,
        "rules": {
            "order": ["email", "whatsapp", "sms"],
            "quiet": {"start": "22:00:00", "end": "08:00:00"},
            "quiet_channels": ["whatsapp", "sms"],
            "urgent": ["recovery"],
            "fallback_min": 30,
        },
    }
    _threads(app, hotel)
    _loose(app)
    _words(app)
    _rules(app)


def _message(hotel: FakeHotel, name: str, minutes: int, text: str | None, **more: Any) -> dict[str, Any]:
    one: dict[str, Any] = {
        "id": name,
        "property_id": "city",
        "stay_id": STAY,
        "direction": "inbound",
        "channel": "whatsapp",
        "language": "de",
        "topic_code": "reply",
        "state": "received",
        "text": text,
        "at": (hotel.now - dt.timedelta(minutes=minutes)).isoformat(),
        "version": 1,
    }
    return one | more


def _thread(hotel: FakeHotel) -> list[dict[str, Any]]:
    ours = {"direction": "outbound", "written_by": "carla"}
    later = (hotel.now + dt.timedelta(hours=12)).isoformat()
    return [
        _message(hotel, "in-3", 4, "Danke! Und bitte noch ein Babybett für heute Nacht."),
        _message(
            hotel,
            "m-4",
            6,
            "Ihr Frühstück ist bis 11 Uhr.",
            **ours | {"channel": "sms", "state": "queued", "waits_for": "quiet_hours", "waits_until": later},
        ),
        _message(
            hotel,
            "m-3",
            20,
            "Your taxi is booked for 7:30.",
            **ours | {"channel": "email", "state": "failed", "failure": "outcome_unknown", "language": "en"},
        ),
        _message(
            hotel,
            "m-2",
            22,
            "Ihr Taxi ist für 7:30 bestellt.",
            **ours | {"channel": "sms", "state": "failed", "failure": "unreachable"},
        ),
        _message(hotel, "m-1", 50, "Guten Tag Ana, wir erwarten Sie.", **ours | {"state": "read", "written_by": None}),
        _message(hotel, "in-1", 55, "Hallo, können wir schon um 13 Uhr ins Zimmer?", record_id="r-rich"),
    ]


def _templates(hotel: FakeHotel) -> dict[str, Any]:
    waiting = {
        "version": 2,
        "state": "proposed",
        "digest": "d" * 64,
        "proposed_by": "filipe",
        "proposed_at": (hotel.now - dt.timedelta(hours=3)).isoformat(),
        "reason": "Breakfast begins at seven now.",
        "texts": {"en": {"text": "Dear {name}, breakfast is from 7.", "subject": "Breakfast"}},
    }
    first = waiting | {"version": 1, "state": "approved", "decided_by": "carla", "decided_at": waiting["proposed_at"]}
    return {
        "pre_arrival": {
            "code": "pre_arrival",
            "texts": {
                "en": {"text": "Dear {name}, we look forward to your stay from {arrival}."},
                "de": {"text": "Guten Tag {name}, wir erwarten Sie ab {arrival}.", "subject": "Ihre Anreise"},
            },
            "waiting": [waiting],
            "versions": [waiting, first],
            "revision": 3,
        },
        "done": {
            "code": "done",
            "texts": {"en": {"text": "Dear {name}, what you asked for is done."}},
            "waiting": [],
            "versions": [],
            "revision": 1,
        },
    }


def _threads(app: FastAPI, hotel: FakeHotel) -> None:
    def head() -> dict[str, Any]:
        newest = app.state.talk[0]
        known = {"stay_id": STAY, "property_id": "city", "guest_id": "guest-1", "channel": newest["channel"]}
        waits = newest["direction"] == "inbound"
        return known | {"language": "de", "waiting": waits, "unanswered": 1, "last": newest["at"], "version": 6}

    @app.get("/v1/threads")
    async def threads(state: str = "waiting", property: str = "") -> Any:
        fits = app.state.talk and state in ("all", "waiting" if head()["waiting"] else "answered")
        return {"items": [head()] if fits else [], "next": None}

    @app.get("/v1/threads/{stay_id}")
    async def thread(stay_id: str) -> Any:
        if stay_id != STAY or not app.state.talk:
            return _refused(404, "not_found")
        return {"thread": head(), "items": app.state.talk, "next": None}

    @app.get("/v1/threads/{stay_id}/outlook")
    async def outlook(stay_id: str) -> Any:
        return app.state.outlook

    @app.post("/v1/threads/{stay_id}/messages")
    async def write(stay_id: str, body: dict[str, Any]) -> Any:
        if "4111" in body.get("text", ""):
            breach = {"field": "text", "rule": "card_number", "message": "Card numbers are never stored here."}
            return JSONResponse({"status": 422, "code": "invalid", "detail": "", "breaches": [breach]}, 422)
        app.state.said.append((stay_id, body))
        told = {"direction": "outbound", "written_by": "carla", "state": "queued"}
        app.state.talk = [_message(hotel, f"m-{len(app.state.talk)}", 0, body.get("text"), **told), *app.state.talk]
        return JSONResponse({}, 201)

    @app.post("/v1/threads/{stay_id}/answered")
    async def answered(stay_id: str, if_match: str = Header()) -> Any:
        if if_match != '"6"':
            return _refused(412, "version_moved_on")
        app.state.said.append((stay_id, "answered"))
        return {}


def _loose(app: FastAPI) -> None:
    @app.get("/v1/unrecorded-messages")
    async def loose() -> Any:
        return {"items": app.state.unheard, "next": None}

    @app.post("/v1/unrecorded-messages/{message_id}/settle")
    async def settle(message_id: str, body: dict[str, Any], if_match: str = Header()) -> Any:
        if if_match != '"1"':
            return _refused(412, "version_moved_on")
        app.state.said.append((message_id, body))
        app.state.unheard = []
        return {}


def _words(app: FastAPI) -> None:
    at = "/v1/message-templates/{place}"

    @app.get(at)
    async def every(place: str) -> Any:
        known = app.state.templates
        waiting = [code for code, one in known.items() if one["waiting"]]
        return {"place": place, "templates": {code: one["texts"] for code, one in known.items()}, "waiting": waiting}

    @app.get(f"{at}/{{code}}")
    async def one(place: str, code: str) -> Any:
        return app.state.templates.get(code) or _refused(404, "not_found")

    @app.get(f"{at}/{{code}}/versions")
    async def versions(place: str, code: str) -> Any:
        return {"versions": app.state.templates.get(code, {}).get("versions", []), "next": None}

    @app.post(f"{at}/{{code}}/preview")
    async def preview(place: str, code: str, body: dict[str, Any]) -> Any:
        language = body.get("language", "de")
        said = body.get("texts") or app.state.templates[code]["texts"]
        text = said[language]["text"].replace("{name}", "Ana Silva").replace("{arrival}", "21.11.2026")
        return {"language": language, "subject": said[language].get("subject"), "text": text, "content": None}

    @app.put(f"{at}/{{code}}")
    async def propose(place: str, code: str, body: dict[str, Any], if_match: str = Header()) -> Any:
        if "en" not in body["texts"]:
            breach = {"field": "texts", "rule": "fallback_language", "message": "Say it in English, too."}
            return JSONResponse({"status": 422, "code": "invalid", "detail": "", "breaches": [breach]}, 422)
        app.state.said.append((place, code, if_match, body))
        return {}

    @app.post(f"{at}/{{code}}/versions/{{version}}/{{verb}}")
    async def decide(place: str, code: str, version: int, verb: str, body: dict[str, Any]) -> Any:
        app.state.said.append((place, code, version, verb, body))
        return {}


def _rules(app: FastAPI) -> None:
    @app.get("/v1/sending-rules/{place}")
    async def rules(place: str) -> Any:
        return app.state.sending | {"place": place}

    @app.put("/v1/sending-rules/{place}")
    async def change(place: str, body: dict[str, Any], if_match: str = Header()) -> Any:
        app.state.said.append((place, if_match, body))
        return {}


def _refused(status: int, code: str) -> JSONResponse:
    return JSONResponse({"status": status, "code": code, "detail": ""}, status)

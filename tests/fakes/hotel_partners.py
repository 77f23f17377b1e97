"""Partners of the made-up chain, as integrations shows and changes them."""

import datetime as dt
from typing import Any

from fastapi import FastAPI, Header
from fastapi.responses import JSONResponse

from tests.fakes.hotel import FakeHotel

ACME: dict[str, Any] = {
    "id": "acme",
    "name": "Acme PMS",
    "account_id": "sa-1",
    "classes": ["ordinary"],
    "properties": None,
}
ACME |= {"closed": False, "topic": "ext.acme.v1", "version": 3}
AT = "/v1/partners/{partner}/subscriptions/{subscription}"


def add_partners(app: FastAPI, hotel: FakeHotel) -> None:
    """`/v1/partners`: Acme's endpoint has taken nothing since this morning and is switched off."""
    failing = hotel.now - dt.timedelta(hours=9)
    held: dict[str, Any] = {
        "id": "sub-1",
        "partner": "acme",
        "delivery": "webhook",
        "url": "https://hooks.acme.example/bellboard",
    }
    held |= {"types": ["record.opened.v1", "stay.changed.v1"], "properties": ["city"], "fields": ["record.status"]}
    held |= {"classes": ["ordinary"], "sandbox": False, "state": "disabled", "why": "failing"}
    held |= {"failing_since": failing, "failures": 12, "version": 4}
    app.state.partner_asked = []

    def asked(what: str, body: dict[str, Any]) -> None:
        app.state.partner_asked.append({what: body})

    @app.get("/v1/partners")
    async def partners() -> Any:
        return {"items": [ACME]}

    @app.post("/v1/partners", status_code=201)
    async def add(body: dict[str, Any]) -> Any:
        asked("add", body)
        return ACME

    @app.get("/v1/partners/{partner}")
    async def partner(partner: str) -> Any:
        return ACME

    @app.post("/v1/partners/{partner}/close")
    async def close(partner: str) -> Any:
        asked("close", {})
        return ACME

    @app.get("/v1/partners/{partner}/subscriptions")
    async def subscriptions(partner: str) -> Any:
        return {"items": [held]}

    @app.post("/v1/partners/{partner}/subscriptions", status_code=201)
    async def subscribe(partner: str, body: dict[str, Any]) -> Any:
        asked("subscribe", body)
        return {**held, "secret": "whsec_shown_once"}

    @app.get(AT)
    async def subscription(partner: str, subscription: str) -> Any:
        return held

    @app.get(f"{AT}/deliveries")
    async def deliveries(partner: str, subscription: str, state: str = "") -> Any:
        row = {"number": 7, "id": "ev-7", "type": "record.opened.v1", "subject": "r-rich", "time": hotel.now}
        row |= {"state": "dead", "attempts": 10, "due_at": hotel.now, "status": 500, "fault": "timeout"}
        return {"items": [row] if state in ("", "dead") else [], "next": None}

    @app.post(f"{AT}/{{verb}}")
    async def step(verb: str, body: dict[str, Any], if_match: str = Header("")) -> Any:
        if verb in ("replay", "ping", "sandbox"):
            asked(verb, body)
            return {"count": 3}
        if if_match != '"4"':
            return JSONResponse({"status": 412, "code": "version_moved_on", "detail": "It moved on."}, 412)
        asked(verb, body)
        return {**held, "state": "active"} | ({"secret": "whsec_shown_once"} if verb == "secret" else {})

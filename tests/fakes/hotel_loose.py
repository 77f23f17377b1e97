"""Loose ends of the made-up hotel, as integrations tells of them."""

import datetime as dt
from typing import Any

from fastapi import FastAPI, Header
from fastapi.responses import JSONResponse

from tests.fakes.hotel import FakeHotel


def add_loose(app: FastAPI, hotel: FakeHotel) -> None:
    """`/v1/comments`, `/v1/commands` and `/v1/differences`; what was told to them stands in `app.state.tied`."""
    seen = (hotel.now - dt.timedelta(hours=2)).isoformat()
    euro = {"currency": "EUR"}
    comment = {"id": "comment-1", "version": 1, "property_id": "city", "stay_id": "stay-1", "kind": "comment"}
    command = {"id": "command-1", "version": 4, "sort": "posting", "property_id": "city", "record_id": "r-rich"}
    gap = {"id": "gap-1", "type": "wrong_amount", "on": "folio", "property_id": "city", "record_id": "r-rich"}
    app.state.tied = []
    app.state.comments = [comment | {"text": "Wants the window side at breakfast", "seen_at": seen}]
    app.state.commands = [
        command | {"state": "failed", "dead": True, "attempts": 8, "failure": "folio_closed", "asked_at": seen}
    ]
    app.state.differences = [
        gap
        | {"expected": {"amount": 2500, **euro}, "found": {"amount": 2000, **euro}, "gap": {"amount": -500, **euro}}
        | {"reference": "F-77"}
    ]

    @app.get("/v1/comments")
    async def comments() -> Any:
        return {"items": app.state.comments, "next": None}

    @app.post("/v1/comments/{comment_id}/settle")
    async def settle(comment_id: str, body: dict[str, Any], if_match: str = Header()) -> Any:
        if if_match != '"1"':
            return _refused(412, "version_moved_on")
        app.state.tied.append((comment_id, body))
        app.state.comments = []
        return {}

    @app.get("/v1/commands")
    async def commands() -> Any:
        return {"items": app.state.commands, "next": None}

    @app.post("/v1/commands/{command_id}/redrive")
    async def redrive(command_id: str, body: dict[str, Any], if_match: str = Header()) -> Any:
        if if_match != '"4"':
            return _refused(412, "version_moved_on")
        app.state.tied.append((command_id, body))
        app.state.commands = []
        return {}

    @app.get("/v1/differences")
    async def differences() -> Any:
        return {"items": app.state.differences}


def _refused(status: int, code: str) -> JSONResponse:
    return JSONResponse({"status": status, "code": code, "detail": ""}, status)

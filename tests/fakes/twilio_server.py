"""A Twilio that keeps what it is given and misbehaves on request: busy, broken, silent after it has accepted."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from services.integrations.domain.twilio_words import signature
from tests.fakes.providers import free_port

ACCOUNT, TOKEN = f"AC{'1' * 32}", "the-auth-token-of-the-hotel"
DROP = "drop"
"""Accepted, and the answer never comes."""


@dataclass
class Twilio:
    """One account. `faults` are what happens to the next requests: a status, an error code of its own, or DROP."""

    url: str = ""
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    forms: list[dict[str, str]] = field(default_factory=list)
    faults: list[int | str] = field(default_factory=list)
    retry_after: str = "7"

    def keep(self, form: dict[str, str]) -> dict[str, Any]:
        """Accept a message."""
        sid = f"SM{len(self.messages) + 1:032x}"
        sender = form.get("From") or form["MessagingServiceSid"]
        body = form.get("Body") or f"[{form.get('ContentSid')}]"
        made = format_datetime(dt.datetime.now(dt.UTC))
        shown = {"sid": sid, "status": "queued", "to": form["To"], "from": sender, "body": body, "error_code": None}
        self.messages[sid] = shown | {"date_created": made}
        return self.messages[sid]

    def become(self, sid: str, status: str, code: int | None = None) -> None:
        """A message moves on there, whether anybody is told or not."""
        self.messages[sid] |= {"status": status, "error_code": code}

    def news(self, sid: str, status: str, code: int | None = None) -> dict[str, str]:
        """The fields of a status callback."""
        one = self.messages[sid]
        said = {"MessageSid": sid, "MessageStatus": status, "AccountSid": ACCOUNT, "To": one["to"], "From": one["from"]}
        return said | ({"ErrorCode": str(code)} if code else {})

    @staticmethod
    def sign(url: str, fields: dict[str, str]) -> dict[str, str]:
        """The headers of a request of its own."""
        return {
            "X-Twilio-Signature": signature(TOKEN, url, list(fields.items())),
            "Content-Type": "application/x-www-form-urlencoded",
        }


@contextlib.asynccontextmanager
async def twilio() -> AsyncIterator[Twilio]:
    """The server on a free port."""
    held = Twilio()
    server = uvicorn.Server(uvicorn.Config(_app(held), host="127.0.0.1", port=free_port(), log_level="critical"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    held.url = f"http://127.0.0.1:{server.config.port}"
    try:
        yield held
    finally:
        server.force_exit = server.should_exit = True
        await running


def _app(held: Twilio) -> FastAPI:
    app, whole = FastAPI(), f"/2010-04-01/Accounts/{ACCOUNT}/Messages"

    @app.post(f"{whole}.json")
    async def create(request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        held.forms.append(form)
        return _faulty(held, form, held.faults.pop(0)) if held.faults else JSONResponse(held.keep(form), 201)

    @app.get(f"{whole}/{{sid}}.json")
    async def one(sid: str) -> Response:
        found = held.messages.get(sid)
        return JSONResponse(found) if found else JSONResponse({"code": 20404}, 404)

    @app.get(f"{whole}.json")
    async def some(request: Request) -> Response:
        to = request.query_params.get("To")
        found = [one for one in held.messages.values() if one["to"] == to]
        return JSONResponse({"messages": found[::-1]})

    return app


def _faulty(held: Twilio, form: dict[str, str], fault: int | str) -> Response:
    if fault == DROP:
        held.keep(form)
        return _Cut()
    assert isinstance(fault, int)
    if fault == 429:
        return JSONResponse({"code": 20429}, 429, headers={"Retry-After": held.retry_after})
    return JSONResponse({"code": fault}, fault) if fault < 600 else JSONResponse({"code": fault, "status": 400}, 400)


class _Cut(Response):
    """The connection ends in the middle of the answer."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        head = [(b"content-type", b"application/json"), (b"content-length", b"5000")]
        await send({"type": "http.response.start", "status": 201, "headers": head})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        raise ConnectionError

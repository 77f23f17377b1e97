"""What a service tells of itself, for operators and those who are signed in: its metrics and its OpenAPI document."""

import base64
import binascii
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import SecretStr

from shared.chassis.auth import Verifier
from shared.chassis.policy import Policy
from shared.contracts.errors import AppError, forbidden
from shared.contracts.identity import Principal
from shared.contracts.policy import Resource

CHALLENGE = {"WWW-Authenticate": 'Basic realm="bellboard", Bearer'}
OPEN_METRICS = "application/openmetrics-text"
CDN = "https://cdn.jsdelivr.net"
DOCS_POLICY = (
    f"default-src 'none'; script-src 'unsafe-inline' {CDN}; style-src 'unsafe-inline' {CDN}; "
    "img-src data: https://fastapi.tiangolo.com; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Entrance:
    """Who may look inside: the holder of the operations token, or a person who is signed in."""

    def __init__(self, token: SecretStr | None, verifier: Verifier, policy: Policy) -> None:
        self._token, self._verifier, self._policy = token, verifier, policy

    def _operates(self, given: str) -> bool:
        if self._token is None:
            return False
        return secrets.compare_digest(given.encode(), self._token.get_secret_value().encode())

    async def look(self, authorization: Annotated[str | None, Header()] = None) -> Principal | None:
        """The person who looks, or None for the operations token, as Bearer or as a Basic password; else 401 (S53)."""
        scheme, _, given = (authorization or "").partition(" ")
        if self._operates(_password(given) if scheme.lower() == "basic" else given):
            return None
        try:
            return self._verifier.principal(authorization)
        except AppError as refusal:
            raise HTTPException(401, refusal.message, CHALLENGE) from refusal

    async def measure(self, authorization: Annotated[str | None, Header()] = None) -> None:
        """As `look`; a person needs the permission to see how the service stands."""
        person = await self.look(authorization)
        if person is not None and not self._policy.decide(person, "status", Resource.OPERATION).allow:
            raise forbidden("not_granted", "You may not see the metrics of a service.")


def _password(given: str) -> str:
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def router(app: FastAPI, entrance: Entrance, metrics: Callable[[bool], Awaitable[bytes]]) -> APIRouter:
    """`/metrics`, `/openapi.json` and `/docs`; none of them is open."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/metrics", dependencies=[Depends(entrance.measure)])
    async def measured(accept: Annotated[str, Header()] = "") -> Response:
        """Prometheus metrics; in the format of OpenMetrics, with a trace beside slow answers, for whoever asks so."""
        open_format = OPEN_METRICS in accept
        kind = f"{OPEN_METRICS}; version=1.0.0; charset=utf-8" if open_format else "text/plain; version=0.0.4"
        return Response(await metrics(open_format), headers={"content-type": kind})

    @routes.get("/openapi.json", dependencies=[Depends(entrance.look)])
    async def document() -> JSONResponse:
        """What the service can be asked."""
        return JSONResponse(app.openapi())

    @routes.get("/docs", dependencies=[Depends(entrance.look)])
    async def page(request: Request) -> HTMLResponse:
        """The same to read and to try, in a browser that was asked for the operations token."""
        made = get_swagger_ui_html(openapi_url="openapi.json", title=app.title)
        made.headers["Content-Security-Policy"] = DOCS_POLICY
        return made

    return routes

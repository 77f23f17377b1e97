"""One table from kinds of error to HTTP, and RFC 9457 problem documents for every refusal."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from shared.chassis.addresses import without_token
from shared.chassis.guarding import HEADERS
from shared.chassis.mongo import DatabaseError, Duplicate
from shared.contracts.errors import AppError, Breach, ErrorKind, Phrase
from shared.contracts.phrases import preferred, spoken, told

log = logging.getLogger(__name__)
PROBLEM = "application/problem+json"
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")

STATUS: dict[ErrorKind, int] = {
    ErrorKind.INVALID: 422,
    ErrorKind.UNAUTHENTICATED: 401,
    ErrorKind.FORBIDDEN: 403,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.CONFLICT: 409,
    ErrorKind.STALE: 412,
    ErrorKind.PRECONDITION_REQUIRED: 428,
    ErrorKind.UNSUPPORTED: 415,
    ErrorKind.TOO_LARGE: 413,
    ErrorKind.THROTTLED: 429,
    ErrorKind.UNAVAILABLE: 503,
    ErrorKind.BROKEN: 422,
}


def problem(
    status: int, code: str, detail: str, breaches: Sequence[Breach] = (), language: str | None = None
) -> JSONResponse:
    """A problem document; `code` is stable, `breaches` name field and rule. `language` is what its words are in."""
    body: dict[str, Any] = {
        "type": f"urn:bellboard:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if breaches:
        body["breaches"] = [breach.model_dump() for breach in breaches]
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    headers |= {"Retry-After": "5"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    headers |= {"Content-Language": language, "Vary": "Accept-Language"} if language else {}
    return JSONResponse(body, status_code=status, media_type=PROBLEM, headers=headers)


async def _refused(request: Request, failure: Exception) -> JSONResponse:
    assert isinstance(failure, AppError)
    language = preferred(request.headers.get("accept-language"))
    detail, breaches = told(failure, language)
    return problem(STATUS[failure.kind], failure.code, detail, breaches, language)


async def _misread(request: Request, failure: Exception) -> JSONResponse:
    assert isinstance(failure, RequestValidationError)
    breaches = [
        Breach(
            field=".".join(str(part) for part in error["loc"] if part not in ("body", "query", "path", "header"))
            or str(error["loc"][0]),
            rule=str(error["type"]),
            message=str(error["msg"]),
            said=Phrase(template=str(error["type"]), params=_plain(error.get("ctx") or {})),
        )
        for error in failure.errors()
    ]
    language = preferred(request.headers.get("accept-language"))
    said = [spoken(each, language) for each in breaches]
    detail = "; ".join(f"{breach.field}: {breach.message}" for breach in said)
    return problem(422, "request_invalid", detail, said, language)


def _plain(context: Mapping[str, Any]) -> dict[str, str | int]:
    return {name: value if isinstance(value, int) else str(value) for name, value in context.items()}


async def _http(request: Request, failure: Exception) -> JSONResponse:
    assert isinstance(failure, HTTPException)
    phrase = HTTPStatus(failure.status_code).phrase
    reply = problem(failure.status_code, phrase.lower().replace(" ", "_").replace("-", "_"), str(failure.detail))
    reply.headers.update(failure.headers or {})
    if failure.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        reply.headers["Allow"] = ", ".join(_methods(request))
    return reply


def _methods(request: Request) -> list[str]:
    # Starlette names the methods of the first route of a path; a path has a route for each of its methods.
    asked = [{**request.scope, "method": method} for method in METHODS]
    fit = [one["method"] for one in asked if any(each.matches(one)[0] is Match.FULL for each in request.app.routes)]
    # Where a name of ours stands in the place of a parameter (`/rules/simulate`, `/rules/{property}`), ours is meant.
    named = request.app.openapi()["paths"].get(request.url.path)
    return [method for method in fit if named is None or method.lower() in named]


async def _down(_: Request, failure: Exception) -> JSONResponse:
    log.warning("the database refused or did not answer: %s", type(failure).__name__)
    return problem(503, "store_unavailable", "The store does not answer; nothing was changed for certain. Try again.")


async def _clash(_: Request, failure: Exception) -> JSONResponse:
    return problem(409, "in_flight", "The same command is being carried out right now. Ask again in a moment.")


async def _bug(request: Request, failure: Exception) -> JSONResponse:
    log.error("unhandled %s on %s", type(failure).__name__, without_token(request.url.path), exc_info=failure)
    reply = problem(500, "internal_error", "Something went wrong on our side. It is written down.")
    reply.headers.update(HEADERS)  # it is given outside of every middleware
    return reply


def install(app: FastAPI) -> None:
    """Answer every failure of an app with a problem document and never a stack trace."""
    app.add_exception_handler(AppError, _refused)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DatabaseError, _down)
    app.add_exception_handler(Duplicate, _clash)
    app.add_exception_handler(Exception, _bug)

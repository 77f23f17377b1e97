"""Refusals and failures as pages in the house's own style; never a stack trace."""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import cast

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from services.console.api.gate import Forged, SignInFirst, sign_in_address
from services.console.api.render import HEADERS, page, partial
from services.console.domain.problem import Down, Refused
from services.console.domain.tongue import _, mark
from shared.chassis.mongo import DatabaseError

log = logging.getLogger(__name__)
Handler = Callable[[Request, Exception], Awaitable[Response]]
_TITLES = {
    403: mark("Not for your role"),
    404: mark("Nothing here"),
    405: mark("Not like that"),
    409: mark("Somebody was faster"),
    412: mark("Somebody was faster"),
    422: mark("That address is not complete"),
    503: mark("No answer"),
}


def _words(request: Request, status: int, sentence: str) -> Response:
    if partial(request):
        # A part of a page never turns into a whole failure page: the page stays, and a strip says what happened.
        told = {"HX-Reswap": "none", "HX-Trigger": json.dumps({"page:said": {"words": sentence}})}
        return Response(status_code=status, headers={**HEADERS, **told})
    return page(
        "failure.html",
        status,
        headers=dict(HEADERS),
        title=_(_TITLES.get(status, mark("That did not work"))),
        sentence=sentence,
    )


async def _sign_in_first(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, SignInFirst)
    to = sign_in_address(failure.then)
    if partial(request):
        return Response(status_code=401, headers={"HX-Redirect": to})
    if "text/event-stream" in request.headers.get("accept", ""):
        return Response(status_code=401)
    return RedirectResponse(to, status_code=303)


async def _forged(request: Request, _failure: Exception) -> Response:
    return _words(request, 403, _("This form was too old or not ours. Go back, load the page again and repeat it."))


async def _refused(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, Refused)
    if failure.problem.status == 401:
        return await _sign_in_first(request, SignInFirst(""))
    return _words(request, failure.problem.status, failure.problem.words)


async def _down(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, Down)
    return _words(
        request,
        503,
        _("{who} does not answer right now. The rest of the house goes on; try again soon.", who=_(failure.who)),
    )


async def _store(request: Request, _failure: Exception) -> Response:
    return _words(request, 503, _("The console cannot reach its own store right now. Try again in a moment."))


async def _http(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, HTTPException)
    sentence = _("There is no such page.") if failure.status_code == 404 else _("This page does not work that way.")
    reply = _words(request, failure.status_code, sentence)
    reply.headers.update(failure.headers or {})
    return reply


async def _misread(request: Request, _failure: Exception) -> Response:
    return _words(request, 422, _("Something in the address is missing or wrong."))


async def _bug(request: Request, failure: Exception) -> Response:
    log.error("unhandled %s on %s", type(failure).__name__, request.url.path, exc_info=failure)
    return _words(request, 500, _("Something went wrong on our side. It is written down."))


def install(app: FastAPI) -> None:
    """Answer every failure of the console with a page."""
    handlers: dict[type[Exception], Handler] = {
        SignInFirst: _sign_in_first,
        Forged: _forged,
        Refused: _refused,
        Down: _down,
        DatabaseError: _store,
        HTTPException: _http,
        RequestValidationError: _misread,
        Exception: _bug,
    }
    for kind, handler in handlers.items():
        told = _by_path(handler, cast("Handler | None", app.exception_handlers.get(kind)))
        app.add_exception_handler(kind, told)


def _by_path(page_of: Handler, problem_of: Handler | None) -> Handler:
    """Pages for people; operators' tools on `/ops/` get the chassis's problem documents as at every service."""

    async def answer(request: Request, failure: Exception) -> Response:
        for_tools = problem_of is not None and request.url.path.startswith("/ops/")
        return await (problem_of if for_tools and problem_of else page_of)(request, failure)

    return answer

"""Bodies that are too large, or JSON that two parsers could read differently, are refused at the door."""

import json
import math
import re
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.chassis.errors import problem

MAX_BODY = 1_048_576
FORMS = (b"application/x-www-form-urlencoded", b"multipart/form-data")
MAX_DEPTH = 32
MAX_INTEGER = 2**63 - 1


class _Ambiguous(ValueError):
    """The JSON has a duplicate key, NaN, an unpaired surrogate, or a number that no 64 bits hold."""


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Ambiguous("A key is given twice.")
    return found


def _no_constant(name: str) -> Any:
    raise _Ambiguous(f"{name} is not JSON.")


def _integer(digits: str) -> int:
    # What no 64 bits hold is rounded by one reader, refused by the next, and cannot be stored.
    if len(digits) > 20 or not -MAX_INTEGER <= (number := int(digits)) <= MAX_INTEGER:
        raise _Ambiguous("A whole number has more than 64 bits.")
    return number


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise _Ambiguous("A number is too large.")
    return number


def _depth(body: bytes) -> int:
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return 0
    deepest = depth = 0
    for byte in body:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def json_fault(body: bytes) -> str | None:
    """Why a JSON body is refused, or None (S27)."""
    if _depth(body) > MAX_DEPTH:
        return "The JSON is nested too deeply."
    try:
        text = body.decode("utf-8")
        json.loads(
            text,
            object_pairs_hook=_no_duplicates,
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except UnicodeDecodeError:
        return "The body is not UTF-8."
    except _Ambiguous as fault:
        return str(fault)
    except ValueError:
        return None  # the route's own parser says where
    return "The JSON holds half a character." if "\\ud" in text.lower() and _has_surrogate(text) else None


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in json.dumps(json.loads(text), ensure_ascii=False))


class BodyLimit:
    """ASGI middleware: at most 1 MB, nothing but JSON (and forms, where pages send them), JSON with one meaning.

    A request to a path that `uploads` matches goes through unread: its route takes a file piece by piece and bounds it.
    """

    def __init__(self, app: ASGIApp, forms: bool = False, uploads: str | None = None) -> None:
        self._app, self._forms = app, forms
        self._uploads = re.compile(uploads) if uploads else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body up to the limit, then hand it on whole."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        if self._uploads and self._uploads.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if len(body) > MAX_BODY:
                await problem(413, "body_too_large", "A request holds at most 1 MB.")(scope, receive, send)
                return
            if not message.get("more_body"):
                break
        kind = dict(scope["headers"]).get(b"content-type", b"").split(b";")[0].strip().lower()
        is_json = kind == b"application/json" or kind.endswith(b"+json")
        if body and not is_json and not (self._forms and kind in FORMS):
            await problem(415, "not_json", "Send JSON, and say so: Content-Type: application/json.")(
                scope, receive, send
            )
            return
        fault = json_fault(body) if body and is_json else None
        if fault:
            await problem(422, "json_ambiguous", fault)(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again

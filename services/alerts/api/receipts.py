"""The door of the provider of text messages: receipts, known by the provider's signature alone."""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Header, Path, Request, Response
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped] # it ships no types

from services.alerts.usecases.receiving import Receiving
from shared.contracts.errors import AppError, ErrorKind, invalid
from shared.contracts.values import EntityId

PATHS = r"/v1/twilio/receipts/[^/]{1,200}"
"""It takes a form, which it bounds itself."""
MAX_FORM, MOST_FIELDS = 16 * 1024, 100
FORM = "application/x-www-form-urlencoded"


def router(receiving: Receiving, token: str | None, url_of: Callable[[str], str]) -> APIRouter:
    """The route. `token`: that of our account, None where receipts are not asked for; `url_of`: what we gave out."""
    routes = APIRouter(prefix="/v1/twilio", tags=["alerts"])
    validator = RequestValidator(token or "")

    @routes.post("/receipts/{letter}", status_code=204, include_in_schema=False)
    async def receipt(
        letter: Annotated[EntityId, Path()],
        request: Request,
        x_twilio_signature: Annotated[str, Header(max_length=200)] = "",
    ) -> Response:
        """What became of a letter. Its parameters vary, and new ones come: all of them are signed, three are read."""
        if token is None or not x_twilio_signature:
            raise _unsigned()
        signed = ImmutableMultiDict(await _form(request))
        if not validator.validate(url_of(letter), signed, x_twilio_signature):
            raise _unsigned()
        status = signed.get("MessageStatus", "")
        if not status:
            raise invalid("MessageStatus", "required", "MessageStatus says what became of it.")
        await receiving.receive(letter, status, signed.get("ErrorCode", ""))
        return Response(status_code=204)

    return routes


def _unsigned() -> AppError:
    return AppError(ErrorKind.UNAUTHENTICATED, "bad_signature", "It is not signed by our provider.")


async def _form(request: Request) -> list[tuple[str, str]]:
    """The form as it was sent, not longer than any receipt is."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise AppError(ErrorKind.UNSUPPORTED, "not_a_form", f"Send a form: Content-Type: {FORM}.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            raise AppError(ErrorKind.TOO_LARGE, "body_too_large", "A receipt is not as long as that.")
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as fault:
        raise invalid("body", "form", "It is no form that can be read.") from fault

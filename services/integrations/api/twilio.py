"""The doors that Twilio calls, in its own shape: forms, signed over the address as Twilio knows it."""

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Path, Request, Response

from services.integrations.api.wiring import MessageDoors, Property, correlation
from services.integrations.usecases.texting import Signed
from shared.chassis.describing import refuses
from shared.contracts.errors import AppError, ErrorKind, invalid

PATHS = r"/v1/twilio/[a-z0-9-]{1,63}/(messages|status/[A-Za-z0-9._:@|-]{1,128})"
"""They take forms, which they bound themselves."""
MOST_FORM = 64 * 1024
MOST_FIELDS = 100
SIGNATURE = "x-twilio-signature"
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
MessageId = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@|-]{0,127}$")]
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "additionalProperties": {"type": "string"}},
                "example": {"MessageSid": f"SM{'0' * 32}", "From": "+351912345678", "Body": "May we have a cot?"},
            }
        },
    },
    "parameters": [
        {
            "name": "X-Twilio-Signature",
            "in": "header",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": 64},
        }
    ],
}


def router(doors: MessageDoors) -> APIRouter:
    """Routes under /v1/twilio."""
    routes = APIRouter(prefix="/v1/twilio", tags=["messages"])

    async def signed(request: Request) -> Signed:
        body = await _bounded(request)
        try:
            fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError as odd:
            raise invalid("body", "form_unreadable", "The body is not a form.") from odd
        query = f"?{request.url.query}" if request.url.query else ""
        base = doors.public_url or f"{request.url.scheme}://{request.url.netloc}"
        # Behind proxies the address that was called is not the one we see: the public one is what is signed.
        return Signed(f"{base}{request.url.path}{query}", fields, request.headers.get(SIGNATURE, ""))

    @routes.post("/{property_id}/messages", responses=refuses(401, 404, 413, 422), openapi_extra=FORM)
    async def twilio_message(request: Request, property_id: Property) -> Response:
        """What a guest wrote by SMS or WhatsApp. The same one again has no effect; nothing is answered to the guest."""
        said = await signed(request)
        await doors.twilio.inbound(property_id, said, correlation(request, doors.chassis))
        return Response(EMPTY, media_type="text/xml")

    @routes.post("/{property_id}/status/{message_id}", responses=refuses(401, 404, 413, 422), openapi_extra=FORM)
    async def twilio_status(request: Request, property_id: Property, message_id: MessageId) -> Response:
        """What became of a message of ours; news come in any order and doubled, and only ever move it on."""
        said = await signed(request)
        await doors.twilio.status(property_id, message_id, said, correlation(request, doors.chassis))
        return Response(EMPTY, media_type="text/xml")

    return routes


async def _bounded(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_FORM:
            raise AppError(ErrorKind.TOO_LARGE, "body_too_large", "A form holds at most 64 kB.")
    return body

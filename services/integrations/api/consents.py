"""What guests agree to be sent, as staff read it and write it down."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict

from services.integrations.api.wiring import ConsentDoors, Id
from shared.chassis.commands import CommandContext
from shared.chassis.describing import example, refuses
from shared.chassis.idempotency import Kept, once
from shared.contracts.identity import Principal
from shared.contracts.messages import Consent

SAID = {"channel": "email", "purpose": "marketing", "given": False}


class ConsentIn(BaseModel):
    """What a guest said: `service` is about the stay, `marketing` are offers. To stop `service` stops both."""

    model_config = ConfigDict(extra="forbid")

    channel: Literal["email", "sms", "whatsapp", "maildrop"]
    purpose: Literal["service", "marketing"]
    given: bool


class ConsentList(BaseModel):
    """Everything a guest said; what they said nothing of is not there."""

    items: list[Consent]


def router(doors: ConsentDoors) -> APIRouter:
    """Routes under /v1/guests/{guest_id}/consents."""
    routes = APIRouter(prefix="/v1/guests/{guest_id}/consents", tags=["consents"])

    @routes.get("")
    async def of_guest(principal: Annotated[Principal, Depends(doors.chassis.caller)], guest_id: Id) -> ConsentList:
        """What a guest agrees to be sent."""
        return ConsentList(items=await doors.consents.of_guest(principal, guest_id))

    @routes.post("", responses=refuses(409))
    async def say(
        ctx: Annotated[CommandContext, Depends(doors.chassis.creation)],
        guest_id: Id,
        body: Annotated[ConsentIn, example(SAID)],
        response: Response,
    ) -> ConsentList:
        """Write down what a guest said to you. It holds for what waits, too, and partners are told."""

        async def again(_: Kept) -> list[Consent]:
            response.headers["Idempotency-Replayed"] = "true"
            return await doors.consents.of_guest(ctx.principal, guest_id)

        async def work() -> list[Consent]:
            return await doors.consents.say(ctx, guest_id, body.channel, body.purpose, body.given)

        return ConsentList(items=await once(doors.chassis.idempotency.seen, ctx, work, again))

    return routes

"""The door for finance and payment providers."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from services.integrations.api.wiring import Doors, Property, Token, correlation
from services.integrations.usecases.doors import behind
from services.integrations.usecases.finance import Action
from shared.chassis.describing import example
from shared.contracts.values import MAX_MINOR_UNITS, AskedInstant, Code, EntityId, Money

ACTION = {"event_id": "psp-1", "kind": "refund", "code": "spa", "amount": 4500, "currency": "EUR"}


class ActionIn(BaseModel):
    """One action, with the provider's own id. `amount` is in minor units."""

    model_config = ConfigDict(extra="forbid")

    event_id: EntityId
    kind: Literal["refund", "deposit", "dispute", "charge"]
    code: Code
    stay_id: EntityId | None = None
    amount: int = Field(gt=0, le=MAX_MINOR_UNITS, strict=True)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    at: AskedInstant | None = None


class Seen(BaseModel):
    """Whether the action was new."""

    new: bool


def router(doors: Doors) -> APIRouter:
    """Routes under /v1/finance."""
    routes = APIRouter(tags=["finance"])

    @routes.post("/v1/finance/{property_id}/{token}/events", status_code=202)
    async def events(
        request: Request, property_id: Property, token: Token, body: Annotated[ActionIn, example(ACTION)]
    ) -> Seen:
        """Take one action; the same event_id again has no effect."""
        connection = await behind(doors.connections, property_id, token)
        money = Money(amount=body.amount, currency=body.currency)
        action = Action(body.event_id, body.kind, body.code, body.stay_id, money, body.at)
        return Seen(new=await doors.from_finance(connection, action, correlation(request, doors.chassis)))

    return routes

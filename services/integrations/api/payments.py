"""Payments over HTTP: holds, captures, releases, refunds; and the provider's signed webhooks."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.integrations.api.wiring import Id, MoneyDoors, Property, Token
from services.integrations.domain.payments import PaymentView
from shared.chassis.commands import CommandContext
from shared.chassis.describing import example, refuses
from shared.chassis.idempotency import Kept, once
from shared.chassis.provenance import correlation_of
from shared.contracts.identity import Principal
from shared.contracts.payments import PaymentKind, PaymentOperation
from shared.contracts.values import MAX_MINOR_UNITS, EntityId, Money

HOLD = {
    "stay_id": "0b6d2f3e-5a41-5c0e-8f6e-3d0a4a0c9d11",
    "amount": 12500,
    "currency": "EUR",
    "method": "pm_1PgaftB7WZ01zgkW3waTcFp",
}
PART = {"amount": 4500}
DECIDED = {"outcome": "done", "reason": "Seen in the provider's dashboard."}


class HoldIn(BaseModel):
    """An amount in minor units, to be held on a card that the provider knows as `method`. Never a card number."""

    model_config = ConfigDict(extra="forbid")

    stay_id: EntityId
    record_id: EntityId | None = None
    amount: int = Field(gt=0, le=MAX_MINOR_UNITS, strict=True)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    method: str = Field(pattern=r"^[A-Za-z]+_[A-Za-z0-9_]{1,100}$")


class PartIn(BaseModel):
    """How much; absent: all that is left."""

    model_config = ConfigDict(extra="forbid")

    amount: int | None = Field(default=None, gt=0, le=MAX_MINOR_UNITS, strict=True)


class DecisionIn(BaseModel):
    """What a person found out about a request that nobody answered."""

    model_config = ConfigDict(extra="forbid")

    outcome: Literal["done", "not_done"]
    reason: str = Field(min_length=3, max_length=500, pattern=r"\S")


class PaymentOut(BaseModel):
    """A payment as its requests leave it, amounts in minor units."""

    id: str
    property_id: str
    stay_id: str | None
    currency: str
    held: int
    captured: int
    refunded: int
    released: bool
    busy: bool
    operations: list[PaymentOperation]


class PaymentList(BaseModel):
    """The payments about a stay."""

    items: list[PaymentOut]


class Heard(BaseModel):
    """Whether a webhook told anything new."""

    new: bool


def _out(one: PaymentView) -> PaymentOut:
    same = {name: getattr(one, name) for name in PaymentOut.model_fields if name != "operations"}
    return PaymentOut(**same, operations=list(one.operations))


PARTS = {
    "capture": (PaymentKind.CAPTURE, "Take what is held, in part or whole; the provider lets go of the rest."),
    "release": (PaymentKind.RELEASE, "Let go of what is held."),
    "refund": (PaymentKind.REFUND, "Give back what was captured, in part or whole."),
}


def router(doors: MoneyDoors) -> APIRouter:
    """Routes under /v1/payments."""
    routes = APIRouter(prefix="/v1/payments", tags=["payments"])
    _holding(routes, doors)
    for path, (kind, said) in PARTS.items():
        _going_on(routes, doors, path, kind, said)
    _deciding(routes, doors)
    _reading(routes, doors)
    return routes


async def _asked(
    doors: MoneyDoors, ctx: CommandContext, response: Response, work: Callable[[], Awaitable[PaymentOperation]]
) -> PaymentOperation:
    """What a command came to; repeated, the request as it stands now."""

    async def again(kept: Kept) -> PaymentOperation:
        response.headers["Idempotency-Replayed"] = "true"
        return await doors.payments.operation(ctx.principal, kept.subject)

    return await once(doors.chassis.idempotency.seen, ctx, work, again)


def _holding(routes: APIRouter, doors: MoneyDoors) -> None:
    creation = Depends(doors.chassis.creation)

    @routes.post("", status_code=201, responses=refuses(404, 409))
    async def hold(
        ctx: Annotated[CommandContext, creation], body: Annotated[HoldIn, example(HOLD)], response: Response
    ) -> PaymentOperation:
        """Hold an amount. It is asked for once, whatever fails; `GET` tells how it ended."""
        money = Money(amount=body.amount, currency=body.currency)

        async def work() -> PaymentOperation:
            return await doors.payments.hold(ctx, body.stay_id, money, body.method, body.record_id)

        return await _asked(doors, ctx, response, work)


def _going_on(routes: APIRouter, doors: MoneyDoors, path: str, kind: PaymentKind, said: str) -> None:
    async def go_on(
        ctx: Annotated[CommandContext, Depends(doors.chassis.creation)],
        payment_id: Id,
        body: Annotated[PartIn, example(PART if kind is not PaymentKind.RELEASE else {})],
        response: Response,
    ) -> PaymentOperation:
        return await _asked(doors, ctx, response, lambda: doors.payments.go_on(ctx, payment_id, kind, body.amount))

    routes.add_api_route(
        f"/{{payment_id}}/{path}",
        go_on,
        methods=["POST"],
        status_code=201,
        name=f"{path}_payment",
        description=said,
        responses=refuses(409),
    )


def _deciding(routes: APIRouter, doors: MoneyDoors) -> None:
    creation = Depends(doors.chassis.creation)

    @routes.post("/operations/{operation_id}/decision", responses=refuses(409))
    async def decide(
        ctx: Annotated[CommandContext, creation],
        operation_id: Id,
        body: Annotated[DecisionIn, example(DECIDED)],
        response: Response,
    ) -> PaymentOperation:
        """Say what became of a request of which nobody knows; it is never sent again."""

        async def work() -> PaymentOperation:
            return await doors.payments.decide(ctx, operation_id, body.reason, done=body.outcome == "done")

        return await _asked(doors, ctx, response, work)


def _reading(routes: APIRouter, doors: MoneyDoors) -> None:
    caller = Depends(doors.chassis.caller)

    @routes.get("")
    async def of_stay(principal: Annotated[Principal, caller], stay_id: Annotated[EntityId, Query()]) -> PaymentList:
        """The payments about a stay."""
        return PaymentList(items=[_out(one) for one in await doors.payments.of_stay(principal, stay_id)])

    @routes.get("/{payment_id}")
    async def one(principal: Annotated[Principal, caller], payment_id: Id) -> PaymentOut:
        """A payment with every request of it."""
        return _out(await doors.payments.one(principal, payment_id))

    @routes.post("/{property_id}/{token}/stripe/events", status_code=202, responses=refuses(401))
    async def events(
        request: Request,
        property_id: Property,
        token: Token,
        stripe_signature: Annotated[str, Header(max_length=2000)] = "",
    ) -> Heard:
        """A webhook of Stripe, by its signature; a dispute or a foreign refund opens work for finance."""
        known = correlation_of(request.headers.get("x-request-id", "")) or doors.chassis.clock.new_id()
        return Heard(new=await doors.heard(property_id, token, await request.body(), stripe_signature, known))

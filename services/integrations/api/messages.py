"""What guests say, and drafts for them: a door for channels, which masks, and one for people, which refuses."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.integrations.api.wiring import Doors, Property, Token, correlation
from services.integrations.usecases.doors import behind
from services.integrations.usecases.incoming import Said
from shared.chassis.commands import CommandContext
from shared.chassis.describing import example, refuses
from shared.chassis.idempotency import Kept, once
from shared.chassis.provenance import Provenance
from shared.contracts.errors import forbidden
from shared.contracts.policy import ANY
from shared.contracts.values import Code, EntityId, Money, Scope

MAX_TEXT = 4000
SAID = {"stay_id": "0b6d2f3e-5a41-5c0e-8f6e-3d0a4a0c9d11", "topic_code": "baby_cot", "text": "May we have a cot?"}
HANDED_OVER = SAID | {"message_id": "wamid-1", "channel": "whatsapp", "language": "en"}
DRAFT = {"stay_id": SAID["stay_id"], "text": "Your cot is in the room."}


class Bid(BaseModel):
    """A price in minor units; whether the hotel takes it is records' to say."""

    model_config = ConfigDict(extra="forbid")

    amount: int = Field(strict=True, ge=1, le=10**9)
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class SaidIn(BaseModel):
    """What a guest says about a stay: a text, an answer to an offer, a bid, a score from 0 to 10, or more of them."""

    model_config = ConfigDict(extra="forbid")

    stay_id: EntityId
    channel: Code = "web"
    topic_code: Code
    text: str | None = Field(default=None, max_length=MAX_TEXT)
    language: str | None = Field(default=None, pattern=r"^[a-z]{2}$")
    answer: Code | None = None
    offer_id: EntityId | None = None
    record_id: EntityId | None = None
    score: int | None = Field(default=None, ge=0, le=10, strict=True)
    bid: Bid | None = Field(default=None, description="What they would pay for one of the offer")

    @model_validator(mode="after")
    def something_is_said(self) -> "SaidIn":
        """An empty message is a mistake of the sender."""
        if all(each is None for each in (self.text, self.answer, self.score, self.bid)):
            raise ValueError("give at least one of text, answer, bid and score")
        if (self.answer is not None or self.bid is not None) and self.offer_id is None and self.record_id is None:
            raise ValueError("an answer or a bid names its offer_id or record_id")
        return self

    def said(self) -> Said:
        """As the use case takes it."""
        bid = Money(amount=self.bid.amount, currency=self.bid.currency) if self.bid else None
        return Said(**self.model_dump(exclude={"message_id", "bid"}), bid=bid)


class SaidByMachine(SaidIn):
    """The same with the channel's own id, which makes it once."""

    message_id: EntityId


class MessageOut(BaseModel):
    """The id of a message, and whether it was new."""

    id: str
    new: bool


class DraftIn(BaseModel):
    """A text for the guest of a stay."""

    model_config = ConfigDict(extra="forbid")

    stay_id: EntityId
    text: str = Field(min_length=1, max_length=MAX_TEXT)


class DraftOut(BaseModel):
    """What a record's message command refers to: `{"ref": id, "digest": digest}`."""

    id: str
    digest: str


def _may(doors: Doors, ctx: CommandContext, property_id: str) -> None:
    # Who may have a record send a message may write one: a draft is the first half of that command.
    if not doors.chassis.policy.decide(ctx.principal, "request_message", ANY, property_id).allow:
        raise forbidden("messages_not_writable", "Your role does not write guest messages.")


def router(doors: Doors) -> APIRouter:
    """Routes under /v1/guest-messages and /v1/drafts."""
    routes = APIRouter(tags=["messages"])
    command = Depends(doors.chassis.creation)

    @routes.post("/v1/guest-messages/{property_id}/{token}", status_code=202)
    async def by_machine(
        request: Request, property_id: Property, token: Token, body: Annotated[SaidByMachine, example(HANDED_OVER)]
    ) -> MessageOut:
        """A channel hands over what a guest said. Card numbers are masked and flagged; the same id has no effect."""
        connection = await behind(doors.connections, property_id, token)
        scope = Scope(chain=connection.chain, properties=frozenset({property_id}))
        provenance = Provenance.fresh(correlation(request, doors.chassis))
        message_id, new = await doors.from_guests.by_machine(scope, body.message_id, body.said(), provenance)
        return MessageOut(id=message_id, new=new)

    @routes.post("/v1/guest-messages", status_code=201, responses=refuses(404))
    async def by_person(
        ctx: Annotated[CommandContext, command], body: Annotated[SaidIn, example(SAID)], response: Response
    ) -> MessageOut:
        """Staff write down what a guest said. A card number is refused (422) and nothing is stored."""

        async def work() -> MessageOut:
            stay = await doors.from_guests.stay(ctx.scope, body.stay_id)
            _may(doors, ctx, stay.property_id)
            return MessageOut(id=await doors.from_guests.by_person(ctx, body.said()), new=True)

        async def again(kept: Kept) -> MessageOut:
            response.headers["Idempotency-Replayed"] = "true"
            return MessageOut(id=kept.subject, new=False)

        return await once(doors.chassis.idempotency.seen, ctx, work, again)

    @routes.post("/v1/drafts", status_code=201, responses=refuses(404))
    async def draft(
        ctx: Annotated[CommandContext, command], body: Annotated[DraftIn, example(DRAFT)], response: Response
    ) -> DraftOut:
        """Keep a text for a guest; a record's message command then names it by id and digest."""

        async def work() -> DraftOut:
            stay = await doors.from_guests.stay(ctx.scope, body.stay_id)
            _may(doors, ctx, stay.property_id)
            made = await doors.from_guests.draft(ctx, body.stay_id, body.text)
            return DraftOut(id=made.id, digest=made.reference.digest)

        async def again(kept: Kept) -> DraftOut:
            response.headers["Idempotency-Replayed"] = "true"
            made = await doors.from_guests.kept_draft(ctx, kept.subject)
            return DraftOut(id=made.id, digest=made.reference.digest)

        return await once(doors.chassis.idempotency.seen, ctx, work, again)

    return routes

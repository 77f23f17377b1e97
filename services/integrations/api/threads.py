"""Threads of guests' messages: listed, read with their words, answered; and what belongs to no record."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.integrations.api.settled import SettledIn
from services.integrations.api.wiring import Id, Language, MessageDoors, correlation
from services.integrations.domain.messages import MAX_TEXT, GuestMessage
from services.integrations.domain.threads import Thread, ThreadState
from services.integrations.usecases.threading import Written
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.idempotency import Kept, once
from shared.contracts.identity import Principal
from shared.contracts.messages import Direction, MessageState
from shared.contracts.values import Code, EntityId, Instant

WRITTEN = {"text": "Your cot is in the room.", "send": True, "topic_code": "baby_cot"}
NEEDS_NONE = {"reason_code": "no_work"}


class ThreadOut(BaseModel):
    """A thread without words: who waits, since when, by which channel."""

    stay_id: str
    property_id: str
    guest_id: str | None
    channel: str
    language: str
    waiting: bool
    unanswered: int
    last: Instant
    last_in: Instant | None
    last_out: Instant | None
    version: int


class ThreadPage(BaseModel):
    """Threads, the latest first; `next` goes into `after`."""

    items: list[ThreadOut]
    next: str | None


class TryOut(BaseModel):
    """One way out that was tried, and what became of it."""

    channel: str
    state: MessageState
    failure: str | None
    at: Instant


class MessageShown(BaseModel):
    """One message with its words. `auto`: a machine wrote it. `media`: files that came along and were not kept."""

    id: str
    property_id: str
    stay_id: str | None
    guest_id: str | None
    record_id: str | None
    direction: Direction
    channel: str
    language: str
    topic_code: str
    state: MessageState
    failure: str | None
    text: str | None
    template: str | None
    flagged: bool
    auto: str | None
    media: int
    sender: str | None
    tries: list[TryOut]
    settled_by: str | None
    settled_reason: str | None
    written_by: str | None
    urgent: str | None
    waits_until: Instant | None
    waits_for: str | None
    dead: bool
    at: Instant
    version: int


class ThreadMessages(BaseModel):
    """A thread with some of its messages, newest first; `next` goes into `after`."""

    thread: ThreadOut
    items: list[MessageShown]
    next: str | None


class LoosePage(BaseModel):
    """Messages of guests that are on no record; `next` goes into `after`."""

    items: list[MessageShown]
    next: str | None


class WrittenIn(BaseModel):
    """Words or a template for the guest, sent or only stored. `urgent`: why it may disturb in quiet hours."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = Field(default=None, min_length=1, max_length=MAX_TEXT, pattern=r"\S")
    template: Code | None = None
    send: bool = Field(strict=True)
    language: Language | None = Field(default=None, description="Of a template; else the guest's")
    topic_code: Code = "reply"
    urgent: Code | None = None
    record_id: EntityId | None = None

    @model_validator(mode="after")
    def one_of_them(self) -> "WrittenIn":
        """Words or a template."""
        if (self.text is None) == (self.template is None):
            raise ValueError("give text or template, and not both")
        return self


def _thread(one: Thread) -> ThreadOut:
    return ThreadOut(**{name: getattr(one, name) for name in ThreadOut.model_fields})


OWN = (
    *("text", "template", "flagged", "auto", "media", "sender", "settled_by", "settled_reason", "written_by"),
    *("urgent", "waits_until", "waits_for", "dead"),
)
"""What is shown of the row beside the message that is told."""


def _shown(row: GuestMessage) -> MessageShown:
    told = {name: getattr(row.message, name) for name in MessageShown.model_fields if hasattr(row.message, name)}
    own = {name: getattr(row, name) for name in OWN}
    tries = [TryOut(channel=one.channel, state=one.state, failure=one.failure, at=one.at) for one in row.tries]
    return MessageShown(**told, **own, tries=tries)


def router(doors: MessageDoors) -> APIRouter:
    """Routes under /v1/threads and /v1/unrecorded-messages."""
    routes = APIRouter(tags=["messages"])
    _let_read(routes, doors)
    _let_write(routes, doors)
    return routes


def _let_read(routes: APIRouter, doors: MessageDoors) -> None:
    caller = Depends(doors.chassis.caller)

    @routes.get("/v1/threads", responses=refuses(404))
    async def threads(
        principal: Annotated[Principal, caller],
        property_id: Annotated[str | None, Query(alias="property", max_length=63)] = None,
        state: ThreadState = ThreadState.WAITING,
        channel: Annotated[Code | None, Query()] = None,
        after: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> ThreadPage:
        """Threads of stays, the latest first: those where a guest waits, or all. They hold no words."""
        found, more = await doors.threading.page(principal, property_id, state, channel, after, limit)
        return ThreadPage(items=[_thread(one) for one in found], next=more)

    @routes.get("/v1/threads/{stay_id}", responses={**refuses(404), 200: ETAG})
    async def thread(
        request: Request,
        principal: Annotated[Principal, caller],
        stay_id: Id,
        response: Response,
        after: Annotated[EntityId | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> ThreadMessages:
        """Everything said to and by the guest of a stay, newest first. The read is written down."""
        told = correlation(request, doors.chassis)
        found, rows = await doors.threading.messages(principal, stay_id, after, limit, told)
        response.headers["ETag"] = f'"{found.version}"'
        more = rows[-1].message.id if len(rows) == limit else None
        return ThreadMessages(thread=_thread(found), items=[_shown(one) for one in rows], next=more)

    @routes.get("/v1/unrecorded-messages", responses=refuses(404))
    async def unrecorded_messages(
        request: Request,
        principal: Annotated[Principal, caller],
        property_id: Annotated[str | None, Query(alias="property", max_length=63)] = None,
        after: Annotated[EntityId | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> LoosePage:
        """Unrecorded work: what guests wrote that is on no record, and that nobody has said anything of."""
        told = correlation(request, doors.chassis)
        found = await doors.threading.loose(principal, property_id, after, limit, told)
        more = found[-1].message.id if len(found) == limit else None
        return LoosePage(items=[_shown(one) for one in found], next=more)


def _let_write(routes: APIRouter, doors: MessageDoors) -> None:
    seen = doors.chassis.idempotency.seen

    @routes.post("/v1/threads/{stay_id}/messages", status_code=201, responses=refuses(404))
    async def write(
        ctx: Annotated[CommandContext, Depends(doors.chassis.creation)],
        stay_id: Id,
        body: Annotated[WrittenIn, example(WRITTEN)],
        response: Response,
    ) -> MessageShown:
        """Write to the guest of a stay. The way is chosen when it leaves, by consent, order and quiet hours."""

        async def work() -> MessageShown:
            return _shown(await doors.threading.write(ctx, stay_id, Written(**body.model_dump())))

        async def again(kept: Kept) -> MessageShown:
            response.headers["Idempotency-Replayed"] = "true"
            return _shown(await doors.threading.message(ctx.principal, kept.subject))

        return await once(seen, ctx, work, again)

    @routes.post("/v1/threads/{stay_id}/answered", responses={**refuses(404), 200: ETAG})
    async def answered(
        ctx: Annotated[CommandContext, Depends(doors.chassis.command)], stay_id: Id, response: Response
    ) -> ThreadOut:
        """Say that nobody waits here: it was answered by word of mouth, or asks nothing."""

        def shown(one: Thread) -> ThreadOut:
            response.headers["ETag"] = f'"{one.version}"'
            return _thread(one)

        async def work() -> ThreadOut:
            return shown(await doors.threading.answered(ctx, stay_id))

        async def again(kept: Kept) -> ThreadOut:
            response.headers["Idempotency-Replayed"] = "true"
            return shown(await doors.threading.thread(ctx.principal, kept.subject))

        return await once(seen, ctx, work, again)

    @routes.post("/v1/unrecorded-messages/{message_id}/settle", responses={**refuses(404), 200: ETAG})
    async def settle_message(
        ctx: Annotated[CommandContext, Depends(doors.chassis.command)],
        message_id: Id,
        body: Annotated[SettledIn, example(NEEDS_NONE)],
        response: Response,
    ) -> MessageShown:
        """Say which record a message is on now, or why it needs none."""

        def shown(row: GuestMessage) -> MessageShown:
            response.headers["ETag"] = f'"{row.message.version}"'
            return _shown(row)

        async def work() -> MessageShown:
            return shown(await doors.threading.settle(ctx, message_id, body.record_id, body.reason_code))

        async def again(kept: Kept) -> MessageShown:
            response.headers["Idempotency-Replayed"] = "true"
            return shown(await doors.threading.message(ctx.principal, kept.subject))

        return await once(seen, ctx, work, again)

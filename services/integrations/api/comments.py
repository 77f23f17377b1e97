"""What the PMS says of a stay beside its fields: work without a record, and notes of ours to it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.integrations.api.settled import SettledIn
from services.integrations.api.wiring import Doors, Id, correlation
from services.integrations.domain.comments import KeptComment
from services.integrations.domain.pms_orders import OrderRow
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.idempotency import Kept, once
from shared.contracts.errors import forbidden
from shared.contracts.identity import Principal
from shared.contracts.policy import ANY
from shared.contracts.values import EntityId, Instant
from shared.contracts.writebacks import WritebackState

SETTLED = {"reason_code": "no_work"}
NOTE = {"text": "Allergic to nuts; the kitchen knows."}


class CommentOut(BaseModel):
    """A comment with its words."""

    id: str
    property_id: str
    stay_id: str
    kind: str
    text: str
    seen_at: Instant
    record_id: str | None
    reason_code: str | None
    settled_by: str | None
    settled_at: Instant | None
    version: int


class CommentPage(BaseModel):
    """Comments by id; `next` goes into `after`."""

    items: list[CommentOut]
    next: str | None


class NoteIn(BaseModel):
    """Words for a reservation in the PMS."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=1000, pattern=r"\S")


class NoteOut(BaseModel):
    """How far a note is."""

    id: str
    state: WritebackState


def _out(one: KeptComment) -> CommentOut:
    return CommentOut(**{name: getattr(one, name) for name in CommentOut.model_fields})


def router(doors: Doors) -> APIRouter:
    """Routes under /v1/comments and /v1/stays/{id}/notes."""
    routes = APIRouter(tags=["comments"])
    caller = Depends(doors.chassis.caller)

    def shown(one: KeptComment, response: Response) -> CommentOut:
        response.headers["ETag"] = f'"{one.version}"'
        return _out(one)

    @routes.get("/v1/comments", responses=refuses(404))
    async def page(
        request: Request,
        principal: Annotated[Principal, caller],
        property_id: Annotated[str | None, Query(alias="property", max_length=63)] = None,
        after: Annotated[EntityId | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> CommentPage:
        """Unrecorded work: comments of the PMS that belong to no record, and that nobody has settled."""
        told = correlation(request, doors.chassis)
        found = await doors.unrecorded.page(principal, property_id, after, limit, told)
        return CommentPage(items=[_out(one) for one in found], next=found[-1].id if len(found) == limit else None)

    @routes.post("/v1/comments/{comment_id}/settle", responses={**refuses(404), 200: ETAG})
    async def settle(
        ctx: Annotated[CommandContext, Depends(doors.chassis.command)],
        comment_id: Id,
        body: Annotated[SettledIn, example(SETTLED)],
        response: Response,
    ) -> CommentOut:
        """Say which record it is on now, or why it needs none."""

        async def work() -> CommentOut:
            return shown(await doors.unrecorded.settle(ctx, comment_id, body.record_id, body.reason_code), response)

        async def again(kept: Kept) -> CommentOut:
            response.headers["Idempotency-Replayed"] = "true"
            return shown(await doors.unrecorded.kept(ctx, kept.subject), response)

        return await once(doors.chassis.idempotency.seen, ctx, work, again)

    _noting(routes, doors)
    return routes


def _noting(routes: APIRouter, doors: Doors) -> None:
    @routes.post("/v1/stays/{stay_id}/notes", status_code=202, responses=refuses(404, 409))
    async def note(
        ctx: Annotated[CommandContext, Depends(doors.chassis.creation)],
        stay_id: Id,
        body: Annotated[NoteIn, example(NOTE)],
        response: Response,
    ) -> NoteOut:
        """Put words onto the reservation in the PMS, once; how far they are is among the commands."""

        def out(row: OrderRow) -> NoteOut:
            return NoteOut(id=row.id, state=row.state)

        async def work() -> NoteOut:
            place = await doors.notes.place(ctx, stay_id)
            if not doors.chassis.policy.decide(ctx.principal, "request_message", ANY, place).allow:
                raise forbidden("messages_not_writable", "Your role does not write to the PMS.")
            return out(await doors.notes(ctx, stay_id, body.text))

        async def again(kept: Kept) -> NoteOut:
            response.headers["Idempotency-Replayed"] = "true"
            return out(await doors.notes.kept(ctx, kept.subject))

        return await once(doors.chassis.idempotency.seen, ctx, work, again)

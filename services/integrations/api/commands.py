"""Commands out that wait for a person: listed, and tried again with a reason."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.integrations.api.wiring import Doors, Id
from services.integrations.domain.commanding import Waiting
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.idempotency import Kept, once
from shared.contracts.commands_out import CommandSort
from shared.contracts.identity import Principal
from shared.contracts.values import EntityId, Instant

REDRIVE = {"reason": "The PMS is back; the folio was looked at."}


class CommandOut(BaseModel):
    """One command: what it is about, how often it was tried, and why it waits. Its words are not shown."""

    id: str
    sort: CommandSort
    property_id: str
    record_id: str | None
    stay_id: str | None
    state: str
    dead: bool
    attempts: int
    next_try: Instant | None
    failure: str | None
    asked_at: Instant | None
    version: int


class CommandPage(BaseModel):
    """Commands by id; `next` goes into `after`."""

    items: list[CommandOut]
    next: str | None


class RedriveIn(BaseModel):
    """Why it is tried again."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=3, max_length=500, pattern=r"\S")


def _out(one: Waiting) -> CommandOut:
    return CommandOut(**{name: getattr(one, name) for name in CommandOut.model_fields})


def _shown(one: Waiting, response: Response) -> CommandOut:
    response.headers["ETag"] = f'"{one.version}"'
    return _out(one)


def router(doors: Doors) -> APIRouter:
    """Routes under /v1/commands."""
    routes = APIRouter(prefix="/v1/commands", tags=["commands"])
    caller = Depends(doors.chassis.caller)

    @routes.get("", responses=refuses(404))
    async def page(
        principal: Annotated[Principal, caller],
        property_id: Annotated[str | None, Query(alias="property", max_length=63)] = None,
        dead: bool = True,
        after: Annotated[EntityId | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> CommandPage:
        """Commands to the PMS that nobody could carry out; with `dead=false` all that are not settled."""
        found = await doors.redriving.page(principal, property_id, dead=dead, after=after, limit=limit)
        return CommandPage(items=[_out(one) for one in found], next=found[-1].id if len(found) == limit else None)

    @routes.get("/{command_id}", responses={200: ETAG})
    async def one(principal: Annotated[Principal, caller], command_id: Id, response: Response) -> CommandOut:
        """One command, with its version as ETag."""
        return _shown(await doors.redriving.one(principal, command_id), response)

    _redriving(routes, doors)
    return routes


def _redriving(routes: APIRouter, doors: Doors) -> None:
    @routes.post("/{command_id}/redrive", responses={**refuses(404), 200: ETAG})
    async def redrive(
        ctx: Annotated[CommandContext, Depends(doors.chassis.command)],
        command_id: Id,
        body: Annotated[RedriveIn, example(REDRIVE)],
        response: Response,
    ) -> CommandOut:
        """Have a dead command tried again. Where it may have been done already, it is looked for first."""

        async def work() -> CommandOut:
            return _shown(await doors.redriving(ctx, command_id, body.reason), response)

        async def again(kept: Kept) -> CommandOut:
            response.headers["Idempotency-Replayed"] = "true"
            return _shown(await doors.redriving.one(ctx.principal, kept.subject), response)

        return await once(doors.chassis.idempotency.seen, ctx, work, again)

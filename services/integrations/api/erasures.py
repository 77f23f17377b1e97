"""Forgetting a guest: asked for by one, agreed to by another, followed store by store."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.integrations.api.wiring import Doors, Id, correlation
from services.integrations.usecases.erasures import Asked
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.idempotency import Kept, once
from shared.contracts.guests import Confirmation, Erasure, ErasureState, Store
from shared.contracts.identity import Principal
from shared.contracts.values import Code, EntityId, Instant

ASKED = {
    "guest_id": "5f0c1f0e-1c9e-4f60-9a55-7d9d3b1f1a10",
    "reason_code": "guest_asked",
    "reason": "Written request of 3 May.",
}
AGREED = {"decision": "approve", "reason": "Identity was checked at the desk."}
Words = Annotated[str, Field(min_length=3, max_length=500, pattern=r"\S")]


class Decision(StrEnum):
    """What a second person says."""

    APPROVE = "approve"
    REJECT = "reject"


class ErasureIn(BaseModel):
    """Who is to be forgotten, and why. The words go with the person."""

    model_config = ConfigDict(extra="forbid")

    guest_id: EntityId
    reason_code: Code
    reason: Words


class DecisionIn(BaseModel):
    """What a second person decides, and why."""

    model_config = ConfigDict(extra="forbid")

    decision: Decision
    reason: Words


class ErasureOut(BaseModel):
    """A request: who asked, who agreed, and how far every store is."""

    id: str
    guest_id: str
    state: ErasureState
    reason_code: str
    requested_by: str
    requested_at: Instant
    decided_by: str | None
    decided_at: Instant | None
    confirm_by: Instant | None
    completed_at: Instant | None
    run: int
    confirmed: tuple[Confirmation, ...]
    missing: tuple[Store, ...]
    version: int


class ErasurePage(BaseModel):
    """Requests, newest first; `next` goes into `after`."""

    items: list[ErasureOut]
    next: str | None


class Replayed(BaseModel):
    """How many people are erased again."""

    erasures: int


def _out(erasure: Erasure) -> ErasureOut:
    running = erasure.state in (ErasureState.RUNNING, ErasureState.DONE)
    said = {name: getattr(erasure, name) for name in ErasureOut.model_fields if name != "missing"}
    return ErasureOut(**said, missing=erasure.missing if running else ())


def router(doors: Doors) -> APIRouter:
    """Routes under /v1/erasures."""
    routes = APIRouter(prefix="/v1/erasures", tags=["erasures"])
    caller = Depends(doors.chassis.caller)

    def shown(erasure: Erasure, response: Response) -> ErasureOut:
        response.headers["ETag"] = f'"{erasure.version}"'
        return _out(erasure)

    async def same(ctx: CommandContext, kept: Kept, response: Response) -> ErasureOut:
        response.headers["Idempotency-Replayed"] = "true"
        return shown(await doors.erasures.one(ctx.principal, kept.subject), response)

    @routes.post("", status_code=201, responses={**refuses(404), 201: ETAG})
    async def ask(
        ctx: Annotated[CommandContext, Depends(doors.chassis.creation)],
        body: Annotated[ErasureIn, example(ASKED)],
        response: Response,
    ) -> ErasureOut:
        """Ask that a guest be forgotten. Nothing is deleted until somebody else agrees; one request at a time."""

        async def work() -> ErasureOut:
            return shown(await doors.erasures.ask(ctx, Asked(**body.model_dump())), response)

        return await once(doors.chassis.idempotency.seen, ctx, work, lambda kept: same(ctx, kept, response))

    @routes.post("/{erasure_id}/decision", responses={200: ETAG})
    async def decide(
        ctx: Annotated[CommandContext, Depends(doors.chassis.command)],
        erasure_id: Id,
        body: Annotated[DecisionIn, example(AGREED)],
        response: Response,
    ) -> ErasureOut:
        """Agree, and names, texts, salts and files are deleted in every store for good; or say no."""

        async def work() -> ErasureOut:
            agreed = body.decision is Decision.APPROVE
            return shown(await doors.erasures.decide(ctx, erasure_id, agreed, body.reason), response)

        return await once(doors.chassis.idempotency.seen, ctx, work, lambda kept: same(ctx, kept, response))

    @routes.get("")
    async def page(
        principal: Annotated[Principal, caller],
        state: ErasureState | None = None,
        after: Annotated[EntityId | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> ErasurePage:
        """Requests about guests of the caller's hotels, newest first."""
        found = await doors.erasures.page(principal, state, after, limit)
        return ErasurePage(items=[_out(one) for one in found], next=found[-1].id if len(found) == limit else None)

    @routes.post("/replay", responses=refuses(409))
    async def replay(request: Request, principal: Annotated[Principal, caller]) -> Replayed:
        """After a backup was restored: erase again everybody whom the ledger outside the database names."""
        return Replayed(erasures=await doors.erasures.replay(principal, correlation(request, doors.chassis)))

    @routes.get("/{erasure_id}", responses={200: ETAG})
    async def one(principal: Annotated[Principal, caller], erasure_id: Id, response: Response) -> ErasureOut:
        """One request, and how far every store is."""
        return shown(await doors.erasures.one(principal, erasure_id), response)

    return routes

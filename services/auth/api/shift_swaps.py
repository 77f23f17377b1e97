"""Swaps of shifts over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import Field

from services.auth.domain.shift_swaps import SwapDraft
from services.auth.usecases.shift_swaps import ShiftSwaps
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.staff import ShiftSwap
from shared.contracts.values import EntityId, Frozen

OFFERED = {"property_id": "city", "colleague": "staff-ana", "start": "2026-03-30T22:00:00Z"}
SAID_YES = {"accept": True}
AGREED = {"approve": True}

SwapId = Annotated[EntityId, Path()]


class Answer(Frozen):
    """What the colleague says."""

    accept: bool = Field(strict=True)


class Decision(Frozen):
    """What the supervisor says."""

    approve: bool = Field(strict=True)


class Swaps(Frozen):
    """Swaps of shifts."""

    items: list[ShiftSwap]


def router(swaps: ShiftSwaps, chassis: Chassis) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1", tags=["shift_swaps"])

    @routes.get("/me/shift-swaps")
    async def my_swaps(principal: Principal = Depends(chassis.caller)) -> Swaps:
        """What the caller asked for or was asked for, newest first, at most a hundred."""
        return Swaps(items=await swaps.mine(principal))

    @routes.post("/me/shift-swaps", status_code=201, responses=refuses(404) | {201: ETAG})
    async def propose_swap(
        body: Annotated[SwapDraft, example(OFFERED)],
        response: Response,
        ctx: CommandContext = Depends(chassis.creation),
    ) -> ShiftSwap:
        """Offer a shift to a colleague of the same hotel and department; unanswered it ends after 72 hours."""
        return _said(await swaps.propose(ctx, body), response)

    @routes.post("/me/shift-swaps/{swap_id}/answer", responses={200: ETAG})
    async def answer_swap(
        swap_id: SwapId,
        body: Annotated[Answer, example(SAID_YES)],
        response: Response,
        ctx: CommandContext = Depends(chassis.command),
    ) -> ShiftSwap:
        """What the colleague who was asked says; both rotas change, or a supervisor is asked."""
        return _said(await swaps.answer(ctx, swap_id, body.accept), response)

    @routes.post("/me/shift-swaps/{swap_id}/withdraw", responses={200: ETAG})
    async def withdraw_swap(
        swap_id: SwapId, response: Response, ctx: CommandContext = Depends(chassis.command)
    ) -> ShiftSwap:
        """Take it back while it waits."""
        return _said(await swaps.withdraw(ctx, swap_id), response)

    @routes.get("/shift-swaps")
    async def swaps_waiting(principal: Principal = Depends(chassis.caller)) -> Swaps:
        """What waits for the caller's yes."""
        return Swaps(items=await swaps.waiting(principal))

    @routes.post("/shift-swaps/{swap_id}/decision", responses={200: ETAG})
    async def decide_swap(
        swap_id: SwapId,
        body: Annotated[Decision, example(AGREED)],
        response: Response,
        ctx: CommandContext = Depends(chassis.command),
    ) -> ShiftSwap:
        """Agree, and both rotas change; or do not. Never by one of the two."""
        return _said(await swaps.decide(ctx, swap_id, body.approve), response)

    return routes


def _said(done: tuple[ShiftSwap, bool], response: Response) -> ShiftSwap:
    swap, replayed = done
    response.headers["ETag"] = f'"{swap.version}"'
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return swap

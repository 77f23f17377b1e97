"""Breaking the glass, and reviewing it, over HTTP."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Response

from services.auth.usecases.breaking_glass import BreakingGlass
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.staff import Glass
from shared.contracts.values import Code, EntityId, Frozen, Slug

BROKEN = {"property_id": "city", "reason_code": "nobody_in_charge"}
REVIEWED = {"finding": "was_needed"}


class BreakBody(Frozen):
    """Where, and why."""

    property_id: Slug
    reason_code: Code


class BrokenBody(Frozen):
    """A token for at most 15 minutes; it is not refreshed."""

    glass: Glass
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 -- the name of a scheme, no secret
    expires_in: int


class ReviewBody(Frozen):
    """What the review found, as the hotel names it."""

    finding: Code


class Glasses(Frozen):
    """What waits for a review."""

    items: list[Glass]


def router(glass: BreakingGlass, chassis: Chassis) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1", tags=["glass"])

    @routes.post("/me/break-glass", status_code=201, responses=refuses(404))
    async def break_glass(
        body: Annotated[BreakBody, example(BROKEN)],
        response: Response,
        ctx: CommandContext = Depends(chassis.creation),
    ) -> BrokenBody:
        """Rights beyond one's own at one hotel for 15 minutes, within 5 minutes of signing in. It rings at once.

        It works once; again after somebody else has reviewed it.
        """
        broken, replayed = await glass.break_it(ctx, body.property_id, body.reason_code)
        response.headers["Cache-Control"] = "no-store"
        if replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return BrokenBody(glass=broken.glass, access_token=broken.access_token, expires_in=broken.expires_in)

    @routes.get("/break-glass")
    async def glass_waiting(principal: Principal = Depends(chassis.caller)) -> Glasses:
        """What waits for a review at the caller's hotels."""
        return Glasses(items=await glass.waiting(principal))

    @routes.post("/break-glass/{glass_id}/review", responses={200: ETAG})
    async def review_glass(
        glass_id: Annotated[EntityId, Path()],
        body: Annotated[ReviewBody, example(REVIEWED)],
        response: Response,
        ctx: CommandContext = Depends(chassis.command),
    ) -> Glass:
        """Say what it was for; the alarm ends, and the person could do it again."""
        found, replayed = await glass.review(ctx, glass_id, body.finding)
        response.headers["ETag"] = f'"{found.version}"'
        if replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return found

    return routes

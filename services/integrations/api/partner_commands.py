"""What is done with a subscription: paused, resumed, ended, given a new secret, replayed, tried out."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from services.integrations.api.partners import (
    REPLAY,
    TRIED,
    Count,
    PartnerOut,
    ReplayIn,
    SubscriptionMade,
    SubscriptionOut,
    TryIn,
    partner_out,
    shown,
)
from services.integrations.api.wiring import Id, PartnerDoors, PartnerPath
from services.integrations.domain.partners import Partner, Subscription
from services.integrations.usecases.subscribing import Made
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.idempotency import Kept, once

MOVES = {"pause": "paused", "resume": "resumed", "end": "ended"}
SAID = {
    "pause": "Send nothing for now; what happens is written down for 30 days.",
    "resume": "Go on with what was not sent, also after the endpoint was disabled.",
    "end": "Tell it nothing more, for good.",
}


def router(doors: PartnerDoors) -> APIRouter:
    """Commands on partners and subscriptions."""
    routes = APIRouter(prefix="/v1/partners/{partner}", tags=["partners"])
    command = Depends(doors.chassis.command)
    seen = doors.chassis.idempotency.seen

    @routes.post("/close", responses={**refuses(409), 200: ETAG})
    async def close(ctx: Annotated[CommandContext, command], partner: PartnerPath, response: Response) -> PartnerOut:
        """End a partner: it hears nothing more, and its program manages nothing more."""

        async def again(_: Kept) -> Partner:
            response.headers["Idempotency-Replayed"] = "true"
            return await doors.subscribing.partner(ctx.principal, "manage", partner)

        closed = await once(seen, ctx, lambda: doors.subscribing.close(ctx, partner), again)
        response.headers["ETag"] = f'"{closed.version}"'
        return partner_out(closed)

    def add_move(path: str, verb: str) -> None:
        async def move(
            ctx: Annotated[CommandContext, command], partner: PartnerPath, subscription_id: Id, response: Response
        ) -> SubscriptionOut:
            after = await once(
                seen,
                ctx,
                lambda: doors.subscribing.move(ctx, partner, subscription_id, verb),
                lambda kept: _kept(doors, ctx, partner, kept, response),
            )
            response.headers["ETag"] = f'"{after.version}"'
            return SubscriptionOut(**shown(after))

        routes.add_api_route(
            f"/subscriptions/{{subscription_id}}/{path}",
            move,
            methods=["POST"],
            name=f"{path}_subscription",
            description=SAID[path],
            responses={**refuses(409), 200: ETAG},
        )

    for path, verb in MOVES.items():
        add_move(path, verb)

    _secret(routes, doors)
    _tries(routes, doors)
    return routes


async def _kept(doors: PartnerDoors, ctx: CommandContext, partner: str, kept: Kept, response: Response) -> Subscription:
    response.headers["Idempotency-Replayed"] = "true"
    return await doors.subscribing.ended_or_not(ctx.principal, partner, kept.subject)


async def _counted(
    doors: PartnerDoors, ctx: CommandContext, response: Response, work: Callable[[], Awaitable[int]]
) -> Count:
    async def again(kept: Kept) -> int:
        response.headers["Idempotency-Replayed"] = "true"
        return kept.version

    return Count(count=await once(doors.chassis.idempotency.seen, ctx, work, again))


def _secret(routes: APIRouter, doors: PartnerDoors) -> None:
    command, seen = Depends(doors.chassis.command), doors.chassis.idempotency.seen

    @routes.post("/subscriptions/{subscription_id}/secret", responses={**refuses(409), 200: ETAG})
    async def rotate(
        ctx: Annotated[CommandContext, command], partner: PartnerPath, subscription_id: Id, response: Response
    ) -> SubscriptionMade:
        """A new signing secret, shown this once; for a day the one before signs, too."""

        async def again(kept: Kept) -> Made:
            return Made(await _kept(doors, ctx, partner, kept, response))

        made = await once(seen, ctx, lambda: doors.subscribing.rotate(ctx, partner, subscription_id), again)
        response.headers["ETag"] = f'"{made.subscription.version}"'
        return SubscriptionMade(**shown(made.subscription), secret=made.secret)


def _tries(routes: APIRouter, doors: PartnerDoors) -> None:
    creation = Depends(doors.chassis.creation)

    @routes.post("/subscriptions/{subscription_id}/replay", responses=refuses(409))
    async def replay(
        ctx: Annotated[CommandContext, creation],
        partner: PartnerPath,
        subscription_id: Id,
        body: Annotated[ReplayIn, example(REPLAY)],
        response: Response,
    ) -> Count:
        """Send again what was sent or given up on, under the same ids; at most 10,000 at once."""
        chosen: dict[str, Any] = body.model_dump(exclude_none=True)
        return await _counted(
            doors, ctx, response, lambda: doors.subscribing.replay(ctx, partner, subscription_id, chosen)
        )

    @routes.post("/subscriptions/{subscription_id}/ping", responses=refuses(409))
    async def ping(
        ctx: Annotated[CommandContext, creation], partner: PartnerPath, subscription_id: Id, response: Response
    ) -> Count:
        """Send one `subscription.pinged.v1`, numbered and signed as everything else."""

        async def work() -> int:
            return await doors.subscribing.try_out(ctx, partner, subscription_id, (), doubled=False, shuffled=False)

        return await _counted(doors, ctx, response, work)

    @routes.post("/subscriptions/{subscription_id}/sandbox", responses=refuses(409))
    async def sandbox(
        ctx: Annotated[CommandContext, creation],
        partner: PartnerPath,
        subscription_id: Id,
        body: Annotated[TryIn, example(TRIED)],
        response: Response,
    ) -> Count:
        """Send a sandbox subscription made-up events; `doubled`: each twice, `shuffled`: in no order."""
        types = None if body.types is None else tuple(body.types)

        async def work() -> int:
            return await doors.subscribing.try_out(
                ctx, partner, subscription_id, types, doubled=body.doubled, shuffled=body.shuffled
            )

        return await _counted(doors, ctx, response, work)

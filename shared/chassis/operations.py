"""What operators see and do: status, parked and missing events, redrive, rebuild, republish."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import Field

from shared.chassis.consume import Consumption
from shared.chassis.outbox import Outbox
from shared.chassis.policy import Policy
from shared.chassis.relay import Relay
from shared.contracts.errors import forbidden, not_found
from shared.contracts.identity import Principal
from shared.contracts.values import EntityId, Frozen, Scope

KIND = "operations"


class Redrive(Frozen):
    """Which aggregate to redrive or rebuild, in which consumer group, and why."""

    group: str = Field(min_length=1, max_length=100)
    subject: EntityId
    reason: str = Field(min_length=3, max_length=500)


class Republish(Frozen):
    """Which events to send again: one aggregate's, one topic's, or all; and why."""

    subject: EntityId | None = None
    topic: str | None = Field(default=None, max_length=100)
    reason: str = Field(min_length=3, max_length=500)


class Done(Frozen):
    """How many events it concerned."""

    count: int


def router(
    outbox: Outbox,
    relay: Relay,
    policy: Policy,
    consumptions: Callable[[], Sequence[Consumption]],
    caller: Callable[..., Awaitable[Principal]],
) -> APIRouter:
    """The operations routes; each needs its own permission on kind `operations`."""
    routes = APIRouter(prefix="/ops/v1", tags=["operations"])

    def may(principal: Principal, action: str) -> Scope:
        if not policy.decide(principal, action, KIND).allow:
            raise forbidden("not_granted", f"You may not {action} here.")
        return Scope(chain=principal.chain)

    def group(name: str) -> Consumption:
        for one in consumptions():
            if one.spec.group == name:
                return one
        raise not_found("group")

    @routes.get("/status")
    async def status(principal: Principal = Depends(caller)) -> dict[str, Any]:
        """Depth of the outbox, lag, parked and missing events of each group."""
        may(principal, "status")
        return {
            "outbox": await outbox.depth(),
            "policy_stale_s": min(policy.stale_s(), 1e9),
            "groups": [
                {
                    "group": one.spec.group,
                    "topics": list(one.spec.topics),
                    "lag": sum(one.lags().values()),
                    "parked": await one.applier.parking.count(),
                    "gaps": len(await one.applier.cursors.gaps()),
                    "alive": one.alive(),
                }
                for one in consumptions()
            ],
        }

    @routes.get("/parked")
    async def parked(group_name: str, principal: Principal = Depends(caller)) -> list[dict[str, Any]]:
        """What waits for a redrive in one group: where it stood and why, never its content."""
        may(principal, "status")
        shown = ("_id", "topic", "agg", "ver", "reason", "at")
        return [{name: row[name] for name in shown} for row in await group(group_name).applier.parking.waiting()]

    @routes.post("/redrive")
    async def redrive(body: Redrive, principal: Principal = Depends(caller)) -> Done:
        """Apply the parked events of one aggregate in order, and give its halted rows another try."""
        may(principal, "redrive")
        done = await group(body.group).applier.redrive(body.subject)
        return Done(count=done + await relay.redrive(body.subject))

    @routes.post("/rebuild")
    async def rebuild(body: Redrive, principal: Principal = Depends(caller)) -> Done:
        """Forget what was projected from one aggregate; its owner's republish then applies it from version 1."""
        may(principal, "rebuild")
        await group(body.group).applier.rebuild(body.subject)
        return Done(count=1)

    @routes.post("/republish")
    async def republish(body: Republish, principal: Principal = Depends(caller)) -> Done:
        """Send events again; consumers skip what they have applied."""
        scope = may(principal, "republish")
        return Done(count=await outbox.republish(scope, subject=body.subject, topic=body.topic))

    return routes

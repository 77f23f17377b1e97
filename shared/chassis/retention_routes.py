"""The routes of retention: what is kept how long, what another rule would delete, and changing one."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from shared.chassis.describing import example, refuses
from shared.chassis.operations import Operations
from shared.chassis.retention import Retaining, RetentionRule
from shared.contracts.cards import CardFree
from shared.contracts.identity import Principal
from shared.contracts.values import Code, Frozen

MOST_DAYS = 36_500
CHANGE = {"days": 400, "expected": 100_000, "reason": "Agreed with the data protection officer."}


class RetentionIn(Frozen):
    """How many days from now on. `expected`: how much the simulation said would go at once."""

    days: int = Field(ge=1, le=MOST_DAYS, strict=True)
    expected: int = Field(ge=0, le=10**12, strict=True)
    reason: CardFree = Field(min_length=3, max_length=500)


def router(retaining: Retaining, operations: Operations, caller: Callable[..., Awaitable[Principal]]) -> APIRouter:
    """The routes under /ops/v1/retention."""
    routes = APIRouter(prefix="/ops/v1/retention", tags=["operations"])

    @routes.get("")
    async def retention(principal: Principal = Depends(caller)) -> list[RetentionRule]:
        """What this service keeps how long for the caller's chain, and how much is over age now."""
        return await retaining.rules(operations.may(principal, "status"))

    @routes.get("/{name}/simulation")
    async def simulate_retention(
        name: Annotated[Code, Path()],
        days: Annotated[int, Query(ge=1, le=MOST_DAYS)],
        principal: Principal = Depends(caller),
    ) -> RetentionRule:
        """What a rule of so many days would delete now; nothing is deleted."""
        return await retaining.simulated(operations.may(principal, "status"), name, days)

    @routes.put("/{name}", responses=refuses(409))
    async def change_retention(
        name: Annotated[Code, Path()],
        body: Annotated[RetentionIn, example(CHANGE)],
        principal: Principal = Depends(caller),
    ) -> RetentionRule:
        """Keep one sort of data so long from now on. Simulate first, and say what you saw."""
        operations.may(principal, "retain")
        return await retaining.change(principal, name, body.days, body.expected, body.reason)

    return routes

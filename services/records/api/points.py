"""A guest's loyalty over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from services.records.usecases.pointing import Pointing, ShownPoints
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import EntityId


def router(pointing: Pointing, chassis: Chassis) -> APIRouter:
    """The route."""
    made = APIRouter()

    @made.get("/guests/{guest_id}/points")
    async def guest_points(
        guest_id: Annotated[EntityId, Path()],
        principal: Annotated[Principal, Depends(chassis.caller)],
        before: Annotated[int | None, Query(ge=1, le=10**9)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> ShownPoints:
        """Tier, balance and entries of a guest; the read is written down."""
        return await pointing.points(principal, guest_id, before, limit)

    return made

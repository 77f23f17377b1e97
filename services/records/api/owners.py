"""Why a record has its owner, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from services.records.usecases.owning import Owning
from services.records.usecases.shown_owners import ShownOwner
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import EntityId


def router(owning: Owning, chassis: Chassis) -> APIRouter:
    """The routes."""
    made = APIRouter()

    @made.get("/records/{record_id}/owner")
    async def owner(
        record_id: Annotated[EntityId, Path()], principal: Annotated[Principal, Depends(chassis.caller)]
    ) -> ShownOwner:
        """Which rule chose the owner, by which facts, and whom it would choose now."""
        return await owning.explain(principal, record_id)

    return made

"""Lending rights for a time, over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.auth.domain.delegations import DelegationDraft
from services.auth.usecases.delegating import Delegating, Lending
from shared.chassis.commands import CommandContext
from shared.chassis.describing import example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.staff import Delegation
from shared.contracts.values import EntityId, Frozen

LENT = {"to": "staff-rui", "roles": ["general_manager"], "end": "2026-04-10T08:00:00Z", "reason_code": "holiday"}


class DelegationShown(Delegation):
    """A delegation and to whom it was given."""

    to: EntityId


class Delegations(Frozen):
    """What runs and what is to come."""

    items: list[DelegationShown]


class Revoked(Frozen):
    """What was ended."""

    id: EntityId


def _shown(one: Lending) -> DelegationShown:
    return DelegationShown(to=one.to, **one.delegation.model_dump())


def router(delegating: Delegating, chassis: Chassis) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1", tags=["delegations"])

    @routes.get("/me/delegations")
    async def my_delegations(principal: Principal = Depends(chassis.caller)) -> Delegations:
        """What the caller lent and was lent."""
        return Delegations(items=[_shown(one) for one in await delegating.mine(principal)])

    @routes.post("/me/delegations", status_code=201, responses=refuses(404))
    async def lend(
        body: Annotated[DelegationDraft, example(LENT)],
        response: Response,
        ctx: CommandContext = Depends(chassis.creation),
    ) -> DelegationShown:
        """Lend roles of one's own to a colleague for at most 31 days. It ends by itself, and when either leaves."""
        lent, replayed = await delegating.lend(ctx, body)
        if replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return _shown(lent)

    @routes.get("/delegations")
    async def delegations(principal: Principal = Depends(chassis.caller)) -> Delegations:
        """What is lent at the caller's hotels."""
        return Delegations(items=[_shown(one) for one in await delegating.all(principal)])

    @routes.post("/delegations/{delegation_id}/revoke", responses=refuses(404))
    async def revoke(
        delegation_id: Annotated[EntityId, Path()],
        response: Response,
        ctx: CommandContext = Depends(chassis.creation),
    ) -> Revoked:
        """End it at once: by who lent it, by who has it, or by an administrator."""
        ended, replayed = await delegating.revoke(ctx, delegation_id)
        if replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return Revoked(id=ended)

    return routes

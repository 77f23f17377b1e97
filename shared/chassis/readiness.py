"""The route that says what a hotel lacks before it can open, as far as one service owns it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from shared.chassis.describing import refuses
from shared.chassis.service import Chassis
from shared.contracts.errors import forbidden, not_found
from shared.contracts.identity import Principal
from shared.contracts.policy import Resource
from shared.contracts.readiness import Check, Readiness
from shared.contracts.staff import Property
from shared.contracts.values import Slug

Look = Callable[[Property], Awaitable[Sequence[Check]]]
"""Looks at one hotel."""


def router(look: Look, chassis: Chassis) -> APIRouter:
    """The route. Who may see how hotels are connected may see what they lack."""
    routes = APIRouter(prefix="/v1/readiness", tags=["readiness"])

    @routes.get("/{property_id}", responses=refuses(404))
    async def readiness(
        property_id: Annotated[Slug, Path()], principal: Annotated[Principal, Depends(chassis.caller)]
    ) -> Readiness:
        """What this service finds missing before a hotel can open; each thing is said plainly."""
        covered = principal.properties is None or property_id in principal.properties
        hotel = chassis.policy.property(principal.chain, property_id) if covered else None
        if hotel is None:
            raise not_found("property")
        verdict = chassis.policy.decide(principal, "read", Resource.CONNECTION, property_id)
        if not verdict.allow:
            raise forbidden(verdict.why, "You may not see what a hotel lacks.")
        checks = tuple(await look(hotel))
        return Readiness(
            property_id=hotel.id,
            service=chassis.settings.service,
            mode=hotel.mode,
            ready=all(one.ready for one in checks),
            checks=checks,
        )

    return routes

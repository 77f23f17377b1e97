"""A property's own rules over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from services.records.api.bodies.why import Why
from services.records.api.examples import RULES
from services.records.domain.rules import PropertyRules
from services.records.usecases.ruling import Ruling
from services.records.usecases.shown import ShownRules
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import Slug


class NewRules(Why):
    """A property's own rules, whole, and why they change."""

    rules: PropertyRules


def router(ruling: Ruling, chassis: Chassis) -> APIRouter:
    """The routes."""
    made = APIRouter()

    @made.get("/rules", responses={200: ETAG, **refuses(404)})
    async def rules(
        principal: Annotated[Principal, Depends(chassis.caller)],
        property: Annotated[Slug, Query()],
        response: Response,
    ) -> ShownRules:
        """The rules in force at a property, and what it says otherwise than its chain."""
        shown = await ruling.read(principal, property)
        response.headers["ETag"] = f'"{shown.version}"'
        return shown

    @made.put("/rules/{property_id}", responses={200: ETAG})
    async def change_rules(
        property_id: Annotated[Slug, Path()],
        body: Annotated[NewRules, example(RULES)],
        ctx: Annotated[CommandContext, Depends(chassis.command)],
        response: Response,
    ) -> ShownRules:
        """Publish a new version of a property's own rules."""
        shown = await ruling.change(ctx, property_id, body.rules, *body.said)
        response.headers["ETag"] = f'"{shown.version}"'
        return shown

    return made

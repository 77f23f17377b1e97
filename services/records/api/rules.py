"""A hotel's own rules over HTTP: read, proposed, decided by another person, withdrawn."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field, StringConstraints

from services.records.api.bodies.why import Why
from services.records.api.examples import RULES, RULES_RULING, RULES_WITHDRAWAL
from services.records.domain.rules import PropertyRules
from services.records.usecases.ruling import Ruling, Said
from services.records.usecases.shown_rules import ShownRules, ShownVersions
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import AskedInstant

Place = Annotated[str, StringConstraints(pattern=r"^(_chain|[a-z0-9][a-z0-9-]{0,62})$")]
"""A property, or `_chain` for the rules that a chain lays under those of its properties."""

Number = Annotated[int, Path(ge=2, le=10**9)]


class NewRules(Why):
    """A place's own rules, whole, why they change, and from when; absent: as soon as they are approved."""

    rules: PropertyRules
    effective_from: AskedInstant | None = None


class RulesRuling(Why):
    """Approve or reject; `digest` is that of the version as it was shown."""

    approve: Annotated[bool, Field(strict=True)]
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None


def router(ruling: Ruling, chassis: Chassis) -> APIRouter:
    """The routes."""
    made = APIRouter()
    caller = Annotated[Principal, Depends(chassis.caller)]
    told = Annotated[CommandContext, Depends(chassis.command)]

    @made.get("/rules", responses={200: ETAG, **refuses(404)})
    async def rules(
        principal: caller,
        property: Annotated[Place, Query()],
        response: Response,
        at: Annotated[AskedInstant | None, Query()] = None,
    ) -> ShownRules:
        """The rules in force at a property, now or `at` a moment, what it says itself, and what waits."""
        return _tagged(response, await ruling.read(principal, property, at))

    @made.put("/rules/{property_id}", responses={200: ETAG})
    async def change_rules(
        property_id: Annotated[Place, Path()],
        body: Annotated[NewRules, example(RULES)],
        ctx: told,
        response: Response,
    ) -> ShownRules:
        """Propose a new version of a property's own rules; it waits for another person's approval."""
        shown = await ruling.propose(ctx, property_id, body.rules, body.effective_from, Said(*body.said))
        return _tagged(response, shown)

    @made.get("/rules/{property_id}/versions")
    async def rules_versions(
        property_id: Annotated[Place, Path()],
        principal: caller,
        below: Annotated[int | None, Query(ge=2, le=10**9)] = None,
        limit: Annotated[int, Query(ge=1, le=50)] = 20,
    ) -> ShownVersions:
        """Every version with who, when, why and what it changes; newest first, `below` a number."""
        return await ruling.versions(principal, property_id, below, limit)

    @made.post("/rules/{property_id}/versions/{version}/decide", responses={200: ETAG})
    async def decide_rules(
        property_id: Annotated[Place, Path()],
        version: Number,
        body: Annotated[RulesRuling, example(RULES_RULING)],
        ctx: told,
        response: Response,
    ) -> ShownRules:
        """Approve or reject a proposed version; nobody decides their own."""
        shown = await ruling.decide(ctx, property_id, version, body.approve, body.digest, Said(*body.said))
        return _tagged(response, shown)

    @made.post("/rules/{property_id}/versions/{version}/withdraw", responses={200: ETAG})
    async def withdraw_rules(
        property_id: Annotated[Place, Path()],
        version: Number,
        body: Annotated[Why, example(RULES_WITHDRAWAL)],
        ctx: told,
        response: Response,
    ) -> ShownRules:
        """Take back a version that is not in force yet."""
        return _tagged(response, await ruling.withdraw(ctx, property_id, version, Said(*body.said)))

    return made


def _tagged(response: Response, shown: ShownRules) -> ShownRules:
    response.headers["ETag"] = f'"{shown.revision}"'
    return shown

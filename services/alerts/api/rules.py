"""A hotel's own alert rules over HTTP: read, tried out, proposed, decided by another person, withdrawn."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field, StringConstraints

from services.alerts.api.words import Because
from services.alerts.domain.book import CHAIN_LEVEL, AlertRules
from services.alerts.usecases.ruling import Ruling, ShownBook, ShownVersions, Simulation
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import AskedInstant, Frozen

NOISY: dict[str, Any] = {
    "code": "own_noise_at_night",
    "on": "record",
    "condition": "open && kind == 'service_recovery' && fields.problem == 'noise'",
    "moment": "now",
    "severity": "warning",
    "audience": "duty_manager",
    "steps": [{"after_s": 600, "role": "general_manager"}],
    "text": {"en": "{kind}, {room}: somebody cannot sleep."},
}
TERMS: dict[str, Any] = {
    "edits": {"blocked_long": {"plus_s": 7200}},
    "own": [NOISY],
    "quiet": {"start": "23:00", "end": "07:00"},
    "calendars": {
        "finance": {"week": [{"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "17:00"}], "country": "PT"},
    },
}
TRIED: dict[str, Any] = {"rules": TERMS}
ASKED: dict[str, Any] = {"rules": TERMS, "reason": "Nights are quiet now."}
RULED: dict[str, Any] = {"approve": True, "reason": "Tried out; agreed."}
TAKEN_BACK: dict[str, Any] = {"reason": "The season starts later."}

Place_ = Annotated[
    str, Path(pattern=rf"^({CHAIN_LEVEL}|[a-z0-9][a-z0-9-]{{0,62}})$", description="A property, or `_chain`")
]
Number = Annotated[int, Path(ge=1, le=10**9)]


class Tried(Frozen):
    """What a place would have of its own, whole."""

    rules: AlertRules


class Asked(Because):
    """What a place is to have of its own, whole, from when, and why."""

    rules: AlertRules
    effective_from: AskedInstant | None = None


class Ruled(Because):
    """Approve or reject, and why; `digest` is that of the version as it was shown."""

    approve: Annotated[bool, Field(strict=True)]
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None


class TakenBack(Because):
    """Why a version is taken back."""


def router(ruling: Ruling, chassis: Chassis) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1/alert-rules", tags=["alerts"])
    _let_see(routes, ruling, chassis)
    _let_change(routes, ruling, chassis)
    return routes


def _let_see(routes: APIRouter, ruling: Ruling, chassis: Chassis) -> None:
    caller = Annotated[Principal, Depends(chassis.caller)]

    @routes.get("/{property_id}", responses={200: ETAG})
    async def alert_rules(property_id: Place_, principal: caller, response: Response) -> ShownBook:
        """The rules, routes, quiet hours and calendars in force, what of them is the place's own, and what waits."""
        return _tagged(response, await ruling.read(principal, property_id))

    @routes.get("/{property_id}/versions")
    async def alert_rule_versions(
        property_id: Place_,
        principal: caller,
        below: Annotated[int | None, Query(ge=1, le=10**9)] = None,
        limit: Annotated[int, Query(ge=1, le=50)] = 20,
    ) -> ShownVersions:
        """Every version with who, when and why; newest first, `below` a number."""
        return await ruling.versions(principal, property_id, below, limit)

    @routes.post("/{property_id}/simulate")
    async def simulate_alert_rules(
        property_id: Place_, body: Annotated[Tried, example(TRIED)], principal: caller
    ) -> Simulation:
        """What these rules would do with what is open now, by rule, and who would hear. Nobody is told."""
        return await ruling.simulate(principal, property_id, body.rules)


def _let_change(routes: APIRouter, ruling: Ruling, chassis: Chassis) -> None:
    told = Annotated[CommandContext, Depends(chassis.command)]

    @routes.put("/{property_id}", responses={200: ETAG})
    async def change_alert_rules(
        property_id: Place_, body: Annotated[Asked, example(ASKED)], ctx: told, response: Response
    ) -> ShownBook:
        """Propose what a place is to have of its own; it waits for another person."""
        shown = await ruling.propose(ctx, property_id, body.rules, body.effective_from, body.said())
        return _tagged(response, shown)

    @routes.post("/{property_id}/versions/{version}/decide", responses={200: ETAG})
    async def decide_alert_rules(
        property_id: Place_, version: Number, body: Annotated[Ruled, example(RULED)], ctx: told, response: Response
    ) -> ShownBook:
        """Approve or reject; nobody decides their own."""
        shown = await ruling.decide(ctx, property_id, version, body.approve, body.digest, body.said())
        return _tagged(response, shown)

    @routes.post("/{property_id}/versions/{version}/withdraw", responses={200: ETAG})
    async def withdraw_alert_rules(
        property_id: Place_,
        version: Number,
        body: Annotated[TakenBack, example(TAKEN_BACK)],
        ctx: told,
        response: Response,
    ) -> ShownBook:
        """Take back a version that is not in force yet."""
        return _tagged(response, await ruling.withdraw(ctx, property_id, version, body.said()))


def _tagged(response: Response, shown: ShownBook) -> ShownBook:
    response.headers["ETag"] = f'"{shown.revision}"'
    return shown

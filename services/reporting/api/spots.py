"""Spot checks and imported reviews over HTTP."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from services.reporting.domain.spot import Found, SpotCheck
from services.reporting.usecases.reviewing import Imported, Reviewing
from services.reporting.usecases.spotting import Spotting
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import AskedDay, Code, EntityId, Frozen, Slug

PLAN = {"property_id": "city", "day": "2026-03-10"}
FOUND = {"done": True, "value": "2"}
FILE = {"property_id": "city", "source": "travel_site", "csv": "date,score,scale\n2026-03-01,4.5,5\n", "dry_run": False}
Id = Annotated[EntityId, Path()]


class PlanBody(Frozen):
    """The day whose closes are checked."""

    property_id: Slug
    day: AskedDay


class FoundBody(Frozen):
    """What is really there: whether the work is done, and the value that can be read off, if one is asked for."""

    done: bool = Field(strict=True)
    value: str | None = Field(default=None, max_length=200)


class ReviewsBody(Frozen):
    """A CSV file with the columns `date`, `score`, and if they are there `scale` and `id`; others are not read."""

    property_id: Slug
    source: Code
    csv: str = Field(min_length=1, max_length=900_000)
    dry_run: bool = Field(default=False, strict=True)


class DayPlanView(Frozen):
    """How many records were drawn for one day of one hotel, and how many of these checks are made."""

    property_id: Slug
    day: dt.date
    drawn: int
    made: int


class SpotChecks(Frozen):
    """Spot checks to be made; `plans` of the last two weeks and, of their checks, those that the caller made."""

    checks: tuple[SpotCheck, ...]
    plans: tuple[DayPlanView, ...] = ()
    made: tuple[SpotCheck, ...] = ()


def router(spotting: Spotting, reviewing: Reviewing, chassis: Chassis) -> APIRouter:
    """The routes."""
    made = APIRouter(prefix="/v1", tags=["reporting"])

    @made.get("/spot-checks", responses=refuses(404))
    async def spot_checks(
        principal: Annotated[Principal, Depends(chassis.caller)],
        property_id: Annotated[Slug | None, Query(alias="property")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> SpotChecks:
        """Checks to be made: where to look, never what the record says."""
        checks = await spotting.open(principal, property_id, limit)
        plans, made = await spotting.lately(principal, property_id)
        shown = tuple(DayPlanView(**vars(one)) for one in plans)
        return SpotChecks(checks=tuple(checks), plans=shown, made=tuple(made))

    @made.post("/spot-checks", status_code=201, responses=refuses(404, 409))
    async def plan_spot_checks(
        body: Annotated[PlanBody, example(PLAN)],
        response: Response,
        ctx: Annotated[CommandContext, Depends(chassis.creation)],
    ) -> SpotChecks:
        """Draw the checks of a day; on busy days it happens by itself."""
        checks, replayed = await spotting.plan(ctx, body.property_id, body.day)
        _mark(response, replayed)
        return SpotChecks(checks=tuple(checks))

    @made.post("/spot-checks/{check_id}/entry", responses={200: ETAG})
    async def enter_spot_check(
        check_id: Id,
        body: Annotated[FoundBody, example(FOUND)],
        response: Response,
        ctx: Annotated[CommandContext, Depends(chassis.command)],
    ) -> SpotCheck:
        """Say what is really there. Needs If-Match."""
        check, replayed = await spotting.enter(ctx, check_id, Found(done=body.done, value=body.value))
        response.headers["ETag"] = f'"{check.version}"'
        _mark(response, replayed)
        return check

    @made.post("/reviews", responses=refuses(404, 409))
    async def import_reviews(
        body: Annotated[ReviewsBody, example(FILE)],
        response: Response,
        ctx: Annotated[CommandContext, Depends(chassis.creation)],
    ) -> Imported:
        """Take public reviews, each once; a file with a wrong row is refused whole."""
        found, replayed = await reviewing.take(ctx, body.property_id, body.source, body.csv, dry=body.dry_run)
        _mark(response, replayed)
        return found

    return made


def _mark(response: Response, replayed: bool) -> None:
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"

"""Schedules and what they delivered, over HTTP."""

from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field, StringConstraints

from services.reporting.api.files import MEDIA, as_file, content_of
from services.reporting.domain.mailing import MailState
from services.reporting.domain.schedule import Run, Schedule, Terms
from services.reporting.usecases.delivering import Delivering
from services.reporting.usecases.mailing import Mailings
from services.reporting.usecases.overseeing import Overseeing, Stand
from services.reporting.usecases.scheduling import Draft, Scheduling
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import EntityId, Frozen, Instant, Slug

SCHEDULE = {
    "property_id": "city",
    "name": "Exceptions before it gets busy",
    "terms": {
        "report": "exceptions",
        "days": 7,
        "audience": "duty_manager",
        "when": "before_busy",
        "at": "15:00",
        "hours_before": 6,
        "busy_percent": 85,
        "review_hours": 4,
        "mail_to": ["duty@city.example"],
    },
}
Id = Annotated[EntityId, Path()]
Shown = TypeVar("Shown", Schedule, Run)
Here = Annotated[Slug | None, Query(alias="property")]


class ScheduleBody(Frozen):
    """A report that comes by itself."""

    property_id: Slug
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    terms: Terms
    paused: bool = Field(default=False, strict=True, description="It stays as it is and makes nothing")

    @property
    def draft(self) -> Draft:
        """As the use case takes it."""
        return Draft(self.property_id, self.name, self.terms, self.paused)


class ScheduleView(Schedule):
    """A schedule with when it comes next, its last delivery, and what became of the e-mails of that."""

    next_at: Instant | None = Field(default=None, description="None: paused, or no day ahead is busy")
    last: Run | None = None
    mails_sent: int = 0
    mails_waiting: int = 0
    mails_failed: int = Field(default=0, description="Refused, or nobody knows whether they arrived")


class Schedules(Frozen):
    """Schedules in use, by name."""

    schedules: tuple[ScheduleView, ...]


def _view(one: Stand) -> ScheduleView:
    more = {name: value for name, value in vars(one).items() if name != "schedule"}
    return ScheduleView(**dict(one.schedule), **more)


class MailView(Frozen):
    """What became of one e-mail of a delivery; `unknown` ones are not sent again."""

    to: str = Field(description="Empty for those who may not read about staff")
    state: MailState
    tries: int
    code: str | None = None


class Mails(Frozen):
    """The e-mails of one delivery."""

    run_id: EntityId
    mails: tuple[MailView, ...]


class Runs(Frozen):
    """What was delivered, the newest first."""

    runs: tuple[Run, ...]


def router(
    scheduling: Scheduling, overseeing: Overseeing, delivering: Delivering, mailings: Mailings, chassis: Chassis
) -> APIRouter:
    """The routes."""
    made = APIRouter(prefix="/v1", tags=["reporting"])
    caller = Annotated[Principal, Depends(chassis.caller)]
    told = Annotated[CommandContext, Depends(chassis.command)]

    @made.get("/schedules", responses=refuses(404))
    async def schedules(principal: caller, property_id: Here = None) -> Schedules:
        """The schedules in use, each with when it comes next and what became of its last delivery."""
        return Schedules(schedules=tuple(_view(one) for one in await overseeing.shown(principal, property_id)))

    @made.post("/schedules", status_code=201, responses={201: ETAG, **refuses(404, 409)})
    async def make_schedule(
        body: Annotated[ScheduleBody, example(SCHEDULE)],
        response: Response,
        ctx: Annotated[CommandContext, Depends(chassis.creation)],
    ) -> Schedule:
        """Have a report delivered by itself."""
        return _tagged(response, *await scheduling.make(ctx, chassis.clock.new_id(), body.draft))

    @made.put("/schedules/{schedule_id}", responses={200: ETAG})
    async def change_schedule(
        schedule_id: Id, body: Annotated[ScheduleBody, example(SCHEDULE)], response: Response, ctx: told
    ) -> Schedule:
        """Change a schedule. Needs If-Match."""
        return _tagged(response, *await scheduling.change(ctx, schedule_id, body.draft))

    @made.delete("/schedules/{schedule_id}", status_code=204)
    async def end_schedule(schedule_id: Id, ctx: told) -> None:
        """End a schedule. Needs If-Match."""
        await scheduling.change(ctx, schedule_id, None)

    @made.get("/runs", responses=refuses(404))
    async def runs(
        principal: caller, property_id: Here = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
    ) -> Runs:
        """What was delivered, and who reviewed it."""
        return Runs(runs=tuple(await delivering.shown(principal, property_id, limit)))

    @made.get("/runs/{run_id}", responses={200: ETAG})
    async def run(run_id: Id, principal: caller, response: Response) -> Run:
        """One delivery."""
        return _tagged(response, await delivering.one(principal, run_id), False)

    @made.get(
        "/runs/{run_id}/file",
        response_class=Response,
        responses={200: content_of(MEDIA[form] for form in ("xlsx", "png", "eml"))},
    )
    async def run_file(
        run_id: Id, principal: caller, form: Annotated[Literal["xlsx", "png", "eml"], Query(alias="format")]
    ) -> Response:
        """A delivery as it was made then: workbook, picture or e-mail."""
        return as_file(await delivering.file(principal, run_id, form), MEDIA[form], f"report.{form}")

    @made.get("/runs/{run_id}/mails")
    async def run_mails(run_id: Id, principal: caller) -> Mails:
        """To whom a delivery went by e-mail, and what became of it."""
        found = await mailings.of(principal, run_id)
        return Mails(
            run_id=run_id, mails=tuple(MailView(to=m.to, state=m.state, tries=m.tries, code=m.code) for m in found)
        )

    @made.post("/runs/{run_id}/review", responses={200: ETAG})
    async def review_run(run_id: Id, response: Response, ctx: told) -> Run:
        """I have read it. Needs If-Match."""
        return _tagged(response, *await delivering.review(ctx, run_id))

    return made


def _tagged(response: Response, shown: Shown, replayed: bool) -> Shown:
    response.headers["ETag"] = f'"{shown.version}"'
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return shown

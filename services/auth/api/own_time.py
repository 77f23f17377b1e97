"""Calling in sick, coming back, and the own rota as a calendar, over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from services.auth.usecases.own_time import OwnTime
from shared.chassis.commands import CommandContext
from shared.chassis.describing import example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.staff import Absence, StaffMember
from shared.contracts.values import AskedInstant, Frozen

_CALENDAR: dict[int | str, dict[str, Any]] = {200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}}


class CallBody(Frozen):
    """From when (default now) until when (default until further notice)."""

    start: AskedInstant | None = None
    end: AskedInstant | None = None


class Absences(Frozen):
    """The caller's absences."""

    items: tuple[Absence, ...]


class RotaLink(Frozen):
    """The path of the calendar, told once; whoever has it reads the shifts."""

    path: str


def _absences(member: StaffMember, response: Response, replayed: bool) -> Absences:
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return Absences(items=member.absences)


def router(own: OwnTime, chassis: Chassis) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1/me", tags=["own_time"])

    @routes.post("/absences", status_code=201)
    async def call_in(
        body: Annotated[CallBody, example({})], response: Response, ctx: CommandContext = Depends(chassis.creation)
    ) -> Absences:
        """Be absent from now on: open work moves to somebody who is there."""
        return _absences(*_said(await own.call_in(ctx, body.start, body.end), response))

    @routes.post("/absences/end")
    async def come_back(response: Response, ctx: CommandContext = Depends(chassis.creation)) -> Absences:
        """Be there again from now on."""
        return _absences(*_said(await own.come_back(ctx), response))

    @routes.post("/rota-link", status_code=201)
    async def rota_link(response: Response, principal: Principal = Depends(chassis.caller)) -> RotaLink:
        """A link for a calendar; the one before it is good no more."""
        response.headers["Cache-Control"] = "no-store"
        return RotaLink(path=f"/v1/me/rota.ics?token={await own.link(principal)}")

    @routes.delete("/rota-link", status_code=204)
    async def end_rota_link(principal: Principal = Depends(chassis.caller)) -> None:
        """End the link."""
        await own.unlink(principal)

    @routes.get("/rota.ics", response_class=Response, responses=_CALENDAR | refuses(404))
    async def rota(token: Annotated[str, Query(min_length=40, max_length=64)]) -> Response:
        """The shifts of the next six weeks, less absences, as iCalendar: for whoever has the link."""
        said = await own.rota(token)
        return Response(said, media_type="text/calendar", headers={"Cache-Control": "private, max-age=300"})

    return routes


def _said(done: tuple[StaffMember, bool], response: Response) -> tuple[StaffMember, Response, bool]:
    return done[0], response, done[1]

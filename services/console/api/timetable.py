"""Schedules of reports."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from services.console.api.alerting import Hotel
from services.console.api.desk import EntityPath
from services.console.api.gate import Form, Gate
from services.console.api.render import page
from services.console.domain import timetable as words
from services.console.domain.problem import Problem
from services.console.domain.session import Viewer
from services.console.usecases.timetable import Timekeeping, TimetableView

HERE = "/schedules"


def router(gate: Gate, keeping: Timekeeping) -> APIRouter:
    """The routes."""
    made = APIRouter()
    filled_in = Annotated[Form, Depends(gate.form)]

    @made.get(HERE)
    async def schedules(viewer: Annotated[Viewer, Depends(gate.viewer)], hotel: Hotel = "", edit: str = "") -> Response:
        return _shown(await keeping.shown(viewer, hotel, edit))

    @made.post(HERE)
    async def make(sent: filled_in) -> Response:
        return await answered(sent, await keeping.make(sent.viewer, sent.key, sent.values))

    @made.post(f"{HERE}/{{schedule_id}}")
    async def change(schedule_id: EntityPath, sent: filled_in) -> Response:
        problem = await keeping.change(sent.viewer, schedule_id, sent.key, sent.version, sent.values)
        return await answered(sent, problem, schedule_id)

    @made.post(f"{HERE}/{{schedule_id}}/pause")
    async def pause(schedule_id: EntityPath, sent: filled_in) -> Response:
        hotel, on = sent.values.get("property_id", ""), sent.values.get("paused", "")
        return await answered(sent, await keeping.pause(sent.viewer, schedule_id, sent.key, sent.version, hotel, on))

    @made.post(f"{HERE}/{{schedule_id}}/end")
    async def end(schedule_id: EntityPath, sent: filled_in) -> Response:
        return await answered(sent, await keeping.end(sent.viewer, schedule_id, sent.key, sent.version))

    @made.post(f"{HERE}/runs/{{run_id}}")
    async def review(run_id: EntityPath, sent: filled_in) -> Response:
        return await answered(sent, await keeping.review(sent.viewer, run_id, sent.key, sent.version))

    async def answered(sent: Form, problem: Problem | None, edit: str = "") -> Response:
        place = sent.values.get("property_id", "")
        if problem is None:
            return RedirectResponse(f"{HERE}?{urlencode({'property': place})}", status_code=303)
        return _shown(await keeping.shown(sent.viewer, place, edit, problem, sent.values))

    return made


def _shown(view: TimetableView) -> Response:
    status = view.problem.status if view.problem else 200
    return page("schedules.html", status, view=view, page=view.page, table=words)

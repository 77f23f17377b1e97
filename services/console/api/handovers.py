"""Handovers: listed, read, printed, taken over, made."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import RedirectResponse

from services.console.api.gate import Form, Gate
from services.console.api.render import page
from services.console.domain.problem import Problem
from services.console.domain.session import Viewer
from services.console.usecases.handovers import ShiftChange

Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@|-]{0,127}$")]


def router(gate: Gate, shifts: ShiftChange) -> APIRouter:
    """The routes."""
    made = APIRouter()
    signed_in = Annotated[Viewer, Depends(gate.viewer)]
    filled_in = Annotated[Form, Depends(gate.form)]

    @made.get("/handovers")
    async def handovers(viewer: signed_in, property: str = "", after: str = "") -> Response:
        view = await shifts.all(viewer, property, after)
        return page("handovers.html", view=view, page=view.page)

    @made.post("/handovers")
    async def prepare(sent: filled_in) -> Response:
        given = sent.values
        made_now = await shifts.prepare(
            sent.viewer,
            sent.key,
            given.get("property_id", ""),
            given.get("department", ""),
            given.get("reason", ""),
        )
        if isinstance(made_now, Problem):
            view = await shifts.all(sent.viewer, "", problem=made_now)
            return page("handovers.html", made_now.status, view=view, page=view.page)
        return RedirectResponse(f"/handovers/{made_now}", status_code=303)

    @made.get("/handovers/{handover_id}")
    async def handover(
        handover_id: Id, viewer: signed_in, after: Annotated[int, Query(ge=0)] = 0, paper: bool = False
    ) -> Response:
        view = await shifts.one(viewer, handover_id, after)
        return page("handover_paper.html" if paper else "handover.html", view=view, page=view.page)

    @made.post("/handovers/{handover_id}/acknowledge")
    async def acknowledge(handover_id: Id, sent: filled_in) -> Response:
        problem = await shifts.acknowledge(sent.viewer, handover_id, sent.key, sent.version)
        if problem is None:
            return RedirectResponse(f"/handovers/{handover_id}", status_code=303)
        view = await shifts.one(sent.viewer, handover_id, problem=problem)
        return page("handover.html", problem.status, view=view, page=view.page)

    return made

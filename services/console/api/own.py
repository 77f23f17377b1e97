"""One's own time: calling in sick, coming back, one's shifts in one's calendar."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.console.api.gate import Form, Gate
from services.console.api.render import page
from services.console.domain.problem import Problem
from services.console.domain.session import Viewer
from services.console.usecases.office import Office


def router(gate: Gate, office: Office) -> APIRouter:
    """The routes."""
    made = APIRouter()
    filled_in = Annotated[Form, Depends(gate.form)]

    def shown(viewer: Viewer, problem: Problem | None = None, done: str = "", link: str = "") -> Response:
        status = problem.status if problem else 200
        return page("me.html", status, page=office.page(viewer), problem=problem, done=done, link=link)

    @made.get("/me")
    async def me(viewer: Annotated[Viewer, Depends(gate.viewer)]) -> Response:
        return shown(viewer)

    @made.post("/me/away")
    async def away(sent: filled_in) -> Response:
        problem = await office.call_in(sent.viewer, sent.key, away=True)
        return shown(sent.viewer, problem, "" if problem else "away")

    @made.post("/me/back")
    async def back(sent: filled_in) -> Response:
        problem = await office.call_in(sent.viewer, sent.key, away=False)
        return shown(sent.viewer, problem, "" if problem else "back")

    @made.post("/me/calendar")
    async def calendar(sent: filled_in) -> Response:
        link = await office.calendar(sent.viewer)
        if isinstance(link, Problem):
            return shown(sent.viewer, link)
        return shown(sent.viewer, link=link)

    return made

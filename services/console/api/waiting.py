"""The queues of what waits for the viewer."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.console.api.gate import Form, Gate
from services.console.api.render import page
from services.console.domain.session import Viewer
from services.console.usecases.waiting import Waiting


def router(gate: Gate, waiting: Waiting) -> APIRouter:
    """The routes."""
    made = APIRouter()

    @made.get("/waiting")
    async def queues(viewer: Annotated[Viewer, Depends(gate.viewer)]) -> Response:
        view = await waiting.show(viewer)
        return page("waiting.html", view=view, page=view.page)

    @made.post("/waiting/decide")
    async def decide(sent: Annotated[Form, Depends(gate.form)]) -> Response:
        values = sent.values
        chosen = [value for name, value in values.items() if name.startswith("item-")]
        approve = values.get("approve") == "true"
        problem, decided = await waiting.decide(sent.viewer, sent.key, chosen, approve, values.get("reason", ""))
        view = await waiting.show(sent.viewer, problem, decided)
        return page("waiting.html", problem.status if problem else 200, view=view, page=view.page)

    return made

"""The stays of a hotel, and selling to one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from services.console.api.desk import EntityPath
from services.console.api.gate import Form, Gate
from services.console.api.render import page
from services.console.domain.problem import Problem
from services.console.domain.session import Viewer
from services.console.usecases.desk import FrontDesk
from services.console.usecases.stays import Stays
from shared.contracts.stays import StayStatus


def router(gate: Gate, stays: Stays, desk: FrontDesk) -> APIRouter:
    """The routes."""
    made = APIRouter()

    @made.get("/stays")
    async def in_the_house(
        viewer: Annotated[Viewer, Depends(gate.viewer)], property: str = "", status: str = "", cursor: str = ""
    ) -> Response:
        wanted = status if status in set(StayStatus) else StayStatus.CHECKED_IN.value
        view = await stays.show(viewer, property, wanted, cursor[:300])
        return page("stays.html", view=view, page=view.page)

    @made.post("/stays/{stay_id}/sell")
    async def sell(stay_id: EntityPath, sent: Annotated[Form, Depends(gate.form)]) -> Response:
        opened = await stays.sell(sent.viewer, stay_id, sent.key, sent.values)
        if isinstance(opened, Problem):
            view = await desk.journey(sent.viewer, stay_id, opened)
            return page("stay.html", opened.status, view=view, page=view.page)
        return RedirectResponse(f"/records/{opened}", status_code=303)

    return made

"""Alerts, a stay's journey and the day."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse

from services.console.api.gate import Form, Gate, SignInFirst
from services.console.api.render import page, partial
from services.console.domain.session import Viewer
from services.console.usecases.desk import FrontDesk
from shared.contracts.alerts import AlertState

EntityPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@|-]{0,127}$")]


def router(gate: Gate, desk: FrontDesk) -> APIRouter:
    """The routes."""
    made = APIRouter()
    signed_in = Annotated[Viewer, Depends(gate.viewer)]

    @made.get("/alerts")
    async def alerts(request: Request, viewer: signed_in) -> Response:
        view = await desk.alerts(viewer)
        return page("_alerts.html" if partial(request) else "alerts.html", view=view, page=view.page)

    @made.get("/alerts/count")
    async def count(request: Request, viewer: Annotated[Viewer | None, Depends(gate.whoever)]) -> Response:
        if viewer is None and not partial(request):
            raise SignInFirst("")
        if viewer is None:
            # The screen was just locked: the page that asks is on its way elsewhere, and this must not send it away.
            return Response(status_code=204)
        view = await desk.alerts(viewer)
        ringing = sum(1 for one in view.alerts if one.state is AlertState.OPEN)
        return page("_count.html", ringing=ringing, silent=bool(view.page.down))

    @made.post("/alerts/{alert_id}/acknowledge")
    async def acknowledge(
        request: Request, alert_id: EntityPath, sent: Annotated[Form, Depends(gate.form)]
    ) -> Response:
        problem = await desk.acknowledge(sent.viewer, alert_id, sent.key, sent.version)
        if problem is None and not partial(request):
            return RedirectResponse("/alerts", status_code=303)
        view = await desk.alerts(sent.viewer, problem)
        return page(
            "_alerts.html" if partial(request) else "alerts.html",
            problem.status if problem else 200,
            headers={"HX-Trigger": "alerts:changed"},
            view=view,
            page=view.page,
        )

    @made.get("/stays/{stay_id}")
    async def journey(stay_id: EntityPath, viewer: signed_in) -> Response:
        view = await desk.journey(viewer, stay_id)
        return page("stay.html", view=view, page=view.page)

    @made.get("/day")
    async def day(viewer: signed_in, property: str = "", date: str = "") -> Response:
        view = await desk.day(viewer, property, _date(date))
        return page("day.html", view=view, page=view.page, property_id=property)

    return made


def _date(given: str) -> dt.date | None:
    """A date typed into an address; one that is none means today."""
    try:
        return dt.date.fromisoformat(given)
    except ValueError:
        return None

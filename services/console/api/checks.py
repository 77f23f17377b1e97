"""Spot checks: entered blind, then compared."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from services.console.api.alerting import Hotel
from services.console.api.desk import EntityPath
from services.console.api.gate import Form, Gate
from services.console.api.render import page
from services.console.domain.session import Viewer
from services.console.usecases.checks import ChecksView, SpotDesk

HERE = "/spot-checks"


def router(gate: Gate, spots: SpotDesk) -> APIRouter:
    """The routes."""
    made = APIRouter()
    filled_in = Annotated[Form, Depends(gate.form)]

    @made.get(HERE)
    async def checks(viewer: Annotated[Viewer, Depends(gate.viewer)], hotel: Hotel = "", seen: str = "") -> Response:
        return _shown(await spots.shown(viewer, hotel, seen))

    @made.post(HERE)
    async def draw(sent: filled_in) -> Response:
        place, problem = sent.values.get("property_id", ""), await spots.draw(sent.viewer, sent.key, sent.values)
        if problem is None:
            return _back(place)
        return _shown(await spots.shown(sent.viewer, place, problem=problem))

    @made.post(f"{HERE}/{{check_id}}")
    async def enter(check_id: EntityPath, sent: filled_in) -> Response:
        place = sent.values.get("property_id", "")
        problem = await spots.enter(sent.viewer, check_id, sent.key, sent.version, sent.values)
        if problem is None:
            return _back(place, seen=check_id)
        return _shown(await spots.shown(sent.viewer, place, problem=problem, tried=check_id))

    return made


def _back(place: str, **more: str) -> Response:
    return RedirectResponse(f"{HERE}?{urlencode({'property': place, **more})}", status_code=303)


def _shown(view: ChecksView) -> Response:
    return page("spot_checks.html", view.problem.status if view.problem else 200, view=view, page=view.page)

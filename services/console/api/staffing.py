"""Staff with their roles, and the rota."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from services.console.api.desk import EntityPath
from services.console.api.gate import Form, Gate
from services.console.api.render import page
from services.console.domain.session import Viewer
from services.console.usecases.staffing import Crew, RotaView, StaffView

Asked = Annotated[str, Query(max_length=64)]


def router(gate: Gate, crew: Crew) -> APIRouter:
    """The routes."""
    made = APIRouter()
    signed_in = Annotated[Viewer, Depends(gate.viewer)]
    filled_in = Annotated[Form, Depends(gate.form)]

    @made.get("/admin/staff")
    async def staff(viewer: signed_in) -> Response:
        return _people(await crew.staff(viewer), crew)

    @made.post("/admin/staff/{staff_id}")
    async def give_roles(staff_id: EntityPath, sent: filled_in) -> Response:
        problem = await crew.give_roles(sent.viewer, staff_id, sent.key, sent.version, sent.values)
        return _people(await crew.staff(sent.viewer, problem, staff_id), crew)

    @made.get("/admin/rota")
    async def rota(viewer: signed_in, property: Asked = "", week: Asked = "") -> Response:
        return _shown(await crew.rota(viewer, property, week))

    @made.post("/admin/rota/{property_id}/{staff_id}")
    async def change(property_id: EntityPath, staff_id: EntityPath, sent: filled_in) -> Response:
        asked = (sent.viewer, property_id, staff_id, sent.key, sent.version, sent.values)
        problem, week = await crew.change_rota(*asked), sent.values.get("week", "")
        if problem is None:
            return RedirectResponse(f"/admin/rota?{urlencode({'property': property_id, 'week': week})}", 303)
        return _shown(await crew.rota(sent.viewer, property_id, week, problem, staff_id))

    @made.post("/admin/swaps/{swap_id}")
    async def decide(swap_id: EntityPath, sent: filled_in) -> Response:
        yes, at = sent.values.get("approve") == "true", sent.values.get("property_id", "")
        problem = await crew.decide_swap(sent.viewer, swap_id, sent.key, sent.version, approve=yes)
        return _shown(await crew.rota(sent.viewer, at, sent.values.get("week", ""), problem))

    return made


def _people(view: StaffView, crew: Crew) -> Response:
    status = view.problem.status if view.problem else 200
    return page("staff.html", status, view=view, page=view.page, roles=crew.roles)


def _shown(view: RotaView) -> Response:
    return page("rota.html", view.problem.status if view.problem else 200, view=view, page=view.page)

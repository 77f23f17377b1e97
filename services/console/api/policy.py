"""Who may do what: read, tried, proposed, decided by a second administrator."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from services.console.api.gate import Form, Gate
from services.console.api.render import page
from services.console.domain.session import Viewer
from services.console.usecases.office import Office, PolicyView


def router(gate: Gate, office: Office) -> APIRouter:
    """The routes."""
    made = APIRouter()
    filled_in = Annotated[Form, Depends(gate.form)]

    @made.get("/admin/policy")
    async def policy(viewer: Annotated[Viewer, Depends(gate.viewer)]) -> Response:
        return _shown(await office.policy(viewer))

    @made.post("/admin/policy/try")
    async def preview(sent: filled_in) -> Response:
        return _shown(await office.policy(sent.viewer, given=sent.values))

    @made.post("/admin/policy/propose")
    async def propose(sent: filled_in) -> Response:
        problem = await office.propose(sent.viewer, sent.key, sent.version, sent.values)
        if problem is None:
            return RedirectResponse("/admin/policy", status_code=303)
        return _shown(await office.policy(sent.viewer, problem, sent.values))

    @made.post("/admin/policy/versions/{version}")
    async def decide(version: int, sent: filled_in) -> Response:
        problem = await office.decide(sent.viewer, version, sent.key, sent.version, sent.values)
        if problem is None:
            return RedirectResponse("/admin/policy", status_code=303)
        return _shown(await office.policy(sent.viewer, problem))

    return made


def _shown(view: PolicyView) -> Response:
    return page("policy.html", view.problem.status if view.problem else 200, view=view, page=view.page)

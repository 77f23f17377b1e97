"""The rules editor."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import RedirectResponse

from services.console.api.gate import Form, Gate
from services.console.api.render import page
from services.console.domain.problem import Problem
from services.console.domain.session import Viewer
from services.console.usecases.rulebook import RuleDesk, RulesView

Place = Annotated[str, Path(pattern=r"^(_chain|[a-z0-9][a-z0-9-]{0,62})$")]

Kind = Annotated[str, Query(pattern=r"^[a-z0-9_]{0,64}$")]


def router(gate: Gate, rules: RuleDesk) -> APIRouter:
    """The routes."""
    made = APIRouter()
    signed_in = Annotated[Viewer, Depends(gate.viewer)]
    filled_in = Annotated[Form, Depends(gate.form)]

    @made.get("/admin/rules")
    async def first(viewer: signed_in, kind: Kind = "") -> Response:
        return _shown(await rules.show(viewer, "", given={"kind": kind}))

    @made.get("/admin/rules/{place}")
    async def editor(place: Place, viewer: signed_in, kind: Kind = "") -> Response:
        return _shown(await rules.show(viewer, place, given={"kind": kind}))

    @made.post("/admin/rules/{place}/edit")
    async def edit(place: Place, sent: filled_in) -> Response:
        return _shown(await rules.edit(sent.viewer, place, sent.values))

    @made.post("/admin/rules/{place}/try")
    async def simulate(place: Place, sent: filled_in) -> Response:
        return _shown(await rules.simulate(sent.viewer, place, sent.values))

    @made.post("/admin/rules/{place}/propose")
    async def propose(place: Place, sent: filled_in) -> Response:
        problem = await rules.propose(sent.viewer, place, sent.key, sent.version, sent.values)
        return await _answered(rules, sent, place, problem, sent.values.get("rules", ""))

    @made.post("/admin/rules/{place}/versions/{version}")
    async def decide(place: Place, version: int, sent: filled_in) -> Response:
        problem = await rules.decide(sent.viewer, place, version, sent.key, sent.version, sent.values)
        return await _answered(rules, sent, place, problem)

    return made


async def _answered(rules: RuleDesk, sent: Form, place: str, problem: Problem | None, draft: str = "") -> Response:
    if problem is None:
        return RedirectResponse(f"/admin/rules/{place}", status_code=303)
    return _shown(await rules.show(sent.viewer, place, problem, sent.values, draft))


def _shown(view: RulesView) -> Response:
    return page("rules.html", view.problem.status if view.problem else 200, view=view, page=view.page)

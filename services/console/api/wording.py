"""The editors of message templates and of the rules of sending."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import RedirectResponse

from services.console.api.gate import Form, Gate
from services.console.api.render import page
from services.console.api.rules import Place
from services.console.domain.session import Viewer
from services.console.usecases.wording import SendingView, TemplateView, WordDesk

Code = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]


def router(gate: Gate, desk: WordDesk) -> APIRouter:
    """The routes."""
    made = APIRouter()
    _templates(made, gate, desk)
    _sending(made, gate, desk)
    return made


def _templates(made: APIRouter, gate: Gate, desk: WordDesk) -> None:
    signed_in = Annotated[Viewer, Depends(gate.viewer)]
    filled_in = Annotated[Form, Depends(gate.form)]

    @made.get("/admin/templates")
    async def first(viewer: signed_in) -> Response:
        view = await desk.all(viewer, "")
        return page("templates.html", view=view, page=view.page)

    @made.get("/admin/templates/{place}")
    async def every(place: Place, viewer: signed_in) -> Response:
        view = await desk.all(viewer, place)
        return page("templates.html", view=view, page=view.page)

    @made.get("/admin/templates/{place}/{code}")
    async def editor(place: Place, code: Code, viewer: signed_in) -> Response:
        return _template(await desk.one(viewer, place, code))

    @made.post("/admin/templates/{place}/{code}/look")
    async def look(place: Place, code: Code, sent: filled_in) -> Response:
        return _template(await desk.look(sent.viewer, place, code, sent.values))

    @made.post("/admin/templates/{place}/{code}/propose")
    async def propose(place: Place, code: Code, sent: filled_in) -> Response:
        problem = await desk.propose(sent.viewer, place, code, sent.key, sent.version, sent.values)
        if problem is None:
            return RedirectResponse(f"/admin/templates/{place}/{code}", status_code=303)
        return _template(await desk.one(sent.viewer, place, code, problem, sent.values))

    @made.post("/admin/templates/{place}/{code}/versions/{version}")
    async def decide(place: Place, code: Code, version: int, sent: filled_in) -> Response:
        problem = await desk.decide(sent.viewer, place, code, version, sent.key, sent.version, sent.values)
        if problem is None:
            return RedirectResponse(f"/admin/templates/{place}/{code}", status_code=303)
        return _template(await desk.one(sent.viewer, place, code, problem))


def _sending(made: APIRouter, gate: Gate, desk: WordDesk) -> None:
    signed_in = Annotated[Viewer, Depends(gate.viewer)]

    @made.get("/admin/sending")
    async def first(viewer: signed_in) -> Response:
        return _rules(await desk.rules(viewer, ""))

    @made.get("/admin/sending/{place}")
    async def rules(place: Place, viewer: signed_in) -> Response:
        return _rules(await desk.rules(viewer, place))

    @made.post("/admin/sending/{place}")
    async def change(place: Place, sent: Annotated[Form, Depends(gate.form)]) -> Response:
        problem = await desk.change(sent.viewer, place, sent.key, sent.version, sent.values)
        if problem is None:
            return RedirectResponse(f"/admin/sending/{place}", status_code=303)
        return _rules(await desk.rules(sent.viewer, place, problem))


def _template(view: TemplateView) -> Response:
    return page("template.html", view.problem.status if view.problem else 200, view=view, page=view.page)


def _rules(view: SendingView) -> Response:
    return page("sending.html", view.problem.status if view.problem else 200, view=view, page=view.page)

"""Quick entry."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.console.api.gate import Form, Gate
from services.console.api.render import page, partial
from services.console.domain.problem import Problem
from services.console.domain.session import Viewer
from services.console.usecases.entry import Entry
from services.console.usecases.loose import Loose


def router(gate: Gate, entry: Entry, loose: Loose) -> APIRouter:
    """The routes."""
    made = APIRouter()
    signed_in = Annotated[Viewer, Depends(gate.viewer)]

    @made.get("/new")
    async def form(request: Request, viewer: signed_in) -> Response:
        view = await entry.show(viewer, dict(request.query_params))
        return page("_entry.html" if partial(request) else "entry.html", view=view, page=view.page)

    @made.get("/new/similar")
    async def similar(request: Request, viewer: signed_in) -> Response:
        found = await entry.similar(viewer, dict(request.query_params))
        return page("_similar.html", similar=found)

    @made.post("/new")
    async def open_record(request: Request, sent: Annotated[Form, Depends(gate.form)]) -> Response:
        opened = await entry.open(sent.viewer, sent.key, sent.values)
        if isinstance(opened, Problem):
            view = await entry.show(sent.viewer, sent.values, opened)
            return page("_entry.html" if partial(request) else "entry.html", opened.status, view=view, page=view.page)
        if comment := sent.values.get("comment"):
            # Where this is refused the record is there all the same, and the comment is still listed.
            await loose.recorded(sent.viewer, comment, f"{sent.key}-comment", sent.version, opened)
        if message := sent.values.get("message"):
            await loose.heard(sent.viewer, message, f"{sent.key}-message", sent.version, opened)
        to = _next_slip(sent, opened) if sent.values.get("late") == "1" else f"/records/{opened}"
        return Response(status_code=204, headers={"HX-Redirect": to}) if partial(request) else RedirectResponse(to, 303)

    return made


def _next_slip(sent: Form, opened: str) -> str:
    """The empty form for the next slip of paper, which says that the last one is in."""
    return f"/new?{urlencode({'late': 1, 'property_id': sent.values.get('property_id', ''), 'saved': opened})}"

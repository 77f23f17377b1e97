"""Conversations with guests: the list, one of them as a page or a part of one, and what is written in it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.console.api.desk import EntityPath
from services.console.api.gate import Form, Gate
from services.console.api.render import page, partial
from services.console.domain.problem import Problem
from services.console.domain.session import Viewer
from services.console.usecases.talking import Talking, TalkView


def router(gate: Gate, talking: Talking) -> APIRouter:
    """The routes."""
    made = APIRouter()
    signed_in = Annotated[Viewer, Depends(gate.viewer)]
    filled_in = Annotated[Form, Depends(gate.form)]

    @made.get("/talk")
    async def threads(viewer: signed_in, property: str = "", state: str = "") -> Response:
        view = await talking.threads(viewer, property, state)
        return page("threads.html", view=view, page=view.page)

    @made.get("/stays/{stay_id}/talk")
    async def thread(
        request: Request, stay_id: EntityPath, viewer: signed_in, again: str = "", record: str = ""
    ) -> Response:
        given = {"again": again[:128], "record_id": record[:128]}
        return _shown(request, await talking.show(viewer, stay_id, given))

    @made.post("/stays/{stay_id}/talk")
    async def write(request: Request, stay_id: EntityPath, sent: filled_in) -> Response:
        if sent.values.get("send") == "look":
            return _shown(request, await talking.look(sent.viewer, stay_id, sent.values))
        problem = await talking.write(sent.viewer, stay_id, sent.key, sent.values)
        return await _answered(request, talking, sent, stay_id, problem)

    @made.post("/stays/{stay_id}/talk/answered")
    async def answered(request: Request, stay_id: EntityPath, sent: filled_in) -> Response:
        problem = await talking.answered(sent.viewer, stay_id, sent.key, sent.version)
        return await _answered(request, talking, sent, stay_id, problem)

    return made


async def _answered(request: Request, talking: Talking, sent: Form, stay_id: str, problem: Problem | None) -> Response:
    if problem is None and not partial(request):
        return RedirectResponse(f"/stays/{stay_id}/talk", status_code=303)
    record = {"record_id": sent.values.get("record_id", "")}
    return _shown(request, await talking.show(sent.viewer, stay_id, sent.values if problem else record, problem))


def _shown(request: Request, view: TalkView) -> Response:
    status = view.problem.status if view.problem else 200
    return page("_talk.html" if partial(request) else "talk.html", status, view=view, page=view.page)

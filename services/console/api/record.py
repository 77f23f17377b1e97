"""One record's page, the steps people take on it, and its photos."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse

from services.console.api.gate import Form, Gate, own_path
from services.console.api.render import page, partial
from services.console.domain.problem import Problem
from services.console.domain.session import Viewer
from services.console.usecases.record import RecordPages, RecordView

RecordId = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@|-]{0,127}$")]
Step = Annotated[str, Path(pattern=r"^[a-z][a-z_]{1,40}$")]


def router(gate: Gate, pages: RecordPages) -> APIRouter:
    """The routes."""
    made = APIRouter()
    signed_in = Annotated[Viewer, Depends(gate.viewer)]

    @made.get("/records/{record_id}")
    async def record(request: Request, record_id: RecordId, viewer: signed_in) -> Response:
        return _shown(request, await pages.show(viewer, record_id))

    @made.post("/records/{record_id}/files")
    async def attach(request: Request, record_id: RecordId, sent: Annotated[Form, Depends(gate.upload)]) -> Response:
        problem = await pages.attach(sent.viewer, record_id, sent.key, sent.version, sent.file, sent.media)
        return await _answered(request, pages, sent, record_id, "files", problem)

    @made.get("/records/{record_id}/files/{file_id}")
    async def file(record_id: RecordId, file_id: RecordId, viewer: signed_in) -> Response:
        content, media = await pages.file(viewer, record_id, file_id)
        headers = {
            "Content-Disposition": "attachment",
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        return Response(content, media_type=media, headers=headers)

    @made.post("/records/{record_id}/{step}")
    async def act(
        request: Request, record_id: RecordId, step: Step, sent: Annotated[Form, Depends(gate.form)]
    ) -> Response:
        problem = await pages.do(sent.viewer, record_id, step, sent.key, sent.version, sent.values)
        if partial(request) and sent.values.get("from") == "later":
            return _later(problem)
        if partial(request) and sent.values.get("from") == "card":
            return _to_board(record_id, problem)
        return await _answered(request, pages, sent, record_id, step, problem)

    return made


async def _answered(
    request: Request, pages: RecordPages, sent: Form, record_id: str, step: str, problem: Problem | None
) -> Response:
    if problem is None and not partial(request):
        return RedirectResponse(own_path(sent.values.get("then", f"/records/{record_id}")), status_code=303)
    view = await pages.show(sent.viewer, record_id, problem, step, sent.values if problem else {})
    return _shown(request, view, problem.status if problem else 200)


def _shown(request: Request, view: RecordView, status: int = 200) -> Response:
    return page("_record.html" if partial(request) else "record.html", status, view=view, page=view.page)


def _to_board(record_id: str, problem: Problem | None) -> Response:
    """A step taken from a card: the board fetches the card again, and says why when it was refused."""
    happened = {"board:changed": {"id": record_id}}
    if problem is not None and problem.fields and not problem.stale:
        # It lacks something that only its page asks for.
        return Response(status_code=204, headers={"HX-Redirect": f"/records/{record_id}"})
    said = {"board:said": {"words": problem.words, "id": record_id}} if problem else {}
    return Response(status_code=204, headers={"HX-Trigger": json.dumps({**happened, **said})})


def _later(problem: Problem | None) -> Response:
    """A step that a device kept while it had no connection: done, or why not, for the device to say."""
    if problem is None:
        return Response(status_code=204)
    answer = {"words": problem.words, "stale": problem.stale}
    return Response(json.dumps(answer), status_code=problem.status, media_type="application/json")

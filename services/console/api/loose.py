"""The pages of loose ends: unrecorded work, commands nobody carried out, money that differs."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from services.console.api.desk import EntityPath
from services.console.api.gate import Form, Gate
from services.console.api.render import page
from services.console.domain.problem import Problem
from services.console.domain.session import Viewer
from services.console.usecases.loose import Loose, LooseView


def router(gate: Gate, loose: Loose) -> APIRouter:
    """The routes."""
    made = APIRouter()
    signed_in = Annotated[Viewer, Depends(gate.viewer)]
    filled_in = Annotated[Form, Depends(gate.form)]

    @made.get("/unrecorded")
    async def unrecorded(viewer: signed_in) -> Response:
        return _shown("unrecorded.html", await loose.unrecorded(viewer))

    @made.post("/unrecorded/{comment_id}")
    async def no_work(comment_id: EntityPath, sent: filled_in) -> Response:
        why = sent.values.get("reason_code", "")
        problem = await loose.no_work(sent.viewer, comment_id, sent.key, sent.version, why)
        return await _tied_up(problem, "/unrecorded", "unrecorded.html", sent.viewer, loose.unrecorded)

    @made.post("/unrecorded/messages/{message_id}")
    async def nothing_to_do(message_id: EntityPath, sent: filled_in) -> Response:
        why = sent.values.get("reason_code", "")
        problem = await loose.nothing_to_do(sent.viewer, message_id, sent.key, sent.version, why)
        if problem is None:
            return RedirectResponse("/unrecorded", status_code=303)
        return _shown("unrecorded.html", await loose.unrecorded(sent.viewer, problem))

    @made.get("/money")
    async def money(viewer: signed_in) -> Response:
        return _shown("money.html", await loose.money(viewer))

    @made.get("/admin/commands")
    async def commands(viewer: signed_in) -> Response:
        return _shown("commands.html", await loose.commands(viewer))

    @made.post("/admin/commands/{command_id}")
    async def redrive(command_id: EntityPath, sent: filled_in) -> Response:
        why = sent.values.get("reason", "")
        problem = await loose.redrive(sent.viewer, command_id, sent.key, sent.version, why)
        return await _tied_up(problem, "/admin/commands", "commands.html", sent.viewer, loose.commands)

    return made


async def _tied_up(
    problem: Problem | None,
    address: str,
    name: str,
    viewer: Viewer,
    again: Callable[[Viewer, Problem | None], Awaitable[LooseView]],
) -> Response:
    """The page anew where a step was done, else with what stood in its way."""
    if problem is None:
        return RedirectResponse(address, status_code=303)
    return _shown(name, await again(viewer, problem))


def _shown(name: str, view: LooseView) -> Response:
    return page(name, view.problem.status if view.problem else 200, view=view, page=view.page)

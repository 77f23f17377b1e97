"""One thing done to many cards of the board."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.console.api.gate import Form, Gate
from services.console.api.render import page
from services.console.usecases.many import Many


def router(gate: Gate, many: Many) -> APIRouter:
    """The route."""
    made = APIRouter()

    @made.post("/board/many")
    async def to_many(sent: Annotated[Form, Depends(gate.form)]) -> Response:
        view = await many.carry_out(sent.viewer, sent.key, sent.values)
        changed = [] if view.told.preview else [one.id for one in view.told.items if one.status < 300]
        told = {"HX-Trigger": json.dumps({"board:changed": {"ids": changed}})} if changed else {}
        return page("_many.html", headers=told, view=view, page=view.page)

    return made

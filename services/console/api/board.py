"""The board, its cards one by one, and search."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.console.api.gate import Gate
from services.console.api.render import HERE, page, partial
from services.console.domain.cards import Filters
from services.console.domain.session import Viewer
from services.console.usecases.board import Boards
from services.console.usecases.desk import FrontDesk
from services.console.usecases.paper import Paper

MOST_CARDS = 60
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@|-]{0,127}")


def router(gate: Gate, boards: Boards, desk: FrontDesk, paper: Paper) -> APIRouter:
    """The routes."""
    made = APIRouter()
    signed_in = Annotated[Viewer, Depends(gate.viewer)]

    @made.get("/")
    async def board(request: Request, viewer: signed_in) -> Response:
        view = await boards.show(viewer, Filters.of(request.query_params))
        return page("_board.html" if partial(request) else "board.html", view=view, page=view.page)

    @made.get("/board/cards")
    async def cards(request: Request, viewer: signed_in, ids: str) -> Response:
        wanted = [one for one in ids.split(",") if _ID.fullmatch(one)][:MOST_CARDS]
        view, gone = await boards.some(viewer, Filters.of(request.query_params), wanted)
        return page("_cards.html", view=view, page=view.page, gone=gone)

    @made.get("/board/paper")
    async def on_paper(request: Request, viewer: signed_in, file: bool = False) -> Response:
        view = await paper.show(viewer, Filters.of(request.query_params))
        style = (HERE / "static" / "paper.css").read_text()
        saved = {"Content-Disposition": f'attachment; filename="{view.file_name}"'} if file else {}
        return page("paper.html", headers=saved, view=view, page=view.page, style=style if file else "")

    @made.get("/search")
    async def search(viewer: signed_in, q: str = "") -> Response:
        view = await desk.search(viewer, q)
        return page("search.html", view=view, page=view.page, q=q)

    return made

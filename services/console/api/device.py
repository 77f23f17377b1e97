"""What a device is to the console: its language, its place on a home screen, what it keeps for when there is no net."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse

from services.console.api.gate import Form, Gate, own_path
from services.console.api.render import HERE, page
from services.console.domain.session import Viewer
from services.console.domain.tongue import LANGUAGES, SPOKEN, _
from services.console.usecases.people import People


def router(gate: Gate, people: People) -> APIRouter:
    """The routes."""
    made = APIRouter()
    signed_in = Annotated[Viewer, Depends(gate.viewer)]

    @made.post("/language")
    async def language(request: Request, sent: Annotated[Form, Depends(gate.form)]) -> Response:
        came = urlsplit(request.headers.get("referer", ""))
        answer = RedirectResponse(own_path(came.path + (f"?{came.query}" if came.query else "")), status_code=303)
        if sent.values.get("language") in LANGUAGES:
            gate.speak(answer, sent.values["language"])
        return answer

    @made.get("/more")
    async def more(viewer: signed_in) -> Response:
        return page("more.html", page=people.page(viewer))

    @made.get("/manifest.webmanifest")
    async def manifest() -> Response:
        icons = [
            {"src": f"/static/bell-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for size in (192, 512)
            for purpose in ("any", "maskable")
        ]
        said = {
            "id": "/",
            "name": "Bellboard",
            "short_name": "Bellboard",
            "description": _("The board behind the desk"),
            "lang": SPOKEN.get().language,
            "start_url": "/?who=mine",
            "scope": "/",
            "display": "standalone",
            "background_color": "#f4f4f1",
            "theme_color": "#2a4fb5",
            "icons": icons,
            "shortcuts": [{"name": _("New record"), "url": "/new"}, {"name": _("My alerts"), "url": "/alerts"}],
        }
        return JSONResponse(said, media_type="application/manifest+json")

    @made.get("/sw.js")
    async def worker() -> Response:
        return FileResponse(HERE / "static" / "worker.js", media_type="text/javascript")

    @made.get("/offline")
    async def offline() -> Response:
        return page("offline.html")

    return made

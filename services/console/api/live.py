"""Server-sent events for open pages: ids and versions of what changed, and the business time."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from services.console.api.gate import Gate
from services.console.domain.session import Viewer
from services.console.ports import House, Time
from services.console.usecases.live import Ear, Feed
from services.console.usecases.signin import Desk
from shared.contracts.values import iso

BEAT_S = 10.0
LEAST_PAUSE_S, MOST_PAUSE_S = 0.02, 0.5
PAUSE_A_PAGE_S = 0.002
"""The pause after bells grows with the pages that are open: together they are told at most 500 times a second."""
CHECK_S = 30.0


def router(gate: Gate, desk: Desk, feed: Feed, house: House, time: Time) -> APIRouter:
    """The route."""
    made = APIRouter()

    @made.get("/live")
    async def live(
        request: Request,
        viewer: Annotated[Viewer, Depends(gate.viewer)],
        property: str = "",
    ) -> Response:
        hotels = frozenset(one.id for one in house.properties(viewer.principal))
        asked = frozenset(property.split(",")) & hotels if property else hotels
        stream = Stream(feed, desk, time)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream.run(request, viewer, asked), media_type="text/event-stream", headers=headers)

    return made


class Stream:
    """What one open page is told until it closes, its session ends, or the process stops."""

    def __init__(self, feed: Feed, desk: Desk, time: Time) -> None:
        self._feed, self._desk, self._time = feed, desk, time

    async def run(self, request: Request, viewer: Viewer, hotels: frozenset[str]) -> AsyncIterator[str]:
        """The events: `bells`, `beat` when it is quiet, `leave` when rights are gone."""
        loop = asyncio.get_running_loop()
        checked = loop.time()
        with self._feed.listen(viewer.principal.chain, hotels) as ear:
            yield self._beat()
            while not ear.closed and not await request.is_disconnected():
                rung = await ear.wait(BEAT_S)
                if loop.time() - checked > CHECK_S:
                    checked = loop.time()
                    if not await self._still(viewer):
                        yield "event: leave\ndata: {}\n\n"
                        return
                yield self._told(ear, rung)
                await asyncio.sleep(self._pause() if rung else 0)

    def _pause(self) -> float:
        return min(MOST_PAUSE_S, max(LEAST_PAUSE_S, self._feed.pages * PAUSE_A_PAGE_S))

    async def _still(self, viewer: Viewer) -> bool:
        now = await self._desk.viewer(viewer.cookie)
        return now is not None and now.principal.properties == viewer.principal.properties

    def _told(self, ear: Ear, rung: dict[tuple[str, str], int]) -> str:
        if ear.overflown:
            ear.overflown = False
            return "event: reload\ndata: {}\n\n"
        if not rung:
            return self._beat()
        bells = [{"noun": noun, "id": one, "version": version} for (noun, one), version in rung.items()]
        return f"event: bells\ndata: {json.dumps(bells)}\n\n"

    def _beat(self) -> str:
        return (
            f"retry: 2000\nevent: beat\ndata: {json.dumps({'now': iso(self._time.now()), 'rate': self._time.rate})}\n\n"
        )

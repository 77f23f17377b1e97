"""One's own over HTTP: wishes, browsers, the inbox as a stream; and the places of a hotel that hear of alerts."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import StringConstraints

from services.alerts.api.views import inbox_entry
from services.alerts.domain.outgoing import Destination, Kind
from services.alerts.domain.preferences import Device, Preferences
from services.alerts.usecases.placing import Placing
from services.alerts.usecases.streaming import Streaming
from services.alerts.usecases.wishing import ShownWishes, Wishing
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, VERSION_IS_FREE, example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import EntityId, Frozen, Instant, Slug

WISHED: dict[str, Any] = {
    "language": "de",
    "channels": ["push", "email"],
    "digest": "daily",
    "quiet": {"start": "21:00", "end": "07:30"},
    "email": "ana@hotel.example",
}
DEVICE: dict[str, Any] = {
    "endpoint": "https://push.example.net/send/0198c7f2-6f0a",
    "p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
    "auth": "tBHItJI5svbpez7KI4CCXg",
}
GONE: dict[str, Any] = {"endpoint": DEVICE["endpoint"]}
PLACE: dict[str, Any] = {
    "property_id": "city",
    "kind": "webhook",
    "name": "Bell in the lobby",
    "url": "https://hooks.example.net/bell",
}


class DeviceGone(Frozen):
    """The browser that is to take no more."""

    endpoint: Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class NewPlace(Frozen):
    """A place to be told: what kind, what people call it, and its address, which is shown to nobody again."""

    property_id: Slug
    kind: Kind
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    url: Annotated[str, StringConstraints(min_length=1, max_length=2048)]


class PlaceView(Frozen):
    """A place. `secret` is there once, in the answer that made a webhook: it verifies signatures."""

    id: EntityId
    property_id: Slug
    kind: Kind
    name: str
    host: str
    made_by: EntityId
    made_at: Instant
    secret: str | None = None


class PlaceList(Frozen):
    """The places of a hotel, by name."""

    items: tuple[PlaceView, ...]


def router(wishing: Wishing, placing: Placing, streaming: Streaming, chassis: Chassis) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1", tags=["alerts"])
    _wishes(routes, wishing, chassis)
    _places(routes, placing, chassis)

    @routes.get(
        "/inbox/stream",
        response_class=StreamingResponse,
        responses={
            200: {"content": {"text/event-stream": {}}, "description": "Server-sent events: one notification each"}
        },
    )
    async def inbox_stream(
        principal: Annotated[Principal, Depends(chassis.caller)],
        last_event_id: Annotated[str | None, Header(max_length=128)] = None,
    ) -> StreamingResponse:
        """The caller's notifications as they come. It ends after a while: come again with Last-Event-ID."""
        return StreamingResponse(
            _events(streaming, principal, last_event_id),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    return routes


async def _events(streaming: Streaming, principal: Principal, last: str | None) -> AsyncIterator[str]:
    async for item in streaming.stream(principal, last):
        if item is None:
            yield ": still here\n\n"
        else:
            yield f"id: {item.delivery.id}\nevent: notification\ndata: {inbox_entry(item).model_dump_json()}\n\n"


def _wishes(routes: APIRouter, wishing: Wishing, chassis: Chassis) -> None:
    told = Annotated[CommandContext, Depends(chassis.command)]

    @routes.get("/me/notifications", responses={200: ETAG})
    async def my_notifications(
        principal: Annotated[Principal, Depends(chassis.caller)], response: Response
    ) -> ShownWishes:
        """How the caller wants to hear of alerts, and by what they can."""
        return _tagged(response, await wishing.read(principal))

    @routes.put("/me/notifications", responses={200: ETAG})
    async def change_my_notifications(
        body: Annotated[Preferences, example(WISHED)], ctx: told, response: Response
    ) -> ShownWishes:
        """Say it anew, whole."""
        return _tagged(response, await wishing.change(ctx, body))

    @routes.post("/me/devices", responses={200: ETAG})
    async def add_device(
        body: Annotated[Device, example(DEVICE)],
        ctx: Annotated[CommandContext, Depends(chassis.creation)],
        response: Response,
    ) -> ShownWishes:
        """Let this browser take messages."""
        return _tagged(response, await wishing.add_device(ctx, body))

    @routes.post("/me/devices/remove", responses={200: ETAG})
    async def remove_device(
        body: Annotated[DeviceGone, example(GONE)],
        ctx: Annotated[CommandContext, Depends(chassis.creation)],
        response: Response,
    ) -> ShownWishes:
        """Let it take no more."""
        return _tagged(response, await wishing.drop_device(ctx, body.endpoint))


def _places(routes: APIRouter, placing: Placing, chassis: Chassis) -> None:
    @routes.get("/alert-destinations", responses=refuses(404))
    async def list_destinations(
        principal: Annotated[Principal, Depends(chassis.caller)],
        property_id: Annotated[Slug, Query(alias="property")],
    ) -> PlaceList:
        """The places of a hotel that routes may name."""
        found = await placing.list(principal, property_id)
        return PlaceList(items=tuple(_view(each) for each in found))

    @routes.post("/alert-destinations", status_code=201, responses=refuses(404))
    async def add_destination(
        body: Annotated[NewPlace, example(PLACE)],
        ctx: Annotated[CommandContext, Depends(chassis.creation)],
        response: Response,
    ) -> PlaceView:
        """Name a place; a route of the alert rules that names its id tells it."""
        made, replayed = await placing.add(ctx, body.property_id, body.kind, body.name, body.url)
        if replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return _view(made, secret=made.secret or None)

    @routes.delete("/alert-destinations/{destination_id}", status_code=204, openapi_extra={VERSION_IS_FREE: True})
    async def remove_destination(
        destination_id: Annotated[EntityId, Path()], ctx: Annotated[CommandContext, Depends(chassis.command)]
    ) -> None:
        """Take a place away."""
        await placing.drop(ctx, destination_id)


def _view(place: Destination, secret: str | None = None) -> PlaceView:
    host = place.url.split("/")[2] if place.url.count("/") >= 2 else ""
    plain = {name: getattr(place, name) for name in ("id", "property_id", "kind", "name", "made_by", "made_at")}
    return PlaceView(**plain, host=host, secret=secret)


def _tagged(response: Response, shown: ShownWishes) -> ShownWishes:
    response.headers["ETag"] = f'"{shown.revision}"'
    return shown

"""Silences and who is on duty, over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from services.alerts.api.words import Because
from services.alerts.domain.silence import Silence
from services.alerts.usecases.duty import Duty, OnDuty
from services.alerts.usecases.silencing import Silencing
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, VERSION_IS_FREE, example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Department, Principal
from shared.contracts.values import AskedInstant, Code, EntityId, Frozen, Instant, Slug

ENDED: dict[str, Any] = {"reason": "The works are done."}


def begun_example(until: str = "2030-01-01T06:00:00Z") -> dict[str, Any]:
    """A silence until a moment, which is never further than a week ahead."""
    return {"property_id": "city", "rule": "at_risk", "until": until, "reason": "Works on the third floor."}


class NewSilence(Because):
    """What is to be silent, until when (seven days at most), and why. What is not named covers all."""

    property_id: Slug
    rule: Code | None = None
    kind: Code | None = None
    department: Department | None = None
    subject: EntityId | None = None
    until: AskedInstant


class EndedSilence(Because):
    """Why it is ended before its time."""


class SilenceView(Frozen):
    """A silence, with its words."""

    id: EntityId
    property_id: Slug
    rule: Code | None
    kind: Code | None
    department: Department | None
    subject: EntityId | None
    until: Instant
    begun_by: EntityId
    begun_at: Instant
    ended_by: EntityId | None
    ended_at: Instant | None
    reason: str | None
    version: int


class SilenceList(Frozen):
    """Silences, newest first."""

    items: tuple[SilenceView, ...]


def silence_view(silence: Silence) -> SilenceView:
    """One silence for a caller."""
    plain = {name: getattr(silence, name) for name in SilenceView.model_fields if name in Silence.model_fields}
    return SilenceView(**plain, reason=silence.why.text if silence.why else None)


def router(silencing: Silencing, duty: Duty, chassis: Chassis) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1", tags=["alerts"])
    _silences(routes, silencing, chassis)

    @routes.get("/on-duty", responses=refuses(404))
    async def on_duty(
        principal: Annotated[Principal, Depends(chassis.caller)],
        property_id: Annotated[Slug, Query(alias="property")],
        at: AskedInstant | None = None,
    ) -> OnDuty:
        """Who would hear of an alert there, now or at a moment, and which departments work."""
        return await duty.on_duty(principal, property_id, at)

    return routes


def _silences(routes: APIRouter, silencing: Silencing, chassis: Chassis) -> None:
    @routes.get("/silences", responses=refuses(404))
    async def list_silences(
        principal: Annotated[Principal, Depends(chassis.caller)],
        property_id: Annotated[Slug | None, Query(alias="property")] = None,
        running: bool = True,
    ) -> SilenceList:
        """Silences that run, or all there were; who asked for them and why."""
        found = await silencing.list(principal, property_id, running=running)
        return SilenceList(items=tuple(silence_view(each) for each in found))

    @routes.post("/silences", status_code=201, responses={201: ETAG, **refuses(404)})
    async def begin_silence(
        body: Annotated[NewSilence, example(begun_example())],
        ctx: Annotated[CommandContext, Depends(chassis.creation)],
        response: Response,
    ) -> SilenceView:
        """Keep alerts silent for a while; they are listed all the same, and ring when it is over."""
        asked = body.model_dump(exclude={"reason"})
        return _tagged(response, *await silencing.begin(ctx, asked, body.said()))

    @routes.post("/silences/{silence_id}/end", responses={200: ETAG}, openapi_extra={VERSION_IS_FREE: True})
    async def end_silence(
        silence_id: Annotated[EntityId, Path()],
        body: Annotated[EndedSilence, example(ENDED)],
        ctx: Annotated[CommandContext, Depends(chassis.command)],
        response: Response,
    ) -> SilenceView:
        """End a silence before its time."""
        return _tagged(response, *await silencing.end(ctx, silence_id, body.said()))


def _tagged(response: Response, silence: Silence, replayed: bool) -> SilenceView:
    response.headers["ETag"] = f'"{silence.version}"'
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return silence_view(silence)

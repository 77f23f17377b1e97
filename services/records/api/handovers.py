"""Handovers over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from services.records.api.bodies.why import Why
from services.records.ports import HandoverQuery
from services.records.usecases.handovers import Handovers
from services.records.usecases.shown_handovers import ShownHandover, ShownHandovers
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, VERSION_IS_FREE, example, refuses
from shared.chassis.service import Chassis
from shared.contracts.handovers import Handover, HandoverState
from shared.contracts.identity import Department, Principal
from shared.contracts.values import EntityId, Slug

PREPARED: dict[str, Any] = {
    "property_id": "city",
    "department": "front_office",
    "reason": {"code": "early_leave", "text": "I have to go at six."},
}
Id = Annotated[EntityId, Path()]


class NewHandover(Why):
    """A handover of a department, now, and why."""

    property_id: Slug
    department: Department


def router(handovers: Handovers, chassis: Chassis) -> APIRouter:
    """The routes."""
    made = APIRouter()
    caller = Annotated[Principal, Depends(chassis.caller)]

    @made.get("/handovers", responses=refuses(404))
    async def page_of_handovers(
        principal: caller,
        property: Annotated[Slug | None, Query()] = None,
        department: Department | None = None,
        state: HandoverState | None = None,
        after: Annotated[str | None, Query(max_length=300)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> ShownHandovers:
        """Handovers of the caller's properties, newest first."""
        return await handovers.page(principal, HandoverQuery(property, department, state, None, limit), after)

    @made.get("/handovers/{handover_id}", responses={200: ETAG})
    async def handover(
        handover_id: Id,
        principal: caller,
        response: Response,
        after: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> ShownHandover:
        """One handover: all open work of its department as it was left, and what changed in the shift."""
        shown = await handovers.one(principal, handover_id, after, limit)
        response.headers["ETag"] = f'"{shown.version}"'
        return shown

    @made.post("/handovers", status_code=201, responses={201: ETAG, **refuses(404)})
    async def prepare_handover(
        body: Annotated[NewHandover, example(PREPARED)],
        ctx: Annotated[CommandContext, Depends(chassis.creation)],
        response: Response,
    ) -> Handover:
        """Make a handover of a department now, beside those of the shift changes."""
        head, replayed = await handovers.prepare(ctx, body.property_id, body.department, *body.said)
        response.headers["Location"] = f"/v1/handovers/{head.id}"
        return _tagged(response, head, replayed)

    @made.post("/handovers/{handover_id}/acknowledge", responses={200: ETAG}, openapi_extra={VERSION_IS_FREE: True})
    async def acknowledge_handover(
        handover_id: Id, ctx: Annotated[CommandContext, Depends(chassis.command)], response: Response
    ) -> Handover:
        """Take a handover over, by name."""
        head, replayed = await handovers.acknowledge(ctx, handover_id)
        return _tagged(response, head, replayed)

    return made


def _tagged(response: Response, head: Handover, replayed: bool) -> Handover:
    response.headers["ETag"] = f'"{head.version}"'
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return head

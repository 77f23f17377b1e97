"""Routes of alerts: list, one, acknowledge, inbox, the auditor's findings."""

import enum
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from services.alerts.api.views import AlertPage, AlertView, InboxPage, Inspection, alert_page, alert_view, inbox_page
from services.alerts.domain.alert import LIVE
from services.alerts.ports import AlertQuery, Page
from services.alerts.usecases.acknowledging import Acknowledging
from services.alerts.usecases.browsing import Browsing
from services.alerts.usecases.inspecting import Inspecting
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, VERSION_IS_FREE, Link, refuses
from shared.chassis.paging import cursor as place_of
from shared.contracts.alerts import AlertState
from shared.contracts.identity import Principal
from shared.contracts.values import EntityId, Slug

AlertId = Annotated[EntityId, Path()]
FIRST = {"path.alert_id": "$response.body#/items/0/id"}
SAME = {"path.alert_id": "$response.body#/id"}
LINKS = (
    Link("look", {"alerts_list_alerts": ["200"]}, "alerts_one_alert", FIRST),
    Link("take", {"alerts_list_alerts": ["200"]}, "alerts_acknowledge", FIRST),
    Link(
        "acknowledge",
        {"alerts_one_alert": ["200"], "alerts_acknowledge": ["200"]},
        "alerts_acknowledge",
        SAME | {"header.If-Match": "$response.header.ETag"},
    ),
)
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=300)]


class Shown(enum.StrEnum):
    """Which alerts a list shows: one state, those that are live, or all."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    RETRACTED = "retracted"
    LIVE = "live"
    ALL = "all"


STATES: dict[Shown, frozenset[AlertState]] = {
    Shown.LIVE: LIVE,
    Shown.ALL: frozenset(AlertState),
    **{Shown(state.value): frozenset({state}) for state in AlertState},
}


def router(
    browsing: Browsing,
    acknowledging: Acknowledging,
    inspecting: Inspecting,
    caller: Callable[..., Awaitable[Principal]],
    command: Callable[..., Awaitable[CommandContext]],
) -> APIRouter:
    """The routes over the use cases."""
    routes = APIRouter(prefix="/v1", tags=["alerts"])

    @routes.get("/alerts", responses=refuses(404))
    async def list_alerts(
        *,
        principal: Annotated[Principal, Depends(caller)],
        property_id: Annotated[Slug | None, Query(alias="property")] = None,
        state: Shown = Shown.LIVE,
        mine: bool = False,
        record: EntityId | None = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> AlertPage:
        """Alerts of the caller's properties, newest first; `mine`: those that the caller was told of."""
        heard_by = principal.staff_id if mine else None
        query = AlertQuery(STATES[state], property_id, heard_by, record)
        return alert_page(await browsing.alerts(principal, query, Page(limit, place_of(cursor, "cursor"))), limit)

    @routes.get("/alerts/audit")
    async def audit(principal: Annotated[Principal, Depends(caller)]) -> Inspection:
        """What the auditor found last."""
        at, found = await inspecting.last(principal)
        return Inspection(looked_at=at, findings=tuple(found))

    @routes.get("/alerts/{alert_id}", responses={200: ETAG})
    async def one_alert(
        alert_id: AlertId, response: Response, principal: Annotated[Principal, Depends(caller)]
    ) -> AlertView:
        """One alert; its version as ETag."""
        live = await browsing.alert(principal, alert_id)
        response.headers["ETag"] = f'"{live.alert.version}"'
        return alert_view(live)

    @routes.post("/alerts/{alert_id}/acknowledge", responses={200: ETAG}, openapi_extra={VERSION_IS_FREE: True})
    async def acknowledge(
        alert_id: AlertId, response: Response, ctx: Annotated[CommandContext, Depends(command)]
    ) -> AlertView:
        """Take an alert: its chain stops at once."""
        live, replayed = await acknowledging.acknowledge(ctx, alert_id)
        response.headers["ETag"] = f'"{live.alert.version}"'
        if replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return alert_view(live)

    @routes.get("/inbox")
    async def inbox(
        principal: Annotated[Principal, Depends(caller)], limit: Limit = 50, cursor: Cursor = None
    ) -> InboxPage:
        """The caller's own notifications, newest first."""
        return inbox_page(await browsing.inbox(principal, Page(limit, place_of(cursor, "cursor"))), limit)

    return routes

"""Routes of alerts: list, one, what became of its notices, answers to it, inbox, the auditor's findings."""

import enum
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from services.alerts.api.views import (
    AlertPage,
    AlertView,
    InboxPage,
    Inspection,
    NoticeLog,
    alert_page,
    alert_view,
    inbox_page,
    notice_log,
)
from services.alerts.domain.alert import LIVE, LiveAlert
from services.alerts.ports import AlertQuery, Page
from services.alerts.usecases.answering import Answering
from services.alerts.usecases.browsing import Browsing
from services.alerts.usecases.inspecting import Inspecting
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, VERSION_IS_FREE, Link, example, refuses
from shared.chassis.paging import cursor as place_of
from shared.contracts.alerts import AlertState
from shared.contracts.identity import Principal
from shared.contracts.values import AskedInstant, EntityId, Frozen, Slug

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


SNOOZED: dict[str, Any] = {"until": "2030-01-01T06:15:00Z"}
HANDED: dict[str, Any] = {"to": "staff-duty"}


class Snoozed(Frozen):
    """Until when it is put off."""

    until: AskedInstant


class Handed(Frozen):
    """Whose it is to be."""

    to: EntityId


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
    answering: Answering,
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
        team: bool = False,
        record: EntityId | None = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> AlertPage:
        """Alerts of the caller's properties, newest first.

        `mine`: those that the caller was told of; `team`: those of the caller's departments.
        """
        heard_by = principal.staff_id if mine else None
        departments = principal.departments if team and principal.departments else None
        query = AlertQuery(STATES[state], property_id, heard_by, record, departments)
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

    @routes.get("/alerts/{alert_id}/notices")
    async def notices(alert_id: AlertId, principal: Annotated[Principal, Depends(caller)]) -> NoticeLog:
        """What became of each step: who was told, by which ways, what was kept silent and why."""
        return notice_log(alert_id, *await browsing.notices(principal, alert_id))

    _answers(routes, answering, command)

    @routes.get("/inbox")
    async def inbox(
        principal: Annotated[Principal, Depends(caller)], limit: Limit = 50, cursor: Cursor = None
    ) -> InboxPage:
        """The caller's own notifications, newest first."""
        return inbox_page(await browsing.inbox(principal, Page(limit, place_of(cursor, "cursor"))), limit)

    return routes


def _answers(routes: APIRouter, answering: Answering, command: Callable[..., Awaitable[CommandContext]]) -> None:
    told = Annotated[CommandContext, Depends(command)]
    free: dict[str, Any] = {"responses": {200: ETAG}, "openapi_extra": {VERSION_IS_FREE: True}}

    @routes.post("/alerts/{alert_id}/acknowledge", **free)
    async def acknowledge(alert_id: AlertId, response: Response, ctx: told) -> AlertView:
        """Take an alert: its chain stops at once."""
        return _tagged(response, *await answering.acknowledge(ctx, alert_id))

    @routes.post("/alerts/{alert_id}/resolve", **free)
    async def resolve(alert_id: AlertId, response: Response, ctx: told) -> AlertView:
        """Say that the cause has ended, where nothing else would ever say so."""
        return _tagged(response, *await answering.resolve(ctx, alert_id))

    @routes.post("/alerts/{alert_id}/snooze", **free)
    async def snooze(
        alert_id: AlertId, body: Annotated[Snoozed, example(SNOOZED)], response: Response, ctx: told
    ) -> AlertView:
        """Put it off: then it rings the same people again, and the chain goes on."""
        return _tagged(response, *await answering.snooze(ctx, alert_id, body.until))

    @routes.post("/alerts/{alert_id}/hand", **free)
    async def hand(
        alert_id: AlertId, body: Annotated[Handed, example(HANDED)], response: Response, ctx: told
    ) -> AlertView:
        """Hand it to a colleague, whom it rings at once; if they do not take it, the steps above hear."""
        return _tagged(response, *await answering.hand(ctx, alert_id, body.to))


def _tagged(response: Response, live: LiveAlert, replayed: bool) -> AlertView:
    response.headers["ETag"] = f'"{live.alert.version}"'
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return alert_view(live)

"""What people look at: alerts of their properties, one alert, their own inbox."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from services.alerts.domain.alert import LiveAlert
from services.alerts.ports import AlertQuery, AlertStore, InboxItem, NoticeStore, Page, Permissions
from shared.contracts.errors import forbidden, not_found
from shared.contracts.identity import Principal
from shared.contracts.values import Instant, Scope

KIND = "alert"
MOST_BATCHES = 25
"""How often a page is filled up with further alerts, where those found are of kinds not granted."""


def scope_of(caller: Principal) -> Scope:
    """What a caller may see."""
    return Scope(chain=caller.chain, properties=caller.properties)


class Browsing:
    """The reads of this service."""

    def __init__(
        self, alerts: AlertStore, notices: NoticeStore, permissions: Permissions, now: Callable[[], Instant]
    ) -> None:
        self._alerts, self._notices, self._permissions, self._now = alerts, notices, permissions, now

    async def alerts(self, caller: Principal, query: AlertQuery, page: Page) -> list[LiveAlert]:
        """Alerts, newest first; a property outside the caller's is a 404, an alert of a kind not granted is absent."""
        scope = scope_of(caller)
        if query.property_id is not None and not self._exists(scope, query.property_id):
            raise not_found("property")
        self._may_read(caller, query.property_id)
        found: list[LiveAlert] = []
        for _ in range(MOST_BATCHES):
            batch = await self._alerts.page(scope, query, page)
            found += [live for live in batch if self._of_a_kind_granted(caller, live)]
            if len(found) >= page.limit or len(batch) < page.limit:
                break
            page = replace(page, after=(batch[-1].alert.opened_at, batch[-1].alert.id))
        return found[: page.limit]

    async def alert(self, caller: Principal, alert_id: str) -> LiveAlert:
        """One alert; another property's is a 404, and so is one of a kind not granted."""
        live = await self._alerts.get(scope_of(caller), alert_id)
        if live is None:
            raise not_found("alert")
        self._may_read(caller, live.alert.property_id)
        if not self._of_a_kind_granted(caller, live):
            raise not_found("alert")
        return live

    async def notices(self, caller: Principal, alert_id: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """What became of an alert's notices, and of each delivery; for who may see the alert."""
        await self.alert(caller, alert_id)
        return await self._notices.of_alert(scope_of(caller), alert_id)

    def _of_a_kind_granted(self, caller: Principal, live: LiveAlert) -> bool:
        """Who may not see a kind of record hears nothing of it by its alerts either (P1)."""
        alert = live.alert
        if alert.kind is None:
            return True
        return self._permissions.decide(caller, "read", alert.kind, alert.property_id, alert.department).allow

    async def inbox(self, caller: Principal, page: Page) -> list[InboxItem]:
        """The caller's own notifications, newest first, but for kinds of records that they may not see."""
        roles, found = sorted(role.value for role in caller.roles_at(None)), list[InboxItem]()
        for _ in range(MOST_BATCHES):
            batch = await self._notices.inbox(scope_of(caller), caller.staff_id, roles, self._now(), page)
            # Grants change: what one was told of a kind that one may not see any more is out of sight with it.
            found += [one for one in batch if self._of_a_kind_granted(caller, one.live)]
            if len(found) >= page.limit or len(batch) < page.limit:
                break
            page = replace(page, after=(batch[-1].delivery.visible_at, batch[-1].delivery.id))
        return found[: page.limit]

    def _exists(self, scope: Scope, property_id: str) -> bool:
        """Whether there is this property for the caller: another chain's is as absent as one of nobody's."""
        return scope.covers(property_id) and self._permissions.property(scope.chain, property_id) is not None

    def _may_read(self, caller: Principal, property_id: str | None) -> None:
        if not self._permissions.decide(caller, "read", KIND, property_id).allow:
            raise forbidden("not_granted", "You may not read alerts here.")

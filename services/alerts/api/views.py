"""What callers see of an alert."""

from services.alerts.domain.alert import LiveAlert
from services.alerts.domain.finding import Finding
from services.alerts.ports import InboxItem
from shared.chassis.paging import cursor_of
from shared.contracts.alerts import Alert
from shared.contracts.values import Code, EntityId, Frozen, Instant


class AlertView(Alert):
    """An alert with what still moves it."""

    owner: EntityId | None = None
    round: int = 0
    next_at: Instant | None = None
    exhausted: bool = False


class AlertPage(Frozen):
    """Some alerts, and the cursor of the next page when there may be more."""

    items: tuple[AlertView, ...]
    next: str | None = None


class InboxEntry(Frozen):
    """One notification. `lead` is false for those that joined a group which has rung already."""

    id: EntityId
    at: Instant
    channel: Code
    lead: bool
    group: EntityId
    alert: AlertView


class InboxPage(Frozen):
    """Some notifications, and the cursor of the next page when there may be more."""

    items: tuple[InboxEntry, ...]
    next: str | None = None


class Inspection(Frozen):
    """The last look of the auditor; an empty list is the promise kept."""

    looked_at: Instant | None
    findings: tuple[Finding, ...]


def alert_view(live: LiveAlert) -> AlertView:
    """One alert for a caller."""
    return AlertView(
        **live.alert.model_dump(),
        owner=live.owner,
        round=live.round,
        next_at=live.next_at,
        exhausted=live.exhausted,
    )


def alert_page(lives: list[LiveAlert], limit: int) -> AlertPage:
    """A page of alerts, newest first."""
    following = cursor_of((lives[-1].alert.opened_at, lives[-1].alert.id)) if len(lives) == limit else None
    return AlertPage(items=tuple(alert_view(live) for live in lives), next=following)


def inbox_page(found: list[InboxItem], limit: int) -> InboxPage:
    """A page of notifications, newest first."""
    entries = tuple(
        InboxEntry(
            id=one.delivery.id,
            at=one.delivery.visible_at,
            channel=one.delivery.channel,
            lead=one.delivery.lead,
            group=one.delivery.group,
            alert=alert_view(one.live),
        )
        for one in found
    )
    return InboxPage(items=entries, next=cursor_of((entries[-1].at, entries[-1].id)) if len(found) == limit else None)

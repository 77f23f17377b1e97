"""What callers see of an alert, and the cursors of lists."""

import base64
import binascii
import datetime as dt

from services.alerts.domain.alert import LiveAlert
from services.alerts.domain.finding import Finding
from services.alerts.ports import InboxItem, Page
from shared.contracts.alerts import Alert
from shared.contracts.errors import invalid
from shared.contracts.values import Code, EntityId, Frozen, Instant, iso


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
    following = cursor(lives[-1].alert.opened_at, lives[-1].alert.id) if len(lives) == limit else None
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
    return InboxPage(items=entries, next=cursor(entries[-1].at, entries[-1].id) if len(found) == limit else None)


def cursor(at: dt.datetime, item_id: str) -> str:
    """An opaque mark of a list's last item."""
    return base64.urlsafe_b64encode(f"{iso(at)}|{item_id}".encode()).decode().rstrip("=")


def page_of(limit: int, mark: str | None) -> Page:
    """The page after a mark; a mark that is none of ours is a 422."""
    if mark is None:
        return Page(limit)
    try:
        plain = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)).decode("ascii")
        at, _, item_id = plain.partition("|")
        return Page(limit, (dt.datetime.fromisoformat(at).astimezone(dt.UTC), item_id))
    except (ValueError, binascii.Error, UnicodeDecodeError, OverflowError) as failure:
        raise invalid("cursor", "cursor", "The cursor is not one that a list here gave.") from failure

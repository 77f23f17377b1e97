"""What callers see of an alert."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.alerts.domain.alert import LiveAlert
from services.alerts.domain.finding import Finding
from services.alerts.ports import InboxItem
from shared.chassis.paging import cursor_of
from shared.contracts.alerts import Alert
from shared.contracts.values import Code, EntityId, Frozen, Instant


class AlertView(Alert):
    """An alert with what still moves it; `field`: which value drifted, which PMS or partner is silent."""

    owner: EntityId | None = None
    by_hand: bool = False
    hushed: bool = False
    round: int = 0
    next_at: Instant | None = None
    exhausted: bool = False
    field: str | None = None


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


class NoticeLine(Frozen):
    """One step to one role: how many people, whether anybody was on duty, and what became of it."""

    at: Instant
    step: int
    role: Code
    people: int
    nobody_on_duty: bool
    outcome: Code


class DeliveryLine(Frozen):
    """One delivery to one person or place: when, on what, and where it stands. Addresses are shown to nobody.

    `maybe_twice`: a try of it may have arrived although it was not heard of, so that it may have come twice.
    """

    staff_id: EntityId | None = None
    destination: EntityId | None = None
    channel: Code
    visible_at: Instant
    lead: bool
    state: Code
    tries: int = 0
    failure: Code | None = None
    maybe_twice: bool = False


class NoticeLog(Frozen):
    """What became of an alert's notices, oldest first."""

    alert: EntityId
    notices: tuple[NoticeLine, ...]
    deliveries: tuple[DeliveryLine, ...]


class Inspection(Frozen):
    """The last look of the auditor; an empty list is the promise kept."""

    looked_at: Instant | None
    findings: tuple[Finding, ...]


def alert_view(live: LiveAlert) -> AlertView:
    """One alert for a caller."""
    return AlertView(
        **live.alert.model_dump(),
        owner=live.owner,
        by_hand=live.rule.by_hand,
        hushed=live.hushed,
        round=live.round,
        next_at=live.next_at,
        exhausted=live.exhausted,
        field=live.field,
    )


def alert_page(lives: list[LiveAlert], limit: int) -> AlertPage:
    """A page of alerts, newest first."""
    following = cursor_of((lives[-1].alert.opened_at, lives[-1].alert.id)) if len(lives) == limit else None
    return AlertPage(items=tuple(alert_view(live) for live in lives), next=following)


def inbox_entry(one: InboxItem) -> InboxEntry:
    """One notification for its reader."""
    return InboxEntry(
        id=one.delivery.id,
        at=one.delivery.visible_at,
        channel=one.delivery.channel,
        lead=one.delivery.lead,
        group=one.delivery.group,
        alert=alert_view(one.live),
    )


def inbox_page(found: list[InboxItem], limit: int) -> InboxPage:
    """A page of notifications, newest first."""
    entries = tuple(inbox_entry(one) for one in found)
    return InboxPage(items=entries, next=cursor_of((entries[-1].at, entries[-1].id)) if len(found) == limit else None)


def notice_log(alert_id: str, notices: Sequence[Mapping[str, Any]], sent: Sequence[Mapping[str, Any]]) -> NoticeLog:
    """The log of an alert for a caller."""
    deliveries = tuple(
        DeliveryLine(
            staff_id=row.get("staff_id"),
            destination=row.get("destination"),
            channel=row["channel"],
            visible_at=row["visible_at"],
            lead=row["lead"],
            state=row.get("st", "there"),
            tries=row.get("tries", 0),
            failure=row.get("failure"),
            maybe_twice=row.get("maybe_twice", False),
        )
        for row in sent
    )
    lines = tuple(NoticeLine(**{name: row[name] for name in NoticeLine.model_fields}) for row in notices)
    return NoticeLog(alert=alert_id, notices=lines, deliveries=deliveries)

"""What travels through the notification pipeline: a notice of one step, and what the stages may know of the world."""

import datetime as dt

from pydantic import Field

from services.alerts.domain.alert import LiveAlert, Told
from shared.contracts.alerts import Severity
from shared.contracts.values import Code, EntityId, Frozen, Instant, derived_id


class Silence(Frozen):
    """Alerts that match are not notified until `until`: each field given must be equal, an empty one matches all."""

    id: EntityId
    property_id: str
    rule: Code | None = None
    kind: Code | None = None
    subject: EntityId | None = None
    until: Instant


class QuietHours(Frozen):
    """Local hours in which people who are off duty are left alone; may pass midnight, equal ends mean none."""

    start: dt.time = dt.time(22)
    end: dt.time = dt.time(7)


class Delivery(Frozen):
    """One notification of one person on one channel, visible from `visible_at`."""

    id: EntityId
    alert: EntityId
    property_id: str
    staff_id: EntityId | None
    role: Code
    channel: Code
    severity: Severity
    group: EntityId
    lead: bool
    visible_at: Instant


class Notice(Frozen):
    """One step of one alert on its way to its people. `dropped` names the stage that kept it, and the log says so."""

    live: LiveAlert
    told: Told
    group: str = ""
    heard: frozenset[str | None] = frozenset()
    quiet_until: Instant | None = None
    deliveries: tuple[Delivery, ...] = ()
    dropped: Code | None = None
    outcome: Code = "pending"

    @property
    def id(self) -> str:
        """The same for the same step of the same round of the same alert."""
        live = self.live
        return derived_id(
            "notice", live.alert.id, str(live.round), str(self.told.step), str(live.reminders), self.told.role.value
        )


class World(Frozen):
    """What the stages may look at: all of it read beforehand, in the transaction that sends."""

    now: Instant
    silences: tuple[Silence, ...] = ()
    live_rules: frozenset[tuple[str, str]] = Field(default=frozenset(), description="(rule, subject) of live alerts")
    rung: frozenset[tuple[str, str | None]] = Field(default=frozenset(), description="(group, person) rung already")
    sent: frozenset[str] = Field(default=frozenset(), description="ids of deliveries that exist already")
    quiet: QuietHours = QuietHours()
    channels: tuple[Code, ...] = ("inbox",)

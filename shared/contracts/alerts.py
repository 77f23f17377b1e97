"""Alerts and their notifications, on `alerts.v1`."""

import enum

from pydantic import Field

from shared.contracts.envelope import EventBody
from shared.contracts.identity import Department, Role
from shared.contracts.records import EscalationStep
from shared.contracts.values import Code, EntityId, Instant, Version, Wire


class AlertState(enum.StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    RETRACTED = "retracted"


class Severity(enum.StrEnum):
    """How loud it rings."""

    NOTICE = "notice"
    WARNING = "warning"
    CRITICAL = "critical"


class Alert(Wire):
    """One alert on one subject with the escalation steps it was opened with."""

    id: EntityId
    property_id: str
    rule: Code
    severity: Severity
    subject: EntityId
    record_id: EntityId | None = None
    stay_id: EntityId | None = None
    room: str | None = None
    kind: Code | None = None
    topic: Code | None = Field(default=None, description="What its record is about, a choice of the kind; no words")
    department: Department | None = None
    state: AlertState
    step: int
    steps: tuple[EscalationStep, ...]
    audience: tuple[EntityId, ...] = ()
    audience_role: Role | None = None
    opened_at: Instant
    due_at: Instant | None = None
    late_ms: int = 0
    acknowledged_by: EntityId | None = None
    acknowledged_at: Instant | None = None
    closed_at: Instant | None = None
    closed_by: EntityId | None = None
    snoozed_until: Instant | None = None
    handed_to: EntityId | None = None
    version: Version


class AlertEvent(EventBody):
    """Any event of an alert."""

    alert: Alert


ALERT_VERBS = ("opened", "escalated", "acknowledged", "resolved", "retracted", "snoozed", "handed_over")


class SilenceTerms(Wire):
    """Who asked for silence on what, until when: each field given must be equal, an empty one matches all."""

    id: EntityId
    property_id: str
    rule: Code | None = None
    kind: Code | None = None
    department: Department | None = None
    subject: EntityId | None = None
    until: Instant
    begun_by: EntityId
    begun_at: Instant
    ended_by: EntityId | None = None
    ended_at: Instant | None = None
    version: Version


class SilenceEvent(EventBody):
    """Somebody asked for silence, ended it, or it ran out."""

    silence: SilenceTerms


SILENCE_VERBS = ("begun", "ended")


class AlertRulesVersion(Wire):
    """One version of what a hotel has of its own in alerts; of the chain's, where `property_id` is `*`."""

    property_id: str
    version: Version
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    base: int = Field(ge=0, description="The version it was made on; 0: none of its own yet")
    effective_from: Instant | None = None
    starts_at: Instant | None = None


class AlertRulesEvent(EventBody):
    """A version of a hotel's own alert rules was proposed, decided or withdrawn."""

    rules: AlertRulesVersion


ALERT_RULES_VERBS = ("proposed", "approved", "rejected", "withdrawn")

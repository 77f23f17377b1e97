"""Alerts and their notifications, on `alerts.v1`."""

import enum

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
    version: Version


class AlertEvent(EventBody):
    """Any event of an alert."""

    alert: Alert


ALERT_VERBS = ("opened", "escalated", "acknowledged", "resolved", "retracted")

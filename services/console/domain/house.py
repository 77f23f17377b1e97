"""Alerts, stays, guests and the day's figures as the pages show them."""

import datetime as dt
from typing import Any

from pydantic import Field

from services.console.domain.cards import Card
from shared.contracts.alerts import Alert
from shared.contracts.stays import Stay
from shared.contracts.values import Instant, Money, Wire


class Inbox(Wire):
    """The caller's alerts."""

    alerts: tuple[Alert, ...] = ()


class GuestName(Wire):
    """A guest's name as the caller may see it; None when masked."""

    id: str
    name: str | None = None


class Moment(Wire):
    """A message or money tick on a journey."""

    at: Instant
    what: str
    title: str = ""


class Journey(Wire):
    """A stay with its records, messages and money; `stay` is None where integrations does not answer."""

    stay_id: str
    stay: Stay | None = None
    records: tuple[Card, ...] = ()
    moments: tuple[Moment, ...] = ()


class DepartmentDay(Wire):
    """One department's day: durations in seconds."""

    department: str
    closed: int = 0
    late: int = 0
    open: int = 0
    median_s: float | None = None
    p90_s: float | None = None
    paused_s: float = 0


class Cause(Wire):
    """How often a cause of exceptions came up."""

    cause: str
    count: int
    kind: str = ""


class MoneySum(Wire):
    """The day's sum of one kind of money line."""

    kind: str
    lines: int = 0
    amount: Money


class Day(Wire):
    """The day's figures of one property."""

    property_id: str
    date: dt.date
    opened: int = 0
    closed: int = 0
    late: int = 0
    open_now: int = 0
    departments: tuple[DepartmentDay, ...] = ()
    exceptions: tuple[Cause, ...] = ()
    money: tuple[MoneySum, ...] = ()
    extra: dict[str, Any] = Field(default_factory=dict)

    @property
    def late_share(self) -> float | None:
        """The share of what was closed that came late, 0–1; None when nothing was closed."""
        return self.late / self.closed if self.closed else None

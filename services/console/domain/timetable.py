"""Reports that come by themselves: when, to whom, what became of the last, and the form that says so."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from services.console.domain.problem import Problem, Refused
from services.console.domain.tongue import _, mark
from shared.contracts.values import Instant, Wire

WEEK = tuple(range(7))
PEOPLE = ("supervisor", "duty_manager", "general_manager", "revenue_manager", "finance")
"""Roles that a report may be made for."""
MAIL_STATE: Mapping[str, str] = {
    "waiting": mark("waits for the mail server"),
    "sending": mark("is being sent"),
    "sent": mark("sent"),
    "refused": mark("not delivered: the mail server refused it"),
    "unknown": mark("nobody knows whether it arrived; it is not sent again"),
}
NUMBERS: Mapping[str, tuple[int, int]] = {
    "days": (1, 400),
    "hours_before": (0, 72),
    "busy_percent": (1, 100),
    "busy_arrivals": (0, 10_000),
}


class Terms(Wire):
    """What is delivered, to whom and when, in the hotel's own time."""

    report: str = "exceptions"
    days: int = 7
    audience: str = "duty_manager"
    when: str = "daily"
    at: dt.time = dt.time(7)
    weekdays: tuple[int, ...] = WEEK
    hours_before: int = 6
    busy_percent: int = 85
    busy_arrivals: int = 0
    review_hours: int | None = 4
    mail_to: tuple[str, ...] = ()


class Run(Wire):
    """One delivery."""

    id: str
    state: str
    start: dt.date
    end: dt.date
    due_at: Instant
    busy_day: dt.date | None = None
    delivered_at: Instant | None = None
    review_by: Instant | None = None
    reviewed_by: str | None = None
    reviewed_at: Instant | None = None
    version: int = 0


class Mail(Wire):
    """What became of one e-mail of a delivery; `to` is empty for who may not read about staff."""

    to: str = ""
    state: str
    tries: int = 0


class Schedule(Wire):
    """One schedule, when it comes next, and its last delivery."""

    id: str
    version: int
    property_id: str
    name: str
    terms: Terms
    paused: bool = False
    next_at: Instant | None = None
    last: Run | None = None
    mails_sent: int = 0
    mails_waiting: int = 0
    mails_failed: int = 0

    @property
    def body(self) -> dict[str, Any]:
        """As it is said again whole."""
        terms = self.terms.model_dump(mode="json") | {"at": self.terms.at.strftime("%H:%M")}
        return {"property_id": self.property_id, "name": self.name, "terms": terms, "paused": self.paused}


def body_of(given: Mapping[str, str]) -> dict[str, Any]:
    """A schedule as a form says it; what cannot be read is refused in words."""
    numbers = {name: _number(name, given[name], *bounds) for name, bounds in NUMBERS.items() if given.get(name)}
    weekdays = [day for day in WEEK if given.get(f"weekday_{day}")]
    review = given.get("review_hours", "")
    terms: dict[str, Any] = {
        "report": given.get("report", ""),
        "audience": given.get("audience", ""),
        "when": "before_busy" if given.get("when") == "before_busy" else "daily",
        "at": _time(given.get("at", "")),
        "weekdays": weekdays or list(WEEK),
        "review_hours": _number("review_hours", review, 1, 168) if review else None,
        "mail_to": [one for one in re.split(r"[\s,;]+", given.get("mail_to", "")) if one],
        **numbers,
    }
    said = {"property_id": given.get("property_id", ""), "name": given.get("name", ""), "terms": terms}
    return said | {"paused": given.get("paused") == "true"}


def _number(name: str, text: str, least: int, most: int) -> int:
    if text.isascii() and text.isdigit() and least <= int(text[:9]) <= most:
        return int(text)
    raise Refused(
        Problem(422, "form_invalid", _("Type a whole number from {least} to {most}.", least=least, most=most), {})
    )


def _time(text: str) -> str:
    try:
        return dt.time.fromisoformat(text).strftime("%H:%M")
    except ValueError as wrong:
        raise Refused(Problem(422, "form_invalid", _("Type a time of day, like 22:00."))) from wrong

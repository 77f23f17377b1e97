"""Versions of what a place has of its own in alerts: proposed, decided by another person, in force from a day on."""

import datetime as dt

from services.alerts.domain.book import AlertRules, BookVersion
from shared.contracts import proposals
from shared.contracts.proposals import Head, Said, Wish


def propose(
    place: str,
    head: Head,
    rules: AlertRules,
    by: str,
    now: dt.datetime,
    reason: Said,
    effective_from: dt.datetime | None = None,
) -> BookVersion:
    """A new version that waits for another person; `effective_from` must lie ahead, absent means once approved."""
    wish = Wish(place, rules.model_dump(mode="json", exclude_none=True), by, effective_from)
    return proposals.propose(BookVersion, wish, head, now, rules=rules, reason=reason)


def decide(
    version: BookVersion, head: Head, approve: bool, by: str, reason: Said, shown: str | None, now: dt.datetime
) -> BookVersion:
    """As another person decided it; approved late, it starts when it is approved."""
    return proposals.decide(version, head, approve, by, shown, now, decision=reason)


def withdraw(version: BookVersion, head: Head, by: str, reason: Said, now: dt.datetime) -> BookVersion:
    """Taken back before it came into force."""
    return proposals.withdraw(version, head, by, now, decision=reason)

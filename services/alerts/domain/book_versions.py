"""Versions of what a place has of its own in alerts: proposed, decided by another person, in force from a day on."""

import datetime as dt

from services.alerts.domain.book import AlertRules, BookVersion
from shared.contracts.proposals import (
    Head,
    Said,
    decided,
    fingerprint,
    require_day,
    require_decidable,
    require_room,
    require_withdrawable,
    withdrawn,
)


def digest(place: str, version: int, base: int, rules: AlertRules, effective_from: dt.datetime | None) -> str:
    """What an approval binds: place, version, the version it was made on, the rules and their day."""
    day = effective_from.isoformat() if effective_from else None
    return fingerprint(place, version, base, rules.model_dump(mode="json", exclude_none=True), day)


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
    require_room(head.open)
    day, number = require_day(effective_from, now), head.last + 1
    return BookVersion(
        place=place,
        version=number,
        base=head.approved,
        rules=rules,
        effective_from=day,
        digest=digest(place, number, head.approved, rules, day),
        proposed_by=by,
        proposed_at=now,
        reason=reason,
        seq=head.seq + 1,
    )


def decide(
    version: BookVersion, head: Head, approve: bool, by: str, reason: Said, shown: str | None, now: dt.datetime
) -> BookVersion:
    """As another person decided it; approved late, it starts when it is approved."""
    require_decidable(version, head.approved, approve, by, shown)
    return decided(version, approve, by, now, decision=reason, seq=head.seq + 1)


def withdraw(version: BookVersion, head: Head, by: str, reason: Said, now: dt.datetime) -> BookVersion:
    """Taken back before it came into force."""
    require_withdrawable(version, now)
    return withdrawn(version, by, now, decision=reason, seq=head.seq + 1)

"""Entering later what happened while the system was down: within which time, and what is refused."""

import datetime as dt

from shared.contracts.errors import Breach
from shared.contracts.phrases import breach

OLDEST = dt.timedelta(days=7)
"""Paper is brought in within a week; what is older is told to whoever writes the reports."""


def late_breaches(happened_at: dt.datetime | None, now: dt.datetime) -> list[Breach]:
    """What is wrong with the moment that something is said to have happened at; nothing where none is said."""
    if happened_at is None:
        return []
    if happened_at > now:
        return [breach("happened_at", "not_in_the_future")]
    if happened_at < now - OLDEST:
        return [breach("happened_at", "too_old", days=OLDEST.days)]
    return []


def late_close_breaches(
    happened_at: dt.datetime | None, entered_late: bool, opened_at: dt.datetime, now: dt.datetime
) -> list[Breach]:
    """What is wrong with the moment at which a record is said to have been done; nothing where none is said."""
    if happened_at is None:
        return []
    if not entered_late:
        return [breach("happened_at", "entered_late_only")]
    if happened_at < opened_at:
        return [breach("happened_at", "before_it_began")]
    return [breach("happened_at", "not_in_the_future")] if happened_at > now else []

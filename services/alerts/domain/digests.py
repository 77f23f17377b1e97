"""When what need not ring is told together."""

import datetime as dt
from zoneinfo import ZoneInfo

from services.alerts.domain.preferences import Digest
from shared.contracts.values import instant_of

MORNING = dt.time(8)


def next_digest(digest: Digest, at: dt.time | None, tz: ZoneInfo, now: dt.datetime) -> dt.datetime:
    """The moment of the next digest after now: the next full hour, or the next local time of day."""
    if digest is Digest.HOURLY:
        return now.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
    today, wanted = now.astimezone(tz).date(), at or MORNING
    moments = (instant_of(dt.datetime.combine(today + dt.timedelta(days=ahead), wanted), tz) for ahead in range(3))
    return next(moment for moment in moments if moment > now)

"""The circuit breaker of one hotel's PMS: after some failures in a row it is left alone for a while; pure."""

import datetime as dt
from dataclasses import dataclass, replace

FAILURES = 5
FIRST_PAUSE = dt.timedelta(seconds=15)
LONGEST_PAUSE = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Endpoint:
    """How one hotel's PMS does. `open_until` is set while nobody calls it; then one call is tried."""

    property_id: str
    failures: int = 0
    open_until: dt.datetime | None = None
    failure: str | None = None
    failed_at: dt.datetime | None = None
    worked_at: dt.datetime | None = None

    def closed(self, now: dt.datetime) -> bool:
        """Whether it may be called."""
        return self.open_until is None or self.open_until <= now

    @property
    def failing(self) -> bool:
        """Whether it has failed so often that it is called one at a time, if at all."""
        return self.failures >= FAILURES

    def failed(self, code: str, now: dt.datetime) -> "Endpoint":
        """After a call that did not get through: the fifth in a row opens it, each further one for twice as long."""
        count = self.failures + 1
        over = count - FAILURES
        pause = min(FIRST_PAUSE * 2 ** min(max(over, 0), 10), LONGEST_PAUSE)
        until = now + pause if over >= 0 else None
        return replace(self, failures=count, open_until=until, failure=code, failed_at=now)

    def worked(self, now: dt.datetime) -> "Endpoint":
        """After a call that got through."""
        return replace(self, failures=0, open_until=None, worked_at=now)

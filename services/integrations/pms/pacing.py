"""Keeps to a vendor's pace: so many calls in a sliding window, and none while it asked us to wait."""

import datetime as dt
from collections import defaultdict, deque

from services.integrations.ports.vendors import PmsBusy


class Pace:
    """One account's pace in this process. It never sleeps: who comes too soon is told when to come again."""

    def __init__(self, most: int = 150, window: dt.timedelta = dt.timedelta(seconds=30)) -> None:
        self._most, self._window = most, window
        self._calls: dict[str, deque[dt.datetime]] = defaultdict(deque)
        self._until: dict[str, dt.datetime] = {}

    def keep(self, account: str, now: dt.datetime) -> None:
        """Count a call. Raises PmsBusy with how long to wait when it would be one too many."""
        until = self._until.get(account)
        if until is not None and now < until:
            raise PmsBusy("throttled", until - now)
        calls = self._calls[account]
        while calls and calls[0] <= now - self._window:
            calls.popleft()
        if len(calls) >= self._most:
            raise PmsBusy("throttled", calls[0] + self._window - now)
        calls.append(now)

    def pause(self, account: str, until: dt.datetime) -> None:
        """The vendor asked for silence until then."""
        self._until[account] = max(until, self._until.get(account, until))

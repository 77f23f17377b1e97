"""Files that were made are kept for a while: exports for days, deliveries for as long as somebody may ask for them."""

import datetime as dt
from collections.abc import Callable

from services.reporting.ports import FileStore
from shared.contracts.values import SYSTEM_CHAIN, Instant, Scope

EXPORTS, DELIVERIES = ("csv", "json", "zip"), ("xlsx", "png", "eml")
AT_ONCE = 100


class Clearing:
    """Deletes files by their age in real time, whether anything still speaks of them or not."""

    def __init__(
        self, files: FileStore, exports: dt.timedelta, deliveries: dt.timedelta, real_now: Callable[[], Instant]
    ) -> None:
        self._files, self._real_now = files, real_now
        self._kept = ((EXPORTS, exports), (DELIVERIES, deliveries))

    async def clear(self) -> int:
        """Delete what is too old; how many files."""
        gone = 0
        for formats, kept in self._kept:
            before = self._real_now() - kept
            while more := await self._files.drop_older(Scope(chain=SYSTEM_CHAIN), formats, before, AT_ONCE):
                gone += more
        return gone

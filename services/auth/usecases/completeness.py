"""Every aggregate's versions 1..n are in the log: what is missing is asked for again, and rings when it stays away."""

import datetime as dt
import logging
from collections.abc import Callable

from services.auth.domain.completeness import Tally
from services.auth.ports.audit import VersionStore
from services.auth.ports.directory import Time
from shared.contracts.values import SYSTEM_CHAIN, Scope

log = logging.getLogger(__name__)
ALL = Scope(chain=SYSTEM_CHAIN)
ASK_AGAIN = dt.timedelta(minutes=5)
FILL_WITHIN = dt.timedelta(minutes=10)


class Completeness:
    """Runs on one replica. A gap younger than `grace` (real time) is no gap yet: topics overtake each other."""

    def __init__(self, versions: VersionStore, time: Time, grace: dt.timedelta, counted: Callable[[int], None]) -> None:
        self._versions, self._time, self._grace, self._counted = versions, time, grace, counted

    async def look(self) -> int:
        """Ask for what is missing, and say what has come; how many aggregates miss versions."""
        now = self._time.real_now()
        for tally in await self._versions.gaps(ALL, now - self._grace, now - ASK_AGAIN):
            await self._ask(tally, now)
        for tally in await self._versions.filled(ALL):
            await self._say_filled(tally, now)
        left = await self._versions.count(ALL)
        self._counted(left)
        return left

    async def _ask(self, tally: Tally, now: dt.datetime) -> None:
        business = self._time.now()
        # The deadline is the first asking's: asking again does not put the alarm off.
        waited = now - (tally.since or now)
        after, event = tally.told("found", business, business + max(FILL_WITHIN - waited, dt.timedelta()))
        after = after.model_copy(update={"asked_at": now})
        if await self._versions.tell(Scope(chain=tally.chain), tally, after, event, still=True):
            log.error(
                "audit: versions from %d of an aggregate are missing", tally.next, extra={"aggregate": tally.aggregate}
            )

    async def _say_filled(self, tally: Tally, now: dt.datetime) -> None:
        business = self._time.now()
        after, event = tally.told("filled", business, business)
        after = after.model_copy(update={"asked_at": now})
        await self._versions.tell(Scope(chain=tally.chain), tally, after, event, still=False)

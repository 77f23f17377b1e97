"""The heartbeat for a watcher outside: it is sent while all is well, so that its absence says what nobody here can."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from services.alerts.domain.finding import Fault
from services.alerts.ports import Inspector
from shared.contracts.values import SYSTEM_CHAIN, Instant, Scope

GRAVE = frozenset({Fault.OVERDUE_TIMER, Fault.BREACH_WITHOUT_ALERT, Fault.OPEN_WITHOUT_TIMER})
"""What must not be while we say that all is well."""


class Beating:
    """A dead man's switch: no beat when the auditor found something grave, or has not looked for a while."""

    def __init__(
        self,
        inspector: Inspector,
        beat: Callable[[], Awaitable[bool]],
        now: Callable[[], Instant],
        stale: timedelta,
    ) -> None:
        self._inspector, self._beat, self._now, self._stale = inspector, beat, now, stale

    async def turn(self) -> bool:
        """Beat, if all is well; whether it was heard."""
        looked, found = await self._inspector.last(Scope(chain=SYSTEM_CHAIN))
        fresh = looked is not None and self._now() - looked <= self._stale
        if not fresh or any(one.fault in GRAVE for one in found):
            return False
        return await self._beat()

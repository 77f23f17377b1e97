"""Deadlines pass: each is noted as it does, once a deadline, again if the process dies right then."""

from collections.abc import Callable

from services.reporting.ports import FactStore, HandOff, Noted
from shared.contracts.values import SYSTEM_CHAIN, Instant, Scope

MOST = 500


class Watching:
    """Looks for open records whose deadline has passed since it was last noted."""

    def __init__(self, facts: FactStore, noted: Noted, now: Callable[[], Instant]) -> None:
        self._facts, self._noted, self._now = facts, noted, now

    async def look(self) -> int:
        """Note what is overdue by now and was not noted; how many."""
        everywhere, noted = Scope(chain=SYSTEM_CHAIN), 0
        while found := await self._facts.overdue(everywhere, self._now(), MOST):
            for one in found:
                self._noted(HandOff("overdue", one.id, one.department, one.department))
            await self._facts.told_overdue(everywhere, found)
            noted += len(found)
        return noted

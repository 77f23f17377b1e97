"""How much everybody has open: read now and then outside any transaction, and counted on as work is given out."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable

from services.records.ports import RecordStore
from shared.contracts.values import Scope

RECENT_S = 1.0
Load = dict[str, int]


class Loads:
    """Open records by owner, as read at most `recent_s` ago, plus what this process gave out since.

    A figure to choose by, never a counter that transactions would fight over. What is given out is counted at once, so
    that commands that come at the same time do not all choose the same person; what then fails to be written, and what
    other processes gave out, the next reading puts right.
    """

    def __init__(
        self, records: RecordStore, recent_s: float = RECENT_S, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._records, self._recent_s, self._monotonic = records, recent_s, monotonic
        self._held: dict[tuple[str, str], tuple[float, Load]] = {}
        self._reading: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, scope: Scope, property_id: str) -> Load:
        """The load at a property, to be counted up by whoever gives work out."""
        place = (scope.chain, property_id)
        async with self._reading[place]:
            held = self._held.get(place)
            if held is None or self._monotonic() - held[0] >= self._recent_s:
                began = self._monotonic()
                self._held[place] = (began, dict(await self._records.load(scope, property_id)))
            return self._held[place][1]

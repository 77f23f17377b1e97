"""How much everybody has open: read now and then outside any transaction, and counted on as work is given out."""

import time
from collections.abc import Callable

from services.records.ports import RecordStore
from shared.chassis.recent import RECENT_S, Recent
from shared.contracts.values import Scope

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
        self._records = records
        self._recent = Recent[tuple[str, str], Load](recent_s, monotonic)

    async def of(self, scope: Scope, property_id: str) -> Load:
        """The load at a property, to be counted up by whoever gives work out."""

        async def read() -> Load:
            return dict(await self._records.load(scope, property_id))

        return await self._recent.of((scope.chain, property_id), read)

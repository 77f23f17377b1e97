"""Who is away, and what they left behind."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Protocol

from services.records.domain.absence import Duty
from services.records.domain.state import RecordState
from shared.chassis.mongo import Tx
from shared.contracts.values import Scope


class DutyStore(Protocol):
    """Keeps the last word on everybody's being there, and finds the open work of those who are not."""

    async def keep(self, scope: Scope, duties: Sequence[Duty], tx: Tx) -> None:
        """Remember people; the consumer's cursors have put their versions in order."""
        ...

    async def find(self, scope: Scope, staff_id: str, tx: Tx) -> Duty | None:
        """One person."""
        ...

    async def away(self, scope: Scope, now: dt.datetime, tx: Tx | None = None) -> list[Duty]:
        """Everybody of the chain who is away now; of every chain for the system's own scope."""
        ...

    async def left_behind(
        self, scope: Scope, staff_id: str, elsewhere: Collection[str] | None, limit: int, tx: Tx
    ) -> list[RecordState]:
        """Open records of a person, soonest due first; only outside some properties, if those are given."""
        ...

    async def owning(self, scope: Scope, staff_ids: Collection[str]) -> set[str]:
        """Which of these people own something open."""
        ...

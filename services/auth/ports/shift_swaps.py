"""What swaps of shifts need of their store."""

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from services.auth.ports.directory import DirectoryChange
from shared.chassis.commands import CommandContext
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.staff import ShiftSwap
from shared.contracts.values import Scope


class SwapStore(Protocol):
    """Keeps swaps of shifts."""

    async def swap(self, scope: Scope, swap_id: str) -> ShiftSwap | None:
        """One of the scope's hotels."""
        ...

    async def of_person(self, scope: Scope, staff_id: str) -> list[ShiftSwap]:
        """Those a person asked for or was asked for, newest first, at most a hundred."""
        ...

    async def waiting(self, scope: Scope) -> list[ShiftSwap]:
        """Those at the scope's hotels that wait for a supervisor, oldest first."""
        ...

    async def due(self, scope: Scope, now: dt.datetime) -> list[ShiftSwap]:
        """Open ones of every chain whose time is over; the scope is the system's."""
        ...

    async def keep(
        self,
        scope: Scope,
        swap: ShiftSwap,
        event: NewEvent,
        people: Sequence[DirectoryChange],
        by: CommandContext | Provenance,
    ) -> None:
        """Write a swap with its event and the rota it makes, in one transaction; a lost race raises a conflict."""
        ...

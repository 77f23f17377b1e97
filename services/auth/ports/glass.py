"""What breaking the glass needs of its store."""

from typing import Protocol

from shared.chassis.commands import CommandContext
from shared.contracts.envelope import NewEvent
from shared.contracts.staff import Glass
from shared.contracts.values import Scope


class GlassStore(Protocol):
    """Keeps who broke the glass, for ever."""

    async def glass(self, scope: Scope, glass_id: str) -> Glass | None:
        """One of the scope's hotels."""
        ...

    async def waiting(self, scope: Scope) -> list[Glass]:
        """Those at the scope's hotels that nobody has reviewed."""
        ...

    async def keep(self, scope: Scope, glass: Glass, event: NewEvent, by: CommandContext) -> None:
        """Write it with its event; a second one of a person whose first waits for its review is a conflict."""
        ...

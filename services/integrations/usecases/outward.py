"""Lets no command out to the PMS of a hotel that is no real one yet: it ends here, saying so."""

from collections.abc import Callable, Collection

from services.integrations.domain.connections import Connection
from services.integrations.ports import Connections, PmsRefused
from services.integrations.ports.vendors import PmsBusy
from shared.contracts.staff import Mode
from shared.contracts.values import Scope

NOT_REAL = "shadow_mode"


def require_real(mode: Mode | None) -> None:
    """Let a hotel's commands out: PmsRefused unless it is live, PmsBusy while nobody has told us whether it is."""
    if mode is None:
        raise PmsBusy("property_unknown")
    if mode is not Mode.LIVE:
        raise PmsRefused(NOT_REAL)


class Outward(Connections):
    """The connections, for what leaves by them. `inside`: PMSs that are part of this house; nothing leaves to those.

    A shadow goes live and never back, so nothing that was on its way already is stopped here.
    """

    def __init__(self, connections: Connections, inside: Collection[str], mode: Callable[[str], Mode | None]) -> None:
        self._connections, self._inside, self._mode = connections, frozenset(inside), mode

    async def find(self, scope: Scope, property_id: str) -> Connection | None:
        """See the port. Raises PmsRefused for a hotel from which nothing leaves, PmsBusy for one not heard of yet."""
        found = await self._connections.find(scope, property_id)
        if found is not None and found.pms not in self._inside:
            require_real(self._mode(property_id))
        return found

    async def all(self, scope: Scope) -> list[Connection]:
        """See the port."""
        return await self._connections.all(scope)

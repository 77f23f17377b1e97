"""Takes tasks that staff wrote down in the PMS, once for each of their numbers."""

from services.integrations.domain.tasks import TaskSaid, seen
from services.integrations.ports import Connections
from services.integrations.usecases.doors import behind
from services.integrations.usecases.finance import Ledger
from shared.chassis.clock import Clock
from shared.chassis.provenance import Provenance
from shared.contracts.errors import not_found
from shared.contracts.values import Scope


class TakeTasks:
    """Writes each task down as one event."""

    def __init__(self, connections: Connections, ledger: Ledger, clock: Clock) -> None:
        self._connections, self._ledger, self._clock = connections, ledger, clock

    async def __call__(self, property_id: str, token: str, vendor: str, said: TaskSaid, correlation: str) -> bool:
        """Take one task; False when its number was there before. Another PMS than the hotel's is no address (404)."""
        connection = await behind(self._connections, property_id, token)
        if connection.pms != vendor:
            raise not_found("address")
        event = seen(connection, said, self._clock.now())
        scope = Scope(chain=connection.chain, properties=frozenset({property_id}))
        return bool(await self._ledger.tell(scope, [event], Provenance.fresh(correlation)))

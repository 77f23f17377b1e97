"""Events that are their own state: finance actions seen, and reads of sensitive fields."""

from collections.abc import Sequence

from shared.chassis.mongo import Mongo
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import NewEvent
from shared.contracts.tasks import TaskEvent
from shared.contracts.values import Scope


class LedgerStore:
    """Writes event rows that need no other document: the row itself is unique by aggregate and version."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo, self._outbox = mongo, outbox

    async def tell(self, scope: Scope, events: Sequence[NewEvent], provenance: Provenance) -> int:
        """Write each event that is not there yet; how many were new."""
        return sum([await self._outbox.append_once(event, provenance, self._mongo) for event in events])

    async def number(self, scope: Scope, task_id: str) -> str | None:
        """The PMS's own number of a task that it told of."""
        for event in await self._outbox.history(scope, task_id, "task.seen.v1"):
            body = body_of(event)
            if isinstance(body, TaskEvent):
                return body.task.number
        return None

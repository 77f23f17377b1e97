"""Takes tasks that staff wrote down in the PMS, once for each of their numbers, pushed or looked for."""

import datetime as dt
import logging
from collections.abc import Mapping

from services.integrations.domain.connections import Connection
from services.integrations.domain.orders import Ability
from services.integrations.domain.tasks import CODE, TaskSaid, closed, seen
from services.integrations.ports import Connections, PmsRefused
from services.integrations.ports.following import Looks
from services.integrations.ports.vendors import PmsBusy, PmsUnreadable, Vendor
from services.integrations.usecases.doors import behind
from services.integrations.usecases.finance import Ledger
from shared.chassis.clock import Clock
from shared.chassis.provenance import Provenance
from shared.contracts.errors import not_found
from shared.contracts.values import SYSTEM_CHAIN, Scope

log = logging.getLogger(__name__)
TASKS = "tasks"
FIRST_LOOK, OVERLAP = dt.timedelta(days=1), dt.timedelta(minutes=10)


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


class LookAtTasks:
    """Asks each PMS that has tasks what was opened or closed there since the last look."""

    def __init__(
        self, connections: Connections, vendors: Mapping[str, Vendor], ledger: Ledger, looks: Looks, clock: Clock
    ) -> None:
        self._connections, self._vendors, self._ledger = connections, vendors, ledger
        self._looks, self._clock = looks, clock

    async def __call__(self) -> int:
        """Look at every hotel; how many events were told."""
        every = await self._connections.all(Scope(chain=SYSTEM_CHAIN))
        wanted = [one for one in every if TASKS in one.options and one.pms in self._vendors]
        return sum([await self._look(one) for one in wanted if Ability.TASK in self._vendors[one.pms].can])

    async def _look(self, hotel: Connection) -> int:
        scope = Scope(chain=hotel.chain, properties=frozenset({hotel.property_id}))
        real, now = self._clock.real_now(), self._clock.now()
        since = (await self._looks.find(scope, hotel.property_id)).tasks_until or real - FIRST_LOOK
        try:
            states = await self._vendors[hotel.pms].tasks(hotel, since - OVERLAP)
        except (PmsBusy, PmsRefused, PmsUnreadable) as failure:
            log.warning(
                "tasks are not looked at now (%s)", type(failure).__name__, extra={"property": hotel.property_id}
            )
            return 0
        events = []
        for one in states:
            if one.key is None:
                said = TaskSaid(f"seen-{one.number}", one.number, CODE, one.reservation, None, None, one.due_at)
                events.append(seen(hotel, said, now))
            if one.closed:
                events.append(closed(hotel, one, now))
        told = await self._ledger.tell(scope, events, Provenance.fresh(self._clock.new_id()))
        await self._looks.note(scope, hotel.property_id, tasks_until=real)
        return told


class TaskKinds:
    """Which kinds of record a hotel wants to see as tasks in its PMS; as it was a few seconds ago."""

    FRESH = dt.timedelta(seconds=10)

    def __init__(self, connections: Connections, clock: Clock) -> None:
        self._connections, self._clock = connections, clock
        self._kinds: dict[str, frozenset[str]] = {}
        self._until: dt.datetime | None = None

    async def __call__(self, property_id: str) -> frozenset[str]:
        """The kinds of one hotel; mostly none."""
        now = self._clock.real_now()
        if self._until is None or now >= self._until:
            every = await self._connections.all(Scope(chain=SYSTEM_CHAIN))
            self._kinds = {
                one.property_id: frozenset(
                    kind.strip() for kind in one.options.get(TASKS, "").split(",") if kind.strip()
                )
                for one in every
            }
            self._until = now + self.FRESH
        return self._kinds.get(property_id, frozenset())

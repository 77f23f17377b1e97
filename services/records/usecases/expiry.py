"""Let a record expire when its moment has passed and nobody closed it."""

from services.records.domain.commands import Doer, ExpireRecord
from services.records.usecases.desk import Desk
from services.records.usecases.house import House
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.identity import system
from shared.contracts.records import Status
from shared.contracts.values import Scope

RECORDS = Doer(system("records"))


class Expiry:
    """What the expiry timer does."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def fire(self, tx: Tx, timer: Timer, late_ms: int) -> None:
        """Close the record as expired, in the transaction that marks the timer fired."""
        desk = Desk(self._house, Scope(chain=str(timer.data["chain"])), tx)
        state = await desk.find(timer.subject)
        # The moment may have moved on since this timer was read; its own timer will come.
        if state is None or state.status is Status.COMPLETE or state.expires_at != timer.due_at:
            return
        await desk.tell(state, ExpireRecord(), RECORDS, Provenance.fresh(f"expiry-{state.id}"))
        await desk.flush()

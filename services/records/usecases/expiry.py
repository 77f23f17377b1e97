"""What the clock does to a record: it expires, its proposals do, and a wait that took too long is said."""

from services.records.domain.commands import Command, Doer, EndWait, ExpireProposal, ExpireRecord
from services.records.usecases.alarms import timers_of
from services.records.usecases.desk import Desk
from services.records.usecases.house import House
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.identity import system
from shared.contracts.values import Scope

RECORDS = Doer(system("records"))


class ByTheClock:
    """What a record's timers do, in the transaction that marks them fired."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def expire(self, tx: Tx, timer: Timer, late_ms: int) -> None:
        """Close the record as expired."""
        await self._tell(tx, timer, ExpireRecord())

    async def expire_proposal(self, tx: Tx, timer: Timer, late_ms: int) -> None:
        """Let a proposal go that nobody decided."""
        await self._tell(tx, timer, ExpireProposal(str(timer.data["part"])))

    async def end_wait(self, tx: Tx, timer: Timer, late_ms: int) -> None:
        """Say that whoever is waited for has had their time."""
        await self._tell(tx, timer, EndWait())

    async def _tell(self, tx: Tx, timer: Timer, command: Command) -> None:
        desk = Desk(self._house, Scope(chain=str(timer.data["chain"])), tx)
        state = await desk.find(timer.subject)
        wanted = timers_of(state).get(timer.id) if state else None
        # The moment may have moved on since this timer was read; its own timer will come.
        if state is None or wanted is None or wanted.due_at != timer.due_at:
            return
        await desk.tell(state, command, RECORDS, Provenance.fresh(f"{timer.kind}-{state.id}"))
        await desk.flush()

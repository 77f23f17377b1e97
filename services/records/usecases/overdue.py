"""Say that an answer is overdue when its timer fires, so that alerts can ring (K1)."""

from services.records.domain.commands import NoteOverdueAnswer
from services.records.usecases.desk import Desk
from services.records.usecases.expiry import RECORDS
from services.records.usecases.house import House
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.values import Scope


class OverdueAnswers:
    """What the timer of a question does."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def fire(self, tx: Tx, timer: Timer, late_ms: int) -> None:
        """Note it on the record, in the transaction that marks the timer fired; an answered question says nothing."""
        desk = Desk(self._house, Scope(chain=str(timer.data["chain"])), tx)
        state = await desk.find(timer.subject)
        question = next((each for each in state.asked if each.id == timer.data["question"]), None) if state else None
        if state is None or question is None or question.answer is not None or question.overdue_at is not None:
            return
        await desk.tell(state, NoteOverdueAnswer(question.id), RECORDS, Provenance.fresh(f"answer-{question.id}"))
        await desk.flush()

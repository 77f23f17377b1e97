"""The clocks of questions: one timer for each that waits, taken back when its answer comes."""

from collections.abc import Iterable

from services.records.domain.state import Question, RecordState
from shared.chassis.timers import Timer

ANSWER = "answer"


def answer_timers(moved: Iterable[tuple[RecordState | None, RecordState]]) -> tuple[list[Timer], list[str]]:
    """The timers to set and those to take back, for records before (None: new) and after."""
    arm: list[Timer] = []
    disarm: list[str] = []
    for before, after in moved:
        if before is not None and before.asked is after.asked:
            continue
        known = {each.id: each for each in before.asked} if before else {}
        for question in after.asked:
            was = known.get(question.id)
            if was is None and question.answer is None:
                arm.append(_timer(after, question))
            elif was is not None and was.answer is None and question.answer is not None:
                disarm.append(_id(question))
    return arm, disarm


def _id(question: Question) -> str:
    return f"{ANSWER}:{question.id}"


def _timer(state: RecordState, question: Question) -> Timer:
    return Timer(
        _id(question), ANSWER, state.id, question.answer_by, 0, {"chain": state.chain, "question": question.id}
    )

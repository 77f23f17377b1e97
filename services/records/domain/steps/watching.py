"""Watching a record, and what becomes of a question that nobody answers in time."""

from services.records.domain.act import Act, Step
from services.records.domain.commands import Command, NoteOverdueAnswer, Unwatch, Watch
from shared.contracts.errors import conflict, not_found

MOST_WATCHERS = 50


def watch(act: Act, command: Watch) -> Act:
    """Once each; fifty are enough for one record."""
    if command.staff_id in act.state.watchers:
        raise conflict("nothing_changed", "They watch it already.")
    if len(act.state.watchers) >= MOST_WATCHERS:
        raise conflict("too_many_watchers", f"At most {MOST_WATCHERS} people watch one record.")
    return act.then("watched", watchers=(*act.state.watchers, command.staff_id))


def unwatch(act: Act, command: Unwatch) -> Act:
    """Whoever does not watch cannot stop."""
    if command.staff_id not in act.state.watchers:
        raise conflict("nothing_changed", "They do not watch it.")
    return act.then("unwatched", watchers=tuple(each for each in act.state.watchers if each != command.staff_id))


def note_overdue(act: Act, command: NoteOverdueAnswer) -> Act:
    """Say once that an answer is overdue, so that somebody is told."""
    question = next((each for each in act.state.asked if each.id == command.question_id), None)
    if question is None:
        raise not_found("question")
    if question.answer is not None or question.overdue_at is not None or act.now < question.answer_by:
        raise conflict("not_overdue", "This answer is not overdue, or that was said already.")
    late = question.model_copy(update={"overdue_at": act.now})
    kept = tuple(late if each.id == late.id else each for each in act.state.asked)
    return act.then("question_overdue", asked=kept)


STEPS: dict[type[Command], Step] = {
    Watch: Step(watch, when_closed=True),
    Unwatch: Step(unwatch, when_closed=True),
    NoteOverdueAnswer: Step(note_overdue, when_closed=True),
}

"""Records that hang together: sub-tasks, duplicates, repeats, and the stay a record turns out to be about."""

from services.records.domain.act import Act, Step
from services.records.domain.commands import (
    AddChild,
    Command,
    CountRepeat,
    LetGo,
    LinkStay,
    MergeRecord,
    TakeOver,
)
from services.records.domain.parts import Child
from services.records.domain.steps.closing import close
from services.records.domain.steps.watching import MOST_WATCHERS
from services.records.domain.texts import Reason, check_reason
from shared.contracts.errors import conflict
from shared.contracts.records import Outcome

MOST_CHILDREN = 50
MOST_REPEATS = 100
MERGED = Reason(code="merged")


def add_child(act: Act, command: AddChild) -> Act:
    """Remember a sub-task; it has its own owner and clock."""
    if len(act.state.children) >= MOST_CHILDREN:
        raise conflict("too_many_subtasks", f"A record has at most {MOST_CHILDREN} sub-tasks.")
    child = Child(id=command.child_id, compulsory=command.compulsory)
    return act.then("subtask_opened", children=(*act.state.children, child), idle_handoffs=0)


def link_stay(act: Act, command: LinkStay) -> Act:
    """A quick entry without a stay is linked to it afterwards; once, since all that follows hangs on it."""
    if act.state.stay_id is not None:
        raise conflict("already_linked", "This record is about a stay already.")
    return act.then(
        "stay_linked",
        stay_id=command.stay_id,
        guest_id=command.guest_id or act.state.guest_id,
        room=act.state.room or command.room,
        language=command.language,
    )


def merge(act: Act, command: MergeRecord) -> Act:
    """Close the duplicate and point to the record that goes on."""
    check_reason(command.reason)
    reason = Reason(code="merged", text=command.reason.text)
    return close(act, Outcome.CANCELLED, reason, merged_into=command.into)


def take_over(act: Act, command: TakeOver) -> Act:
    """Whoever watched the duplicate watches this; its notes are shown here."""
    watchers = tuple(dict.fromkeys((*act.state.watchers, *command.watchers)))[:MOST_WATCHERS]
    merged = tuple(dict.fromkeys((*act.state.merged, command.record_id, *command.merged)))
    return act.then("merged", reason=MERGED, watchers=watchers, merged=merged)


def let_go(act: Act, command: LetGo) -> Act:
    """The duplicate was opened again, so it was none."""
    gone = {command.record_id, *command.merged}
    return act.then(
        "unmerged", reason=command.reason, merged=tuple(each for each in act.state.merged if each not in gone)
    )


def count_repeat(act: Act, command: CountRepeat) -> Act:
    """Count the question, once for each key; only the newest hundred are kept one by one."""
    if any(each.key == command.repeat.key for each in act.state.repeated):
        raise conflict("nothing_changed", "This repeat is counted already.")
    if len(act.state.repeated) >= MOST_REPEATS:
        raise conflict("too_many_repeats", f"{MOST_REPEATS} repeats are counted at most.")
    return act.then("repeated", repeated=(*act.state.repeated, command.repeat))


STEPS: dict[type[Command], Step] = {
    AddChild: Step(add_child),
    LinkStay: Step(link_stay),
    MergeRecord: Step(merge),
    TakeOver: Step(take_over),
    LetGo: Step(let_go, when_closed=True),
    CountRepeat: Step(count_repeat, when_closed=True),
}

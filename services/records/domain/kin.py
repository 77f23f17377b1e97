"""What a command on one record does to those that hang on it, in the same unit of work."""

from collections.abc import Sequence

from services.records.domain.commands import Command, CompleteRecord, LetGo, MergeRecord, ReopenRecord, TakeOver
from services.records.domain.state import RecordState
from services.records.domain.texts import Reason
from shared.contracts.records import Outcome, Status

PARENT_CANCELLED = Reason(code="parent_cancelled")


def asks_children(state: RecordState, command: Command) -> bool:
    """Whether deciding a command needs to know how the record's sub-tasks stand."""
    return bool(state.children) and isinstance(command, CompleteRecord | MergeRecord)


def open_children(children: Sequence[RecordState]) -> list[RecordState]:
    """Those that are not closed."""
    return [child for child in children if child.status is not Status.COMPLETE]


def consequences(before: RecordState, command: Command, children: Sequence[RecordState]) -> list[tuple[str, Command]]:
    """The commands that follow on other records, by their id."""
    if isinstance(command, MergeRecord):
        return [(command.into, TakeOver(before.id, before.merged, before.watchers))]
    if isinstance(command, ReopenRecord) and before.merged_into is not None:
        return [(before.merged_into, LetGo(before.id, before.merged, command.reason))]
    if isinstance(command, CompleteRecord) and command.children == "cancel":
        ended = CompleteRecord(Outcome.CANCELLED, PARENT_CANCELLED, children="cancel")
        return [(child.id, ended) for child in open_children(children)]
    return []

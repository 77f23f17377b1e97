"""What is done around a record: watching it, its checklist, sub-tasks, stay, duplicates, repeats and files."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.records.domain.commands.command import Command
from services.records.domain.parts import AttachedFile, Repeat
from services.records.domain.texts import PrivateText, Reason


@dataclass(frozen=True)
class Watch(Command):
    """Somebody wants to hear of every change."""

    staff_id: str


@dataclass(frozen=True)
class Unwatch(Command):
    """They do not want to any more."""

    staff_id: str


@dataclass(frozen=True)
class NewItem:
    """An item to put on a checklist: a code of the template, or words."""

    id: str
    code: str | None = None
    text: PrivateText | None = None
    compulsory: bool = False


@dataclass(frozen=True)
class AddItems(Command):
    """Put items on the checklist."""

    items: Sequence[NewItem]


@dataclass(frozen=True)
class TickItem(Command):
    """An item is done."""

    item_id: str


@dataclass(frozen=True)
class UntickItem(Command):
    """An item is not done after all."""

    item_id: str
    reason: Reason


@dataclass(frozen=True)
class AddChild(Command):
    """A sub-task was opened from this record."""

    child_id: str
    compulsory: bool


@dataclass(frozen=True)
class LinkStay(Command):
    """The record turns out to be about a stay. Once."""

    stay_id: str
    guest_id: str | None
    room: str | None
    language: str


@dataclass(frozen=True)
class MergeRecord(Command):
    """Close this record as a duplicate of another; the other takes over its watchers and shows its notes."""

    into: str
    reason: Reason


@dataclass(frozen=True)
class TakeOver(Command):
    """A duplicate was merged into this record."""

    record_id: str
    merged: Sequence[str]
    watchers: Sequence[str]


@dataclass(frozen=True)
class LetGo(Command):
    """What was merged into this record was opened again."""

    record_id: str
    merged: Sequence[str]
    reason: Reason


@dataclass(frozen=True)
class CountRepeat(Command):
    """The same was asked again: no second record, but it counts."""

    repeat: Repeat


@dataclass(frozen=True)
class NoteOverdueAnswer(Command):
    """The deadline of an answer has passed."""

    question_id: str


@dataclass(frozen=True)
class Attach(Command):
    """Put a photo or PDF on the record, which is stored already."""

    file: AttachedFile


@dataclass(frozen=True)
class Detach(Command):
    """Take a photo or PDF off the record; its bytes are deleted."""

    file_id: str
    reason: Reason

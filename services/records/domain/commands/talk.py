"""Notes, questions and guest messages."""

import datetime as dt
from dataclasses import dataclass

from services.records.domain.commands.command import Command
from services.records.domain.texts import PrivateText
from shared.contracts.envelope import TextRef
from shared.contracts.identity import Department


@dataclass(frozen=True)
class AddNote(Command):
    """Write a note that every department reads."""

    text: PrivateText


@dataclass(frozen=True)
class RequestMessage(Command):
    """Have a message sent to the guest, or only stored (L4): a template, or a draft integrations holds."""

    message_id: str
    send: bool
    topic_code: str
    template: str | None = None
    draft: TextRef | None = None
    urgent: str | None = None


@dataclass(frozen=True)
class SettleMessage(Command):
    """What became of a guest message."""

    message_id: str
    state: str


@dataclass(frozen=True)
class AskQuestion(Command):
    """Ask a department or a person, with a deadline for the answer (K1)."""

    question_id: str
    text: PrivateText
    answer_by: dt.datetime
    to_department: Department | None = None
    to_staff: str | None = None


@dataclass(frozen=True)
class AnswerQuestion(Command):
    """Answer a question on the record."""

    question_id: str
    text: PrivateText

"""Notes, questions and guest messages."""

import datetime as dt
from typing import Any, ClassVar

from services.records.api.bodies.why import Words
from services.records.domain import commands as c
from services.records.usecases.commanding import Asked
from shared.contracts.envelope import TextRef
from shared.contracts.identity import Department
from shared.contracts.values import AskedInstant, Code, EntityId, Frozen

ANSWER_WITHIN = dt.timedelta(hours=2)


class Note(Frozen):
    """Write a note."""

    action: ClassVar[str] = "note"
    text: Words

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.AddNote(asked.pen.said(self.text))


class Message(Frozen):
    """Send a message to the guest, or only store it: a template, or a draft that integrations hold.

    `urgent`: why it may go out in the guest's quiet hours.
    """

    action: ClassVar[str] = "request_message"
    send: bool
    topic_code: Code | None = None
    template: Code | None = None
    draft: TextRef | None = None
    urgent: Code | None = None

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        topic = self.topic_code or asked.kind.code
        template = self.template if self.template or self.draft else topic
        return c.RequestMessage(asked.new_id(), self.send, topic, template, self.draft, self.urgent)


class Ask(Frozen):
    """Ask a department or a person; an answer is due within two hours unless another time is given."""

    action: ClassVar[str] = "ask"
    text: Words
    to_department: Department | None = None
    to_staff: EntityId | None = None
    answer_by: AskedInstant | None = None

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        to = asked.colleague(self.to_staff).id if self.to_staff else None
        by = self.answer_by or asked.now() + ANSWER_WITHIN
        return c.AskQuestion(asked.new_id(), asked.pen.said(self.text), by, self.to_department, to)


class Answer(Frozen):
    """Answer a question."""

    action: ClassVar[str] = "answer"
    question_id: EntityId
    text: Words

    async def command(self, asked: Asked) -> c.Command:
        """The command."""
        return c.AnswerQuestion(self.question_id, asked.pen.said(self.text))


COMMANDS: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "notes": (Note, {"text": "The guest comes back at nine."}),
    "messages": (Message, {"send": False, "template": "cot_is_ready"}),
    "questions": (Ask, {"text": "Is a cot free on the second floor?", "to_department": "housekeeping"}),
    "answers": (Answer, {"question_id": "0198c7f2-6f0a-7c11-9d5e-2f6f6a1b7c90", "text": "Yes, in 231."}),
}
"""By the last part of its path: the body, and an example of it."""

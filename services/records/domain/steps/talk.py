"""Notes, questions and guest messages."""

from services.records.domain.act import Act, Step
from services.records.domain.commands import (
    AddNote,
    AnswerQuestion,
    AskQuestion,
    Command,
    RequestMessage,
    SettleMessage,
)
from services.records.domain.state import GuestMessage, Question
from services.records.domain.texts import require_texts
from shared.contracts.errors import conflict, invalid, not_found
from shared.contracts.identity import Actor
from shared.contracts.records import MessageCommand, RecordMessageRequested

INFORMED = frozenset({"stored", "sent", "delivered", "read"})


def add_note(act: Act, command: AddNote) -> Act:
    """A note is added, never changed."""
    require_texts(text=command.text)
    return act.then("noted", note=command.text.as_ref, notes=act.state.notes + 1)


def ask(act: Act, command: AskQuestion) -> Act:
    """Ask one department or one person, with a deadline ahead of now."""
    require_texts(text=command.text)
    if (command.to_department is None) == (command.to_staff is None):
        raise invalid("to_department", "one_addressee", "A question goes to one department or one person.")
    if command.answer_by <= act.now:
        raise invalid("answer_by", "in_future", "answer_by must lie ahead.")
    question = Question(
        id=command.question_id,
        text=command.text.as_ref,
        asked_by=act.doer.id,
        asked_at=act.now,
        answer_by=command.answer_by,
        to_department=command.to_department,
        to_staff=command.to_staff,
    )
    asked = (*act.state.asked, question)
    return act.then("question_asked", note=question.text, asked=asked, questions=len(asked))


def answer(act: Act, command: AnswerQuestion) -> Act:
    """Answer a question once; a second thought is a note."""
    require_texts(text=command.text)
    question = next((each for each in act.state.asked if each.id == command.question_id), None)
    if question is None:
        raise not_found("question")
    if question.answer is not None:
        raise conflict("question_answered", "This question has its answer.")
    said = {"answer": command.text.as_ref, "answered_by": act.doer.id, "answered_at": act.now}
    answered = question.model_copy(update=said)
    kept = tuple(answered if each.id == question.id else each for each in act.state.asked)
    return act.then("question_answered", note=answered.answer, asked=kept)


def request_message(act: Act, command: RequestMessage) -> Act:
    """Send or only store, an explicit choice; nothing is sent before the value is confirmed (M2)."""
    if (command.template is None) == (command.draft is None):
        raise invalid("template", "one_text", "A message has a template or a draft.")
    if command.send and act.state.checked is None:
        raise conflict("value_not_checked", f"{act.terms.kind.checked_field} is not confirmed yet.")
    message = MessageCommand(
        id=command.message_id,
        guest_id=act.state.guest_id,
        stay_id=act.state.stay_id,
        send=command.send,
        topic_code=command.topic_code,
        template=command.template,
        text=command.draft,
        urgent=command.urgent,
    )
    return messaged(act, message)


def messaged(act: Act, message: MessageCommand, by: Actor | None = None) -> Act:
    """Ask for a message to the guest."""
    sent = GuestMessage(id=message.id, send=message.send, topic_code=message.topic_code)
    return act.then(
        "message_requested",
        by=by,
        body=RecordMessageRequested,
        extra={"message": message},
        guest_messages=(*act.state.guest_messages, sent),
        idle_handoffs=0,
    )


def settle_message(act: Act, command: SettleMessage) -> Act:
    """Note what became of a message; one that was sent or stored informs the guest."""
    message = next((each for each in act.state.guest_messages if each.id == command.message_id), None)
    if message is None:
        raise not_found("message")
    if message.state == command.state:
        raise conflict("nothing_changed", "The message says so already.")
    settled = message.model_copy(update={"state": command.state})
    kept = tuple(settled if each.id == message.id else each for each in act.state.guest_messages)
    return act.then("message_settled", guest_messages=kept, guest_informed=any(each.state in INFORMED for each in kept))


STEPS: dict[type[Command], Step] = {
    AddNote: Step(add_note, when_closed=True),
    AskQuestion: Step(ask),
    AnswerQuestion: Step(answer, when_closed=True),
    RequestMessage: Step(request_message),
    SettleMessage: Step(settle_message, when_closed=True),
}

"""Exception notes: three compulsory parts by every road, reviewed by another person (C4)."""

from services.records.domain.act import Act, Step
from services.records.domain.authority import require_decider
from services.records.domain.commands import Command, CorrectException, RaiseException, ReviewException
from services.records.domain.state import Correction, ExceptionNote
from services.records.domain.texts import PrivateText, Reason, require_texts
from shared.contracts.envelope import Change, TextRef
from shared.contracts.errors import conflict, invalid, not_found
from shared.contracts.identity import MANAGERS, DataClass


def raise_exception(act: Act, command: RaiseException) -> Act:
    """Note what is unusual and what it means for the guest; a manager gives the comment too."""
    texts = {"unusual": command.unusual, "guest_impact": command.guest_impact}
    if act.doer.roles & MANAGERS or command.comment is not None:
        texts["comment"] = command.comment
    require_texts(**texts)
    if command.cause not in act.terms.causes:
        raise invalid("cause", "choice", f"cause must be one of {', '.join(act.terms.causes)}.")
    note = ExceptionNote(
        id=command.exception_id,
        cause=command.cause,
        unusual=_ref(command.unusual),
        guest_impact=_ref(command.guest_impact),
        raiser_comment=command.comment.as_ref if command.comment else None,
        raised_by=act.doer.id,
        raised_at=act.now,
        repeat_key=repeat_key(act, command.cause),
    )
    return act.then(
        "exception_raised",
        reason=Reason(code=command.cause),
        changes=[_part(name, text) for name, text in texts.items()],
        exception_notes=(*act.state.exception_notes, note),
        idle_handoffs=0,
    )


def repeat_key(act: Act, cause: str) -> str:
    """What the same trouble has in common whenever it comes back: hotel, kind, cause, and what it was about."""
    what = act.state.fields.get(act.terms.kind.what)
    about = what if isinstance(what, str | int) else act.state.room or "-"
    return f"{act.state.property_id}|{act.state.kind}|{cause}|{about}"


def review_exception(act: Act, command: ReviewException) -> Act:
    """The manager's comment completes the note; nobody reviews their own."""
    note = act.state.exception(command.exception_id)
    if note is None:
        raise not_found("exception")
    if not note.pending:
        raise conflict("exception_reviewed", "This exception was reviewed already.")
    reviewed_for = require_decider(act.doer, act.terms.kind.reviewer, note.raised_by)
    require_texts(comment=command.comment)
    decision = "accepted" if command.accept else "rejected"
    reviewed = note.model_copy(
        update={
            "comment": _ref(command.comment),
            "decision": decision,
            "reviewed_by": act.doer.id,
            "reviewed_at": act.now,
            "reviewed_for": reviewed_for,
        }
    )
    kept = tuple(reviewed if each.id == note.id else each for each in act.state.exception_notes)
    return act.then(
        "exception_reviewed",
        reason=Reason(code=decision),
        changes=[_part("comment", command.comment)],
        exception_notes=kept,
    )


def correct_exception(act: Act, command: CorrectException) -> Act:
    """Add what was wrong with a note; what it said stays as it was."""
    require_texts(text=command.text)
    note = act.state.exception(command.exception_id)
    if note is None:
        raise not_found("exception")
    added = Correction(id=command.correction_id, text=_ref(command.text), by=act.doer.id, at=act.now)
    corrected = note.model_copy(update={"corrections": (*note.corrections, added)})
    kept = tuple(corrected if each.id == note.id else each for each in act.state.exception_notes)
    return act.then(
        "exception_corrected",
        reason=Reason(code="correction"),
        note=added.text,
        changes=[_part("correction", command.text)],
        exception_notes=kept,
    )


def _ref(text: PrivateText | None) -> TextRef:
    assert text is not None  # required above
    return text.as_ref


def _part(name: str, text: PrivateText | None) -> Change:
    return Change(field=f"exception_{name}", data_class=DataClass.PRIVATE_STAY, after=_ref(text))


STEPS: dict[type[Command], Step] = {
    RaiseException: Step(raise_exception),
    ReviewException: Step(review_exception, when_closed=True),
    CorrectException: Step(correct_exception, when_closed=True),
}

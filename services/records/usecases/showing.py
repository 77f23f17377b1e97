"""Turns a record's state into what a caller is shown."""

import datetime as dt
from collections.abc import Iterable
from functools import cache
from typing import Any

from services.records.domain.catalogue import Catalogue
from services.records.domain.changes import PMS_CLASSES
from services.records.domain.journey import cause_still_due
from services.records.domain.kinds import FieldSpec, KindSpec, When
from services.records.domain.state import ExceptionNote, Proposal, RecordState
from services.records.domain.views import Answers, risk
from services.records.usecases.masks import Mask
from services.records.usecases.shown import (
    Card,
    CheckedBy,
    Happening,
    ShownCorrection,
    ShownException,
    ShownField,
    ShownKind,
    ShownMessage,
    ShownNote,
    ShownProposal,
    ShownQuestion,
    ShownRecord,
    ShownSensitive,
)
from services.records.usecases.shown_around import ShownChild, ShownFile, ShownItem
from shared.contracts.envelope import Envelope, read
from shared.contracts.records import CheckedValue, RecordEvent
from shared.contracts.writebacks import PmsChange

NOTED = "record.noted.v1"
_OF_CARD = Card.model_fields.keys() & RecordState.model_fields.keys()
_OF_RECORD = ShownRecord.model_fields.keys() & RecordState.model_fields.keys() - Card.model_fields.keys()


def card(state: RecordState, kind: KindSpec, now: dt.datetime) -> Card:
    """A record in four lines: nothing on it is private."""
    same = {name: getattr(state, name) for name in _OF_CARD}
    what = state.fields.get(kind.what)
    derived = {
        "kind_title": kind.label,
        "what": str(what) if isinstance(what, str | int) else "",
        "warn_s": state.sla.warn_s,
        "risk": risk(state, now).value,
    }
    return Card.model_validate(same | derived)


def record(
    state: RecordState,
    mask: Mask,
    said: Answers,
    notes: tuple[ShownNote, ...],
    actions: tuple[str, ...],
    children: Iterable[RecordState],
    catalogue: Catalogue,
    now: dt.datetime,
    causes: tuple[str, ...] | None = None,
) -> ShownRecord:
    """A whole record, masked."""
    shown = card(state, mask.kind, now)
    same = {name: getattr(state, name) for name in _OF_RECORD}
    sensitive = tuple(
        ShownSensitive(field=each.field, roles=each.roles, on_duty=each.on_duty) for each in said.sensitive_fields
    )
    visible_checked = state.checked if state.checked and mask.reads(state.checked.field) else None
    masked = {
        "checked_field": mask.kind.checked_field,
        "field_specs": _fields(mask.kind.fields),
        "causes": mask.kind.causes if causes is None else causes,
        "cause_due": cause_still_due(state, mask.kind),
        "fields": mask.fields(state.fields),
        "masked_fields": mask.hidden(state.fields),
        "editable_fields": said.editable_fields,
        "sensitive_fields": sensitive,
        "allowed_actions": actions,
        "checked": visible_checked,
        "checked_by": _checked_by(visible_checked),
        "exception_notes": tuple(_exception(each, mask) for each in state.exception_notes),
        "proposals": tuple(_proposal(each, mask) for each in state.proposals),
        "conversation": notes,
        "questions": _questions(state, mask),
        "writebacks": tuple(_writeback(each, mask) for each in state.writebacks),
        "checklist": tuple(
            ShownItem(**each.model_dump(exclude={"text"}), text=mask.words(each.text)) for each in state.checklist
        ),
        "children": _children(state, children, catalogue, now),
        "money": state.money if mask.lines else (),
        "files": tuple(ShownFile(**each.model_dump()) for each in state.files),
        "messages": tuple(ShownMessage(**each.model_dump()) for each in state.guest_messages),
    }
    return ShownRecord.model_validate({name: getattr(shown, name) for name in Card.model_fields} | same | masked)


def _children(
    state: RecordState, children: Iterable[RecordState], catalogue: Catalogue, now: dt.datetime
) -> tuple[ShownChild, ...]:
    compulsory = {each.id for each in state.children if each.compulsory}
    cards = [card(each, catalogue.kind(each.kind), now) for each in children]
    same = ShownChild.model_fields.keys() & Card.model_fields.keys()
    return tuple(
        ShownChild(**{name: getattr(each, name) for name in same}, compulsory=each.id in compulsory) for each in cards
    )


def _checked_by(checked: CheckedValue | None) -> CheckedBy | None:
    if checked is None:
        return None
    return CheckedBy(rule=checked.rule, version=checked.rules_version, chain_version=checked.chain_rules_version)


def _exception(note: ExceptionNote, mask: Mask) -> ShownException:
    words = ("unusual", "guest_impact", "raiser_comment", "comment")
    plain = note.model_dump(exclude={*words, "repeat_key", "corrections"})
    corrections = tuple(
        ShownCorrection(id=each.id, by=each.by, at=each.at, text=mask.words(each.text)) for each in note.corrections
    )
    return ShownException(**plain, corrections=corrections, **{name: mask.words(getattr(note, name)) for name in words})


def _proposal(proposal: Proposal, mask: Mask) -> ShownProposal:
    hidden = set() if mask.lines else {"line"}
    plain = proposal.model_dump(exclude={"before", "after", "reason", "writeback", *hidden})
    before, after = mask.fields(proposal.before), mask.fields(proposal.after)
    return ShownProposal(**plain, before=before, after=after, reason=mask.words(proposal.reason))


def _writeback(change: PmsChange, mask: Mask) -> PmsChange:
    seen = PMS_CLASSES[change.field] in mask.read
    return change if seen else change.model_copy(update={"before": None, "after": None})


def _questions(state: RecordState, mask: Mask) -> tuple[ShownQuestion, ...]:
    return tuple(
        ShownQuestion(
            **each.model_dump(exclude={"text", "answer"}), text=mask.words(each.text), answer=mask.words(each.answer)
        )
        for each in state.asked
    )


def notes(noted: list[Envelope], mask: Mask) -> tuple[ShownNote, ...]:
    """The notes of a record, oldest first, from the events that say them."""
    said = [(each, read(each, RecordEvent)) for each in noted]
    return tuple(
        ShownNote(id=body.note.ref, author=body.actor, at=each.time, text=mask.words(body.note))
        for each, body in said
        if body.note is not None
    )


def happening(envelope: Envelope, mask: Mask) -> Happening:
    """One line of the history, masked."""
    body = read(envelope, RecordEvent)
    return Happening(
        type=envelope.type,
        at=envelope.time,
        version=envelope.sequence,
        actor=body.actor,
        status=body.record.status,
        previous_status=body.previous_status,
        department=body.record.department,
        department_before=body.department_before,
        owner=body.record.owner,
        changes=tuple(mask.change(each) for each in body.changes),
        reason=mask.words(body.reason),
        reason_code=body.reason_code,
        note=mask.words(body.note),
    )


def kind(spec: KindSpec) -> ShownKind:
    """A kind's definition, for forms."""
    return ShownKind(
        code=spec.code,
        title=spec.label,
        workflow=spec.workflow,
        slot=spec.slot,
        department=spec.department,
        checked_field=spec.checked_field,
        fields=_fields(spec.fields),
        causes=spec.causes,
        guest_must_know=spec.guest_must_know,
        quick_entry=spec.quick_entry,
    )


@cache
def _fields(specs: tuple[FieldSpec, ...]) -> tuple[ShownField, ...]:
    return tuple(_field(each) for each in specs)


def _when(when: When | None) -> dict[str, Any] | None:
    return {"field": when.field, "among": list(when.among)} if when else None


def _field(spec: FieldSpec) -> ShownField:
    return ShownField(
        name=spec.name,
        label=spec.name.replace("_", " ").capitalize(),
        type=spec.type.value,
        needed_by=spec.stage.value if spec.stage else None,
        required_when=_when(spec.required_when),
        sensitive_when=_when(spec.sensitive_when),
        choices=spec.choices,
        data_class=spec.data_class.value,
        audited=spec.audited,
        sensitive=spec.sensitive,
    )

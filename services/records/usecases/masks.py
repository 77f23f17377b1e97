"""Puts private texts back and leaves out what a caller may not read: the same for page, list and history (P1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.records.domain.changes import PMS_CLASSES, field_class
from services.records.domain.kinds import KindSpec
from services.records.domain.state import RecordState
from shared.contracts.envelope import Change, TextRef
from shared.contracts.identity import DataClass

WORDS = DataClass.PRIVATE_STAY
"""The class of what people write in notes, exceptions, reasons and questions."""


@dataclass(frozen=True)
class Mask:
    """What one caller may read of one record. `texts` holds the words behind references, where they may be read."""

    kind: KindSpec
    read: frozenset[DataClass]
    texts: Mapping[str, str]
    own: Mapping[str, str] = field(default_factory=dict)
    """The words that the caller wrote themselves: nobody is hidden from what they said."""

    def words(self, ref: TextRef | None) -> str | None:
        """The words behind a reference; None where they are private or erased."""
        if ref is None:
            return None
        return self.texts.get(ref.ref) if WORDS in self.read else self.own.get(ref.ref)

    @property
    def lines(self) -> bool:
        """Whether money lines may be read: by those who work on the record, and those who work with payments."""
        return bool(self.read & {DataClass.PAYMENT, WORDS})

    def value(self, value: Any) -> Any:
        """A field's value with its words, if it is a text."""
        return self.texts.get(value["ref"]) if _is_ref(value) else value

    def fields(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that may be read."""
        return {name: self.value(value) for name, value in fields.items() if self.reads(name)}

    def hidden(self, fields: Mapping[str, Any]) -> tuple[str, ...]:
        """The fields that hold something the caller may not read."""
        return tuple(sorted(name for name in fields if not self.reads(name)))

    def reads(self, name: str) -> bool:
        """Whether a field may be read."""
        return field_class(self.kind, name) in self.read

    def change(self, change: Change) -> Change:
        """A change with its words, or without its values."""
        if change.data_class not in self.read:
            return change.model_copy(update={"before": None, "after": None})
        return change.model_copy(update={"before": self.value(change.before), "after": self.value(change.after)})

    def classes_shown(self, state: RecordState) -> frozenset[DataClass]:
        """The sensitive classes that this caller is shown something of."""
        held = {field_class(self.kind, name) for name in state.fields} | ({WORDS} if self.texts else set())
        held |= {PMS_CLASSES[each.field] for each in state.writebacks}
        return frozenset((held & self.read) - {DataClass.ORDINARY})


def refs_of(state: RecordState) -> set[str]:
    """All references to words that the state itself holds."""
    notes = [ref for each in state.exception_notes for ref in _parts(each, "unusual", "guest_impact", "comment")]
    notes += [ref for each in state.exception_notes for ref in _parts(each, "raiser_comment")]
    notes += [each.text for note in state.exception_notes for each in note.corrections]
    notes += [ref for each in state.proposals for ref in _parts(each, "reason")]
    notes += [ref for each in state.asked for ref in _parts(each, "text", "answer")]
    notes += [ref for each in state.checklist for ref in _parts(each, "text")]
    values = [value for each in state.proposals for value in (*each.before.values(), *each.after.values())]
    return {ref.ref for ref in notes} | refs_in([*state.fields.values(), *values])


def refs_in(values: Iterable[Any]) -> set[str]:
    """The references among field values."""
    return {value["ref"] for value in values if _is_ref(value)}


def _parts(of: Any, *names: str) -> list[TextRef]:
    return [ref for name in names if (ref := getattr(of, name)) is not None]


def _is_ref(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"ref", "digest"}

"""The ordinary words by which a record is found: its kind, what it asks, codes and room; never what is private."""

import re
from functools import lru_cache

from services.records.domain.kinds import FieldType, KindSpec
from services.records.domain.state import RecordState
from shared.contracts.identity import DataClass

LONGEST = 64
_WORD = re.compile(r"[^\W_]+")


def words_in(text: str) -> tuple[str, ...]:
    """The words of a text in the one form in which they are kept and asked for, each once, in order."""
    return tuple(dict.fromkeys(word[:LONGEST] for word in _WORD.findall(text.casefold())))


def words_of(state: RecordState, kind: KindSpec) -> tuple[str, ...]:
    """The words of a record. Values count where they are codes of an ordinary field; free text never does."""
    codes = [
        str(state.fields[spec.name])
        for spec in kind.fields
        if spec.type is FieldType.CHOICE and spec.data_class is DataClass.ORDINARY and spec.name in state.fields
    ]
    said = (
        state.room,
        state.blocked_reason,
        state.exception_cause,
        *(each.topic_code for each in state.guest_messages),
    )
    return _together(kind.code, kind.label, *codes, *filter(None, said))


@lru_cache(8192)
def _together(*texts: str) -> tuple[str, ...]:
    return words_in(" ".join(texts))

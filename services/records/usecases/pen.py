"""Takes down what people write: each text gets an id and a salt, and is kept with its record or not at all."""

import secrets
from collections.abc import Mapping
from typing import Any

from services.records.domain.kinds import FieldType, KindSpec
from services.records.domain.texts import PrivateText, Reason
from services.records.ports import Clock
from shared.contracts.errors import invalid


class Pen:
    """Writes down the texts of one command."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.written: list[PrivateText] = []

    def text(self, words: str | None) -> PrivateText | None:
        """A private text; nothing said is None."""
        if words is None:
            return None
        held = PrivateText(ref=self._clock.new_id(), salt=secrets.token_hex(16), text=words)
        self.written.append(held)
        return held

    def said(self, words: str) -> PrivateText:
        """A private text that must be there."""
        held = self.text(words)
        assert held is not None
        return held

    def reason(self, code: str | None, words: str | None) -> Reason:
        """Why, as a code, as words, or both."""
        return Reason(code=code, text=self.text(words or None))

    def values(self, kind: KindSpec, given: Mapping[str, Any]) -> dict[str, Any]:
        """Field values with every text taken down; a reference to one is ours to give, never a person's (422)."""
        texts = {name for name in given if _is_text(kind.field(name))}
        for name in sorted(texts):
            if isinstance(given[name], dict):
                raise invalid(name, FieldType.TEXT.value, f"{name} must be text.")
        return {
            name: self.text(value) if name in texts and isinstance(value, str) else value
            for name, value in given.items()
        }


def _is_text(spec: Any) -> bool:
    return spec is not None and spec.type is FieldType.TEXT

"""Free text that stays in our own store, and the reason a person gives for what they do."""

from pydantic import Field

from shared.contracts.envelope import TextRef
from shared.contracts.errors import Breach, breached, refused
from shared.contracts.phrases import breach
from shared.contracts.values import Code, EntityId, Frozen, card_numbers

MAX_TEXT = 4_000


class PrivateText(Frozen):
    """Words a person wrote: only `as_ref` ever leaves the store, so erasing text and salt forgets them."""

    ref: EntityId
    salt: str = Field(min_length=16, repr=False)
    text: str = Field(repr=False)

    @property
    def as_ref(self) -> TextRef:
        """Where the text is, and SHA-256 of salt and text."""
        return TextRef.of(self.ref, self.salt, self.text)


class Reason(Frozen):
    """Why: a code the hotel configured, the person's own words, or both."""

    code: Code | None = None
    text: PrivateText | None = None

    @property
    def given(self) -> bool:
        """Whether anything was said at all."""
        return self.code is not None or (self.text is not None and bool(self.text.text.strip()))


NO_REASON = Reason()


def text_breaches(field: str, text: PrivateText | None) -> list[Breach]:
    """What is wrong with a compulsory text: nothing said, too long, or a card number in it."""
    if text is None or not text.text.strip():
        return [breach(field, "required")]
    if len(text.text) > MAX_TEXT:
        return [breach(field, "max_length", most=MAX_TEXT)]
    if card_numbers(text.text):
        return [breach(field, "card_number")]
    return []


def optional_text_breaches(field: str, text: PrivateText | None) -> list[Breach]:
    """As `text_breaches`, where nothing said is fine."""
    return text_breaches(field, text) if text is not None else []


def require_texts(**texts: PrivateText | None) -> None:
    """Refuse unless every named text is there and clean; all breaches at once."""
    breaches = [breach for field, text in texts.items() for breach in text_breaches(field, text)]
    if breaches:
        raise breached(breaches)


def require_reason(reason: Reason) -> None:
    """Refuse an act that needs a reason and was given none (C6, K4)."""
    if not reason.given:
        raise refused(breach("reason", "reason_required"))
    check_reason(reason)


def check_reason(reason: Reason) -> None:
    """Refuse a reason whose words may not be stored."""
    breaches = optional_text_breaches("reason", reason.text)
    if breaches:
        raise breached(breaches)

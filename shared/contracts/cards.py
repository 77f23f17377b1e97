"""Finds card numbers and security codes wherever somebody writes them, and makes them unreadable (P2)."""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

_UUID = re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b")
_BETWEEN = r"[ .\-/_\u00a0\u2007\u2009\u2010-\u2015\u202f]{1,2}"
_RUN = re.compile(rf"(?<!\d)\d+(?:{_BETWEEN}\d+)*(?!\d)")
_GROUP = re.compile(r"\d+")
_CODE = re.compile(
    r"\b(?:cvv2?|cvc2?|cvn2?|csc|cav2|card\s+(?:security|verification)\s+(?:code|value|number))\b"
    r"[\s:=#()\-]{0,4}(?:(?:is|code)\s+)?(?P<code>\d{3,4})(?!\d)",
    re.IGNORECASE,
)
_ISSUERS = frozenset("23456")
SHORTEST, LONGEST = 13, 19
CODE_FIELDS = frozenset({"cvv", "cvv2", "cvc", "cvc2", "cvn", "csc", "cav2", "securitycode", "cardsecuritycode"})
"""Names of fields that hold nothing but a card's security code, without case and underlines."""


def luhn(digits: str) -> bool:
    """Whether a digit string carries a valid Luhn check digit (ISO/IEC 7812-1)."""
    odd = sum(int(d) for d in digits[-1::-2])
    even = sum(sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return (odd + even) % 10 == 0


def _is_card(digits: str) -> bool:
    return SHORTEST <= len(digits) <= LONGEST and len(set(digits)) > 1 and luhn(digits)


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Where card numbers stand: a whole run of digit groups, or whole groups of it that begin as cards do."""
    shown = _UUID.sub(lambda found: "x" * len(found.group()), text)
    for run in _RUN.finditer(shown):
        groups = [(run.start() + one.start(), run.start() + one.end()) for one in _GROUP.finditer(run.group())]
        digits = [shown[start:end] for start, end in groups]
        if sum(map(len, digits)) < SHORTEST:
            continue
        if _is_card("".join(digits)):
            yield run.start(), run.end()
            continue
        first = 0
        while first < len(groups):
            last = _card_from(digits, first)
            if last is not None:
                yield groups[first][0], groups[last][1]
            first = first + 1 if last is None else last + 1


def _card_from(digits: list[str], first: int) -> int | None:
    """The last group of a card that begins with this group."""
    if digits[first][0] not in _ISSUERS:
        return None
    joined = ""
    for last in range(first, len(digits)):
        joined += digits[last]
        if len(joined) > LONGEST:
            return None
        if _is_card(joined):
            return last
    return None


def card_numbers(text: str) -> list[str]:
    """The card numbers (13–19 digits, Luhn-valid, not all one digit) and security codes written anywhere in a text."""
    return [text[start:end] for start, end in _places(text)] + [found.group() for found in _CODE.finditer(text)]


def mask_cards(text: str) -> str:
    """The text with every card number replaced by its last four digits, and every security code by dots."""
    for start, end in sorted(_places(text), reverse=True):
        text = f"{text[:start]}•••• {re.sub(r'[^0-9]', '', _ascii(text[start:end]))[-4:]}{text[end:]}"
    for found in reversed(list(_CODE.finditer(text))):
        text = f"{text[: found.start('code')]}•••{text[found.end('code') :]}"
    return text


def _ascii(text: str) -> str:
    """Digits of any script as 0 to 9."""
    return "".join(str(int(char)) if char.isdecimal() else char for char in text)


def holds_code(field: str) -> bool:
    """Whether a field of this name holds a card's security code."""
    return "".join(char for char in field.lower() if char.isalnum()) in CODE_FIELDS


def refuse_card(text: str) -> str:
    """The text as it is; one with a card number or security code in it is refused, and never echoed."""
    if card_numbers(text):
        raise PydanticCustomError("card_number", "holds a card number; it was not stored")
    return text


CardFree = Annotated[str, AfterValidator(refuse_card)]
"""Words of people, at a door that stores no card numbers."""

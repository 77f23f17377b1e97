"""What people typed into a form, as the values other services expect."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from services.console.domain.problem import Problem, Refused
from shared.contracts.values import minor_digits

_OF_THE_FORM = frozenset({"csrf", "key", "version", "then", "from", "currency"})
_WHOLE = re.compile(r"-?\d{1,12}")


def body_of(values: Mapping[str, str]) -> dict[str, Any]:
    """A form as a JSON body: `field.<type>.<name>` go under `fields`, typed; empty answers are left out.

    A number that is none raises Refused with the field's name, before anything is sent.
    """
    wrong: dict[str, str] = {}
    fields: dict[str, Any] = {}
    body: dict[str, Any] = {}
    for name, text in values.items():
        if name in _OF_THE_FORM or not text:
            continue
        if name.startswith("field."):
            _, kind, field = name.split(".", 2) if name.count(".") >= 2 else ("", "text", name)
            try:
                fields[field] = typed(kind, text, values.get("currency", "EUR"))
            except ValueError as failure:
                wrong[field] = str(failure)
        else:
            body[name] = {"true": True, "false": False}.get(text, text)
    if wrong:
        raise Refused(Problem(422, "form_invalid", "Something does not look right yet.", wrong))
    return body | ({"fields": fields} if fields else {})


def typed(kind: str, text: str, currency: str) -> Any:
    """One answer by its type; ValueError says what is expected."""
    if kind == "integer":
        if not _WHOLE.fullmatch(text):
            raise ValueError("Type a whole number, e.g. 2.")
        return int(text)
    if kind == "money":
        return _money(text, currency)
    if kind == "boolean":
        return text in ("true", "1", "yes", "on")
    return text


def _money(text: str, currency: str) -> dict[str, Any]:
    try:
        amount = Decimal(text.replace(",", ".").replace(" ", ""))
        minor = amount.scaleb(minor_digits(currency))
        whole = minor == minor.to_integral_value()
    except InvalidOperation:
        whole, minor = False, Decimal(0)
    if not whole or abs(minor) > 10**12:
        raise ValueError("Type an amount, e.g. 12.50.")
    return {"amount": int(minor), "currency": currency}

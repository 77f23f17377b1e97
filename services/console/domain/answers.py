"""What people typed into a form, as the values other services expect."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from services.console.domain.problem import Problem, Refused
from services.console.domain.tongue import _
from shared.contracts.values import minor_digits

_OF_THE_FORM = frozenset({"csrf", "key", "version", "then", "from", "currency", "saved", "comment"})
_YES_OR_NO = frozenset({"approve", "accept", "send"})
_WHOLE = re.compile(r"-?\d{1,12}")


@dataclass(frozen=True)
class Step:
    """One thing to do to a record, at the version that was seen; `key` makes doing it twice harmless."""

    record_id: str
    code: str
    key: str
    version: int
    body: Mapping[str, Any]


def body_of(values: Mapping[str, str]) -> dict[str, Any]:
    """A form as a JSON body: `field.<type>.<name>` go typed under `fields`, `value.<type>.<name>` typed on top.

    Empty answers are left out. A number that is none raises Refused with the field's name, before anything is sent.
    """
    wrong: dict[str, str] = {}
    fields: dict[str, Any] = {}
    body: dict[str, Any] = {}
    for name, text in values.items():
        if name in _OF_THE_FORM or not text:
            continue
        where, kind, bare = name.split(".", 2) if name.count(".") >= 2 else ("", "", name)
        try:
            value = typed(kind, text, values.get("currency", "EUR"))
        except ValueError as failure:
            wrong[bare] = str(failure)
            continue
        if where == "field":
            fields[bare] = value
        else:
            body[bare] = text == "true" if bare in _YES_OR_NO else value
    if wrong:
        raise Refused(Problem(422, "form_invalid", _("Something does not look right yet."), wrong))
    return body | ({"fields": fields} if fields else {})


def typed(kind: str, text: str, currency: str) -> Any:
    """One answer by its type; ValueError says what is expected."""
    if kind == "integer":
        if not _WHOLE.fullmatch(text):
            raise ValueError(_("Type a whole number, e.g. 2."))
        return int(text)
    if kind == "money":
        return _money(text, currency)
    if kind == "boolean":
        return text == "true"
    return text


def _money(text: str, currency: str) -> dict[str, Any]:
    try:
        minor = Decimal(text.replace(",", ".").replace(" ", "")).scaleb(minor_digits(currency))
    except InvalidOperation as failure:
        raise ValueError(_("Type an amount, e.g. 12.50.")) from failure
    if not minor.is_finite() or minor != minor.to_integral_value() or abs(minor) > 10**12:
        raise ValueError(_("Type an amount, e.g. 12.50."))
    return {"amount": int(minor), "currency": currency}

"""One thing done to many records: the order, and what became, or would become, of each."""

import json
from collections.abc import Mapping
from typing import Any

from services.console.domain.problem import Problem, Refused
from services.console.domain.tongue import _
from services.console.domain.words import TO_MANY
from shared.contracts.values import Wire

MOST = 200


class OneTold(Wire):
    """What became of one record: the status its own command would have had."""

    id: str
    status: int
    code: str = ""
    detail: str | None = None
    would_be: str | None = None


class ManyTold(Wire):
    """What became of all, in the order they were given."""

    preview: bool = False
    done: int = 0
    refused: int = 0
    items: tuple[OneTold, ...] = ()


def order_of(values: Mapping[str, str], preview: bool) -> dict[str, Any]:
    """The body of a bulk command from a form; Refused says what is missing.

    `items` is a JSON list of [id, version], as the page chose them.
    """
    do, text = values.get("do", ""), values.get("text", "")
    if do not in TO_MANY:
        raise Refused(Problem(422, "form_invalid", _("Choose what to do.")))
    if not text and do in ("note", "block", "complete"):
        raise Refused(Problem(422, "form_invalid", _("Say why, or what the note is.")))
    order: dict[str, Any] = {"do": do}
    order |= {"text": text} if do == "note" else {"reason": text} if text and do not in ("watch", "accept") else {}
    order |= {"department": values.get("department", "")} if do == "hand-off" else {}
    order |= {"waits_for": "other"} if do == "block" else {}
    order |= {"outcome": "cancelled"} if do == "complete" else {}
    return {"preview": preview, "items": _items(values.get("items", "")), "order": order}


def _items(text: str) -> list[dict[str, Any]]:
    try:
        pairs = json.loads(text or "[]")
        items = [{"id": str(one), "version": int(version)} for one, version in pairs][:MOST]
    except (ValueError, TypeError) as failure:
        raise Refused(Problem(422, "form_invalid", _("Choose the cards again."))) from failure
    if not items:
        raise Refused(Problem(422, "form_invalid", _("Choose at least one card.")))
    return items

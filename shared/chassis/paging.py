"""Cursors of lists: where the last page ended, as one opaque word that any list can read back."""

import base64
import binascii
import datetime as dt

from shared.contracts.errors import AppError, invalid
from shared.contracts.values import iso

Place = tuple[dt.datetime, str]
"""The moment that a list is ordered by, and the id of what stands there."""


def cursor_of(place: Place | None) -> str | None:
    """The cursor of a place; None where nothing follows."""
    return None if place is None else mark_of(iso(place[0]), place[1])


def cursor(text: str | None, field: str = "after") -> Place | None:
    """The place of a cursor; one that no page gave is refused, naming the field it came in."""
    if text is None:
        return None
    moment, last = read_mark(text, field)
    try:
        return dt.datetime.fromisoformat(moment).astimezone(dt.UTC), last
    except (ValueError, OverflowError) as failure:
        raise _unknown(field) from failure


def mark_of(order: str, last: str) -> str:
    """The cursor of a list that is ordered by something else than a moment."""
    return base64.urlsafe_b64encode(f"{order}|{last}".encode()).decode().rstrip("=")


def read_mark(text: str, field: str) -> tuple[str, str]:
    """What such a cursor holds; one that no page gave is refused."""
    try:
        order, _, last = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").partition("|")
    except (binascii.Error, UnicodeError, ValueError) as failure:
        raise _unknown(field) from failure
    if not last:
        raise _unknown(field)
    return order, last


def _unknown(field: str) -> AppError:
    return invalid(field, "cursor", "The cursor is not one that a page of this list gave.")

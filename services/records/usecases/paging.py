"""Cursors of pages: where the last one ended, as one opaque word."""

import base64
import binascii
import datetime as dt

from shared.contracts.errors import AppError, invalid


def cursor_of(place: tuple[dt.datetime, str] | None) -> str | None:
    """The cursor of a moment and an id; None where nothing follows."""
    if place is None:
        return None
    moment, last = place
    return base64.urlsafe_b64encode(f"{moment.isoformat()}|{last}".encode()).decode()


def cursor(text: str | None) -> tuple[dt.datetime, str] | None:
    """The moment and id of a cursor; one that no page gave is refused."""
    if text is None:
        return None
    try:
        when, _, last = base64.urlsafe_b64decode(text.encode()).decode().partition("|")
        moment = dt.datetime.fromisoformat(when)
    except (binascii.Error, ValueError) as failure:
        raise _unknown() from failure
    if moment.tzinfo is None:
        raise _unknown()
    return moment, last


def _unknown() -> AppError:
    return invalid("after", "cursor", "This cursor was not given by a page before.")

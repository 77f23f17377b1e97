"""Streams bookings out of a file: lines → rows → bookings, each with a number of its own."""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from services.integrations.domain.imports import Problem
from services.integrations.pms.hotel_bookings import columns as c
from services.integrations.pms.hotel_bookings.files import Line
from services.integrations.pms.hotel_bookings.rows import Booking, parse

_MESSAGES = {
    "file_truncated": "The compressed file ends before its end mark; what follows is missing.",
    "file_damaged": "The compressed file is damaged from here on.",
    "line_too_long": "The line is longer than 64 kB; the rest of the file is not read.",
}
_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\x00")


class Read(NamedTuple):
    """One line as read: a booking, or None and at least one problem that says why."""

    booking: Booking | None
    problems: list[Problem]


def _problem(line: int, field: str, rule: str, message: str) -> Read:
    return Read(None, [Problem(line, field, rule, message, rejected=True)])


def _cells(data: bytes) -> list[str]:
    """One physical line as cells; a quote left open harms its own line only. Raises UnicodeDecodeError, csv.Error."""
    return next(csv.reader([data.decode("utf-8")], strict=True), [])


class _Header(NamedTuple):
    """Where each column stands, and how many there are."""

    places: dict[str, int]
    width: int


def _header(line: Line) -> _Header | list[Read]:
    """The header, or what is wrong with it."""
    if line.data.startswith(_BOMS):
        return [_problem(1, "file", "not_utf8", "The file is not UTF-8 text; save it as UTF-8.")]
    try:
        names = [name.strip() for name in _cells(line.data.removeprefix(b"\xef\xbb\xbf"))]
    except (UnicodeDecodeError, csv.Error):
        return [_problem(1, "file", "not_csv", "The first line is not a CSV header in UTF-8.")]
    twice = [name for name in c.COLUMNS if names.count(name) > 1]
    missing = [name for name in c.COLUMNS if name not in names]
    wrong = [_problem(1, name, "column_missing", f"The column {name} is missing.") for name in missing]
    wrong += [_problem(1, name, "column_twice", f"The column {name} is given twice.") for name in twice]
    return wrong or _Header({name: names.index(name) for name in c.COLUMNS}, len(names))


def content_key(row: Mapping[str, str]) -> str:
    """A digest of what the row says, the same wherever in whichever file it stands."""
    return hashlib.blake2b("\x1f".join(row[name] for name in c.COLUMNS).encode(), digest_size=8).hexdigest()


def bookings(source: Iterable[Line]) -> Iterator[Read]:
    """Every line of a file as a booking or a problem, in order; without a readable header only its problems."""
    header: _Header | None = None
    seen = Counter[str]()
    for line in source:
        if line.broken:
            yield _problem(line.number, "file", line.broken, _MESSAGES[line.broken])
        elif header is None:
            found = _header(line)
            if isinstance(found, list):
                yield from found
                return
            header = found
        elif line.data.strip():
            yield _row(line, header, seen)
    if header is None:
        yield _problem(1, "file", "file_empty", "The file has no header.")


def _row(line: Line, header: _Header, seen: Counter[str]) -> Read:
    try:
        cells = _cells(line.data)
    except UnicodeDecodeError:
        return _problem(line.number, "row", "not_utf8", "The line is not UTF-8 text.")
    except csv.Error as wrong:
        return _problem(line.number, "row", "not_csv", f"The line is not CSV: {wrong}.")
    if len(cells) != header.width:
        return _problem(line.number, "row", "columns", f"{len(cells)} columns instead of {header.width}.")
    row = {name: cells[index].strip() for name, index in header.places.items()}
    key = content_key(row)
    booking, problems = parse(line.number, row, key)
    if booking is None:
        return Read(None, problems)
    seen[key] += 1
    return Read(booking._replace(key=f"{key}{seen[key]:02d}"), problems)


def number(booking: Booking, series: str = "I") -> str:
    """The reservation number of a booking in a series: `I` for the import, one per played day for the feed."""
    return f"HB-{series}-{c.HOTELS[booking.hotel]}-{booking.key}"

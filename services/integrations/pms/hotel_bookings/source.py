"""Where bookings come from: a file, or the generator where there is none."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from services.integrations.pms.hotel_bookings import generator
from services.integrations.pms.hotel_bookings.files import lines
from services.integrations.pms.hotel_bookings.reader import bookings, content_key
from services.integrations.pms.hotel_bookings.rows import Booking, parse
from services.integrations.pms.hotel_bookings.windows import Window

BEFORE = dt.timedelta(days=30)
AFTER = dt.timedelta(days=400)


def from_file(path: Path) -> Iterator[Booking]:
    """The usable bookings of a file; raises OSError when it cannot be opened."""
    return (read.booking for read in bookings(lines(path)) if read.booking)


def generated(seed: int, first: dt.date, last: dt.date) -> Iterator[Booking]:
    """Generated bookings that arrive between two days."""
    seen = Counter[str]()
    for place, row in enumerate(generator.rows(seed, first, last), start=2):
        key = content_key(row)
        seen[key] += 1
        booking, _ = parse(place, row, f"{key}{seen[key]:02d}")
        if booking:
            yield booking


def for_window(path: Path | None, window: Window, seed: int) -> Iterator[Booking]:
    """What a window may need: the file's bookings, or generated ones around it."""
    if path is not None:
        return from_file(path)
    return generated(seed, window.first - BEFORE, window.end + AFTER)

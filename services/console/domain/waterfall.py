"""The department waterfall as a picture: how long each department held a record, in SVG units."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from services.console.domain.due import length
from services.console.domain.words import DEPARTMENT, said
from shared.contracts.values import Instant, Wire

WIDTH = 1000.0
_LEAST = 4.0


class Stretch(Wire):
    """A stretch that one department held a record in one status; `end` is None while it still does."""

    department: str
    status: str = ""
    paused: bool = False
    start: Instant
    end: Instant | None = None
    owner: str | None = None


@dataclass(frozen=True)
class Bar:
    """One bar: `x` and `width` of 1000, `row` counted from 0."""

    row: int
    x: float
    width: float
    paused: bool
    title: str


@dataclass(frozen=True)
class Waterfall:
    """Rows of departments in the order they first held it, their bars, the due line, and when it began and ended."""

    rows: tuple[str, ...]
    totals: tuple[str, ...]
    bars: tuple[Bar, ...]
    due_x: float | None
    start: dt.datetime
    end: dt.datetime


def draw(stretches: Sequence[Stretch], now: dt.datetime, due_at: dt.datetime | None = None) -> Waterfall | None:
    """The picture of some stretches up to `now`; None when there are none."""
    if not stretches:
        return None
    start = min(each.start for each in stretches)
    end = max(*(each.end or now for each in stretches), start + dt.timedelta(seconds=1))
    far = max(end, due_at) if due_at and due_at - start < (end - start) * 4 else end
    span = far - start
    rows = tuple(dict.fromkeys(each.department for each in stretches))
    return Waterfall(
        rows=tuple(said(DEPARTMENT, row) for row in rows),
        totals=tuple(length(_held(stretches, row, now)) for row in rows),
        bars=tuple(_bar(each, rows, start, span, now) for each in stretches),
        due_x=round((due_at - start) / span * WIDTH, 1) if due_at and start <= due_at <= far else None,
        start=start,
        end=far,
    )


def _held(stretches: Sequence[Stretch], department: str, now: dt.datetime) -> dt.timedelta:
    mine = [each for each in stretches if each.department == department]
    return sum(((each.end or now) - each.start for each in mine), dt.timedelta())


def _bar(each: Stretch, rows: Sequence[str], start: dt.datetime, span: dt.timedelta, now: dt.datetime) -> Bar:
    ended = max(each.end or now, each.start)
    x = (each.start - start) / span * WIDTH
    wide = max(_LEAST, (ended - each.start) / span * WIDTH)
    state = "paused" if each.paused else each.status
    title = f"{said(DEPARTMENT, each.department)}, {state or 'held'}: {length(ended - each.start)}"
    return Bar(rows.index(each.department), round(min(x, WIDTH - _LEAST), 1), round(wide, 1), each.paused, title)

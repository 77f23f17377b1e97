"""The due clock: a ring that empties, then turns red and counts up."""

import datetime as dt
from dataclasses import dataclass

from services.console.domain.tongue import _

RADIUS = 9
CIRCUMFERENCE = 56.549
_DEFAULT_SPAN = dt.timedelta(hours=1)
_WARN_SHARE = 0.25


@dataclass(frozen=True)
class Due:
    """How a clock stands: `state` is calm, risk, late, paused or done; `left` is the share of time left, 0–1."""

    state: str
    words: str
    left: float
    warn_at: dt.datetime
    opened_at: dt.datetime

    @property
    def gap(self) -> float:
        """The part of the ring that is gone, as an SVG dash offset."""
        return round(CIRCUMFERENCE * (1 - self.left), 2)


def due(
    due_at: dt.datetime,
    now: dt.datetime,
    *,
    opened_at: dt.datetime | None = None,
    warn_s: int = 0,
    paused_at: dt.datetime | None = None,
    closed_at: dt.datetime | None = None,
) -> Due:
    """The clock of one record at a business moment. Without an opening time an hour is taken as the whole."""
    began = opened_at or due_at - _DEFAULT_SPAN
    span = max(due_at - began, dt.timedelta(minutes=1))
    warn_at = due_at - (dt.timedelta(seconds=warn_s) if warn_s else span * _WARN_SHARE)
    moment = closed_at or paused_at or now
    left = min(1.0, max(0.0, (due_at - moment) / span))
    if closed_at:
        late = closed_at > due_at
        said = _("Done {length} late", length=length(closed_at - due_at)) if late else _("Done in time")
        return Due("done", said, left, warn_at, began)
    if paused_at:
        kept = due_at - paused_at
        words = _("Paused, {length} left") if kept > dt.timedelta() else _("Paused, late by {length}")
        words = words.format(length=length(kept))
        return Due("paused", words, left, warn_at, began)
    if moment >= due_at:
        return Due("late", _("Late by {length}", length=length(moment - due_at)), 0.0, warn_at, began)
    words = _("{length} left", length=length(due_at - moment))
    return Due("risk" if moment >= warn_at else "calm", words, left, warn_at, began)


def length(span: dt.timedelta) -> str:
    """A length of time as staff say it: "under 1 min", "14 min", "2 h 05", "3 d 4 h"."""
    minutes = int(abs(span).total_seconds() // 60)
    if minutes < 1:
        return _("under 1 min")
    if minutes < 60:
        return _("{m} min", m=minutes)
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return _("{h} h {m}", h=hours, m=f"{rest:02d}")
    days, hours = divmod(hours, 24)
    return _("{d} d {h} h", d=days, h=hours) if hours else _("{d} d", d=days)

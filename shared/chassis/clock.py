"""The business clock, which may run faster than real time, and the ids that come with time."""

import datetime as dt
import json
import time
from dataclasses import dataclass
from pathlib import Path

import uuid_utils

from shared.chassis.settings import ServiceSettings

LOOK_S = 0.05


@dataclass(frozen=True)
class ClockPoints:
    """Where a business clock stands: `origin` at the real moment `start`, `rate` times real speed from there on."""

    origin: dt.datetime
    rate: float
    start: dt.datetime

    def business_of(self, real: dt.datetime) -> dt.datetime:
        """The business time at a real moment; never before the origin."""
        return _milliseconds(self.origin + max(real - self.start, dt.timedelta()) * self.rate)

    def real_of(self, business: dt.datetime) -> dt.datetime:
        """The real moment of a business time; a clock that stands gets there tomorrow, if at all."""
        if self.rate == 0:
            return self.start + dt.timedelta(days=1)
        return self.start + (business - self.origin) / self.rate


class Clock:
    """Business time = origin + rate × (real time − start). Leases, tokens and TTLs use `real_now` instead.

    With a file, the points are read from it and followed when it changes, so that a demo can stop the time.
    """

    def __init__(
        self,
        origin: dt.datetime | None = None,
        rate: float = 1.0,
        start: dt.datetime | None = None,
        file: Path | None = None,
    ) -> None:
        self._points = ClockPoints(origin, rate, start or origin) if origin else None
        self._file, self._read_at, self._changed = file, -1.0, 0

    @classmethod
    def of(cls, settings: ServiceSettings) -> "Clock":
        """The clock that a service's environment asks for."""
        return cls(settings.clock_origin, settings.clock_rate, settings.clock_start, settings.clock_file)

    @property
    def points(self) -> ClockPoints | None:
        """Where the clock stands now; None in real time."""
        if self._file is not None and time.monotonic() - self._read_at > LOOK_S:
            self._read_at = time.monotonic()
            self._follow(self._file)
        return self._points

    def stand_at(self, business: dt.datetime) -> None:
        """Put it to a moment, where it stays (tests)."""
        self._points = ClockPoints(business, 0.0, self.real_now())

    def _follow(self, file: Path) -> None:
        changed = file.stat().st_mtime_ns
        if changed != self._changed:
            said = json.loads(file.read_text())
            moments = (dt.datetime.fromisoformat(said[name]) for name in ("origin", "start"))
            origin, start = moments
            self._points, self._changed = ClockPoints(origin, float(said["rate"]), start), changed

    def real_now(self) -> dt.datetime:
        """This machine's time, UTC, at MongoDB's millisecond precision."""
        return _milliseconds(dt.datetime.now(dt.UTC))

    def now(self) -> dt.datetime:
        """Business time, UTC."""
        return self.business_of(self.real_now())

    def business_of(self, real: dt.datetime) -> dt.datetime:
        """The business time at a real moment."""
        points = self.points
        return points.business_of(real) if points else real

    def real_of(self, business: dt.datetime) -> dt.datetime:
        """The real moment at which the business clock shows this time."""
        points = self.points
        return points.real_of(business) if points else business

    @property
    def rate(self) -> float:
        """How much faster than real time it runs; 0 when it stands."""
        points = self.points
        return points.rate if points else 1.0

    def new_id(self) -> str:
        """A time-ordered random id (UUID version 7, RFC 9562)."""
        return str(uuid_utils.uuid7())


def _milliseconds(moment: dt.datetime) -> dt.datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

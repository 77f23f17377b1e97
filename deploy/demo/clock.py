"""The business clock of a demo: runs fast, and goes on from where it was when the demo is started again."""

import datetime as dt
import json
from pathlib import Path
from zoneinfo import ZoneInfo

from deploy.demo.hotels import ZONE
from shared.chassis.clock import Clock
from shared.contracts.values import instant_of, iso

STARTS_AT = dt.time(6, 30)


def morning(day: dt.date) -> dt.datetime:
    """When a demo's day begins: before the morning shift, in the hotels' local time."""
    return instant_of(dt.datetime.combine(day, STARTS_AT), ZoneInfo(ZONE))


class DemoClock:
    """The clock that all services and simulators share by their environment, saved beside the run's other state."""

    def __init__(self, folder: Path, rate: float) -> None:
        self._file = folder / "clock.json"
        self.rate = rate
        real = dt.datetime.now(dt.UTC)
        saved = json.loads(self._file.read_text()) if self._file.exists() else None
        self.resumed = saved is not None
        self.day = dt.date.fromisoformat(saved["day"]) if saved else real.astimezone(ZoneInfo(ZONE)).date()
        origin = dt.datetime.fromisoformat(saved["business"]) if saved else morning(self.day)
        self.clock = Clock(origin, rate, real)
        self.save()

    def save(self) -> None:
        """Keep the business time, so that a restart never goes back."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps({"day": self.day.isoformat(), "business": iso(self.clock.now())}))
        fresh.replace(self._file)

    @property
    def environment(self) -> dict[str, str]:
        """What every service is told of it."""
        assert self.clock.origin is not None
        assert self.clock.start is not None
        return {
            "BELLBOARD_CLOCK_ORIGIN": iso(self.clock.origin),
            "BELLBOARD_CLOCK_RATE": str(self.rate),
            "BELLBOARD_CLOCK_START": iso(self.clock.start),
        }

    def real_seconds(self, business_minutes: float) -> float:
        """How long some business minutes take to pass."""
        return business_minutes * 60 / self.rate

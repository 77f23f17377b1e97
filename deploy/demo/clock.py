"""The business clock of a demo: runs fast, and goes on from where it was when the demo is started again."""

import datetime as dt
import json
from pathlib import Path
from zoneinfo import ZoneInfo

from deploy.demo.hotels import ZONE
from shared.chassis.clock import LOOK_S, Clock
from shared.contracts.values import instant_of, iso

STARTS_AT = dt.time(7, 5)


def morning(day: dt.date) -> dt.datetime:
    """When a demo's day begins: as the morning shift has begun, in the hotels' local time."""
    return instant_of(dt.datetime.combine(day, STARTS_AT), ZoneInfo(ZONE))


class DemoClock:
    """The clock that all services and simulators share. It stands until `run`, and stands again after `hold`.

    The services follow `clock.json`; `business.json` is where a restart goes on, also after a kill -9.
    """

    def __init__(self, folder: Path, rate: float) -> None:
        self._points, self._saved = (folder / "clock.json").resolve(), folder / "business.json"
        self.rate, self.clock = rate, Clock(file=self._points)
        self.day = dt.date.min

    def open(self) -> None:
        """Take up the saved time, or begin today; only who holds the folder may, or it would stop another's time."""
        saved = json.loads(self._saved.read_text()) if self._saved.exists() else None
        today = dt.datetime.now(dt.UTC).astimezone(ZoneInfo(ZONE)).date()
        self.day = dt.date.fromisoformat(saved["day"]) if saved else today
        self._stand(dt.datetime.fromisoformat(saved["business"]) if saved else morning(self.day))

    def _stand(self, business: dt.datetime, rate: float = 0.0) -> None:
        points = {"origin": iso(business), "rate": rate, "start": iso(dt.datetime.now(dt.UTC))}
        _write(self._points, points)

    def run(self) -> None:
        """Let the time go on."""
        self._stand(self.clock.now(), self.rate)

    def hold(self) -> None:
        """Stop the time everywhere: nothing becomes due any more."""
        # The services look at the file 20 times a second: a moment ahead, so that none of them goes back.
        self._stand(self.clock.now() + dt.timedelta(seconds=2 * LOOK_S * self.rate))
        self.save()

    def stand_at(self, business: dt.datetime) -> None:
        """Let the time stand at another, later moment."""
        self._stand(max(business, self.clock.now()))
        self.save()

    def save(self) -> None:
        """Keep the business time, so that a restart never goes back."""
        _write(self._saved, {"day": self.day.isoformat(), "business": iso(self.clock.now())})

    @property
    def environment(self) -> dict[str, str]:
        """What every service is told of it."""
        return {"BELLBOARD_CLOCK_FILE": str(self._points)}

    def real_seconds(self, business_minutes: float) -> float:
        """How long some business minutes take to pass."""
        return business_minutes * 60 / self.rate


def _write(path: Path, content: dict[str, object]) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(content))
    fresh.replace(path)

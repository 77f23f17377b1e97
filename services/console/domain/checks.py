"""Spot checks: where to look and for what, the plan of a day, and how what was found compares once it is told."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from services.console.domain.problem import Problem, Refused
from services.console.domain.tongue import _, mark
from services.console.domain.words import plain
from shared.contracts.identity import Department
from shared.contracts.values import Instant, Wire

ASKED: Mapping[str, str] = {"done": mark("Whether it is done"), "value": mark("What was agreed")}


class SpotCheck(Wire):
    """One check. What the record says of it is not in it before somebody has told what is there."""

    id: str
    version: int
    property_id: str
    day: dt.date
    record_id: str
    kind: str
    department: Department
    room: str | None = None
    asks: tuple[str, ...] = ("done",)
    value_of: str | None = None
    entered_at: Instant | None = None
    right: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def asked_value(self) -> str:
        """What of it can be read off or counted, in words; empty where nothing is."""
        return plain(self.value_of or "value") if "value" in self.asks else ""

    def told(self, names: tuple[str, ...]) -> list[str]:
        """What some of its questions were about, in words."""
        about = {"value": self.asked_value}
        return [about.get(name) or _(ASKED.get(name, name)) for name in names]


class DayPlan(Wire):
    """How many records of a day were drawn, and how many of these checks are made."""

    property_id: str
    day: dt.date
    drawn: int
    made: int

    @property
    def left(self) -> int:
        """How many are still to be made."""
        return self.drawn - self.made

    @property
    def done(self) -> float:
        """The share made, of 1."""
        return self.made / self.drawn if self.drawn else 1.0


class SpotBook(Wire):
    """What is to be checked, the plans of the last days, and what the viewer made of them."""

    checks: tuple[SpotCheck, ...] = ()
    plans: tuple[DayPlan, ...] = ()
    made: tuple[SpotCheck, ...] = ()


def found_of(given: Mapping[str, str]) -> dict[str, Any]:
    """What a form says is really there."""
    if given.get("done") not in ("true", "false"):
        raise Refused(Problem(422, "form_invalid", _("Say whether it is done.")))
    told: dict[str, Any] = {"done": given["done"] == "true"}
    return told | ({"value": given["value"]} if given.get("value") else {})

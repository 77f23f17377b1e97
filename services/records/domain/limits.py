"""What a hotel's rules can hold a value against: bounds, lists, windows and notice, each under a rule of its own."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from shared.contracts.errors import Breach
from shared.contracts.phrases import breach
from shared.contracts.stays import Stay
from shared.contracts.values import MAX_MINOR_UNITS, Code, Frozen, instant_of

Whole = Annotated[int, Field(strict=True, ge=-MAX_MINOR_UNITS, le=MAX_MINOR_UNITS)]
Word = Annotated[str, StringConstraints(max_length=64)]
Flag = Annotated[bool, Field(strict=True)]
Scalar = Whole | Flag | Word
ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Messages = Annotated[
    dict[
        Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")],
        Annotated[str, StringConstraints(min_length=1, max_length=200)],
    ],
    Field(max_length=10, description="The message in other languages, by their two letters"),
]
MAX_LISTED = 50
MAX_NOTICE_MIN = 366 * 24 * 60
HALF_A_DAY = dt.timedelta(hours=12)


def in_words(told: Breach, own: Mapping[str, str]) -> Breach:
    """A breach that the hotel says in its own words, in the languages it gave them in."""
    return told.model_copy(update={"said": told.said.model_copy(update={"own": dict(own)})}) if told.said else told


class Where(Frozen):
    """Another field of the record holds one of these values."""

    field: Code
    among: tuple[Scalar, ...] = Field(min_length=1, max_length=MAX_LISTED)

    def holds(self, fields: Mapping[str, Any]) -> bool:
        """Whether it does."""
        return any(type(fields.get(self.field)) is type(each) and fields.get(self.field) == each for each in self.among)


class Window(Frozen):
    """From a local time to another, both included; one that ends before it starts passes midnight."""

    start: ClockTime
    end: ClockTime

    def holds(self, clock: str) -> bool:
        """Whether a local time lies in it."""
        if self.start <= self.end:
            return self.start <= clock <= self.end
        return clock >= self.start or clock <= self.end

    def __str__(self) -> str:
        return f"{self.start}–{self.end}"


class Limit(Frozen):
    """What one field may hold: bounds (minor units for money, ISO text for dates and times), a list, or windows.

    `where`: it binds only records of which another field holds a value, e.g. the price of one service.
    """

    rule: Code
    field: Code
    at_least: Whole | Word | None = None
    at_most: Whole | Word | None = None
    allowed: tuple[Scalar, ...] = Field(default=(), max_length=MAX_LISTED)
    windows: tuple[Window, ...] = Field(default=(), max_length=10)
    where: Where | None = None
    messages: Messages = Field(default_factory=dict)

    def binds(self, fields: Mapping[str, Any]) -> bool:
        """Whether a record with these values is held to it."""
        return self.where is None or self.where.holds(fields)

    def breach(self, value: Any) -> Breach | None:
        """The breach of this limit by a normalised value, if it is one."""
        told = self._breach(value["amount"] if isinstance(value, dict) and "amount" in value else value)
        return in_words(told, self.messages) if told else None

    def _breach(self, value: Any) -> Breach | None:
        if self.allowed and value not in self.allowed:
            return breach(self.field, self.rule, "choice", choices=", ".join(map(str, self.allowed)))
        if self.at_least is not None and value < self.at_least:
            return breach(self.field, self.rule, "at_least", bound=self.at_least)
        if self.at_most is not None and value > self.at_most:
            return breach(self.field, self.rule, "at_most", bound=self.at_most)
        if self.windows and not any(each.holds(value) for each in self.windows):
            return breach(self.field, self.rule, "window", windows=", ".join(map(str, self.windows)))
        return None


class Notice(Frozen):
    """How long beforehand a value must be given.

    Before the moment it names itself (a local time, a date), or before the guest's arrival or departure, which is at
    local time `at` of that day.
    """

    rule: Code
    field: Code
    minutes: int = Field(strict=True, ge=1, le=MAX_NOTICE_MIN)
    before: Literal["value", "arrival", "departure"] = "value"
    at: ClockTime = "15:00"
    where: Where | None = None
    messages: Messages = Field(default_factory=dict)

    def breach(self, value: Any, now: dt.datetime, zone: ZoneInfo, stay: Stay | None) -> Breach | None:
        """The breach by a normalised value that is given now; none while the moment is not known."""
        moment = self._moment(value, now, zone, stay)
        if moment is None or moment - now >= dt.timedelta(minutes=self.minutes):
            return None
        told = breach(self.field, self.rule, "notice", minutes=self.minutes)
        if self.before != "value":
            told = breach(self.field, self.rule, "notice_stay", minutes=self.minutes, moment=self.before)
        return in_words(told, self.messages)

    def _moment(self, value: Any, now: dt.datetime, zone: ZoneInfo, stay: Stay | None) -> dt.datetime | None:
        if self.before == "value":
            return moment_of(value, now, zone, stay)
        if stay is None:
            return None
        day = stay.arrival if self.before == "arrival" else stay.departure
        return instant_of(dt.datetime.combine(day, dt.time.fromisoformat(self.at)), zone)


def moment_of(value: Any, now: dt.datetime, zone: ZoneInfo, stay: Stay | None) -> dt.datetime | None:
    """The UTC instant that a date, or a local time, means at a hotel.

    A date is its last moment. A time is that of the arrival day while it lies ahead, else today's; one of today that
    passed more than half a day ago is tomorrow's ("half past midnight", said at eleven).
    """
    if not isinstance(value, str):
        return None
    today = now.astimezone(zone).date()
    if len(value) > len("14:30"):
        return instant_of(dt.datetime.combine(dt.date.fromisoformat(value), dt.time(23, 59)), zone)
    day = stay.arrival if stay is not None and stay.arrival > today else today
    clock = dt.time.fromisoformat(value)
    moment = instant_of(dt.datetime.combine(day, clock), zone)
    passed = now - moment > HALF_A_DAY
    return instant_of(dt.datetime.combine(day + dt.timedelta(days=1), clock), zone) if passed else moment


def limits_broken(limits: Iterable[Limit], values: Mapping[str, Any], fields: Mapping[str, Any]) -> list[Breach]:
    """Breaches by normalised values of a record that holds `fields`: of the limits on or about a value that is given.

    An absent value breaks none.
    """
    held = {**fields, **values}
    touched = [each for each in limits if each.field in values or (each.where and each.where.field in values)]
    binding = [each for each in touched if held.get(each.field) is not None and each.binds(held)]
    return [broken for each in binding if (broken := each.breach(held[each.field]))]


def notices_broken(
    notices: Iterable[Notice],
    values: Mapping[str, Any],
    fields: Mapping[str, Any],
    now: dt.datetime,
    zone: ZoneInfo,
    stay: Stay | None,
) -> list[Breach]:
    """Breaches of notice by values that are given or confirmed now."""
    held = {**fields, **values}
    asked = [each for each in notices if values.get(each.field) is not None]
    binding = [each for each in asked if each.where is None or each.where.holds(held)]
    return [broken for each in binding if (broken := each.breach(values[each.field], now, zone, stay))]

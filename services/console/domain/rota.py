"""A week of a hotel's rota on its own clock: who is there when, who is away or stands in, and where nobody is."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from services.console.domain.problem import Problem, Refused
from services.console.domain.tongue import _
from shared.contracts.staff import Absence, Property, Shift, StaffMember
from shared.contracts.values import instant_of, zone

DAY = dt.timedelta(days=1)
Span = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True)
class Stint:
    """One stretch of duty as UTC instants. `state`: there, away, partly away, given to a colleague, or standing in."""

    start: dt.datetime
    end: dt.datetime
    department: str | None = None
    state: str = "there"


@dataclass(frozen=True)
class Row:
    """One person's week in a department, a list of stints for each day."""

    person: StaffMember
    days: tuple[tuple[Stint, ...], ...]


@dataclass(frozen=True)
class Team:
    """One department's week: its people, and for each day the stretches in which nobody is there."""

    department: str
    rows: tuple[Row, ...]
    gaps: tuple[tuple[Span, ...], ...]
    now: tuple[StaffMember, ...] = ()

    def empty(self, day: int, days: Sequence[Span]) -> bool:
        """Whether nobody is there on a whole day."""
        return list(self.gaps[day]) == [days[day]]


@dataclass(frozen=True)
class Week:
    """A hotel's week, Monday first; `spans` are its days as instants, 23 or 25 hours long where the clock changes."""

    monday: dt.date
    spans: tuple[Span, ...]
    teams: tuple[Team, ...]

    @property
    def days(self) -> list[dt.date]:
        """Its days."""
        return [self.monday + DAY * number for number in range(7)]

    @property
    def before(self) -> dt.date:
        """The week before, by its Monday."""
        return self.monday - 7 * DAY

    @property
    def after(self) -> dt.date:
        """The week after, by its Monday."""
        return self.monday + 7 * DAY

    def hours(self, day: int) -> int:
        """How many hours a day has."""
        start, end = self.spans[day]
        return round((end - start).total_seconds() / 3600)


def week_of(text: str, today: dt.date) -> dt.date:
    """The Monday of the week that an address names by any day of it, else of this week."""
    try:
        day = dt.date.fromisoformat(text) if text else today
    except ValueError:
        day = today
    day = day if abs((day - today).days) < 400 else today
    return day - DAY * day.weekday()


def week(hotel: Property, staff: Iterable[StaffMember], monday: dt.date, now: dt.datetime) -> Week:
    """A hotel's week, from the weekly shifts, less absences, with what people do in a colleague's place."""
    there, people = zone(hotel.zone), [one for one in staff if works_at(one, hotel.id)]
    days = [monday + DAY * number for number in range(7)]
    spans = tuple((_at(day, dt.time(), there), _at(day + DAY, dt.time(), there)) for day in days)
    teams = [_team(department.value, people, hotel, days, spans, now, there) for department in hotel.departments]
    return Week(monday, spans, tuple(one for one in teams if one.rows))


def works_at(person: StaffMember, property_id: str) -> bool:
    """Whether a person of the staff works at a hotel."""
    return person.active and not person.service and (person.properties is None or property_id in person.properties)


def _team(
    department: str,
    people: Sequence[StaffMember],
    hotel: Property,
    days: Sequence[dt.date],
    spans: Sequence[Span],
    now: dt.datetime,
    there: ZoneInfo,
) -> Team:
    team = [one for one in people if department in {each.value for each in one.departments}]
    rows = [Row(one, tuple(tuple(stints(one, day, hotel.id, department, there)) for day in days)) for one in team]
    around = [days[0] - DAY, *days]
    worked = [present for one in team for day in around for present in _present(one, day, hotel.id, department, there)]
    gaps = tuple(tuple(_uncovered(span, worked)) for span in spans)
    present_now = tuple(one for one in team if _covers(_near(one, now, hotel.id, department, there), now))
    return Team(department, tuple(sorted(rows, key=lambda row: row.person.display_name)), gaps, present_now)


def stints(person: StaffMember, day: dt.date, property_id: str, department: str, there: ZoneInfo) -> list[Stint]:
    """What a person does in a department on the local day it begins."""
    found = []
    for shift in person.shifts:
        if day.weekday() in shift.days and shift.department in (None, department):
            last = day if shift.start < shift.end else day + DAY
            start, end = _at(day, shift.start, there), _at(last, shift.end, there)
            found.append(Stint(start, end, shift.department, _state(person.absences, start, end)))
    for cover in person.covers:
        here = cover.property_id == property_id and cover.department in (None, department)
        if here and cover.start.astimezone(there).date() == day:
            found.append(Stint(cover.start, cover.end, cover.department, "cover"))
    return sorted(found, key=lambda one: one.start)


def _state(absences: Iterable[Absence], start: dt.datetime, end: dt.datetime) -> str:
    touching = [one for one in absences if one.start < end and (one.end is None or one.end > start)]
    if not touching:
        return "there"
    whole = any(one.start <= start and (one.end is None or one.end >= end) for one in touching)
    if not whole:
        return "partly"
    return "swapped" if all(one.swap_id for one in touching) else "away"


def _present(person: StaffMember, day: dt.date, property_id: str, department: str, there: ZoneInfo) -> Iterable[Span]:
    for stint in stints(person, day, property_id, department, there):
        left: list[Span] = [(stint.start, stint.end)]
        for away in person.absences:
            left = [piece for span in left for piece in _less(span, (away.start, away.end or span[1]))]
        yield from left


def _near(person: StaffMember, now: dt.datetime, hotel: str, department: str, there: ZoneInfo) -> list[Span]:
    today = now.astimezone(there).date()
    return [span for day in (today - DAY, today) for span in _present(person, day, hotel, department, there)]


def _covers(spans: Iterable[Span], now: dt.datetime) -> bool:
    return any(start <= now < end for start, end in spans)


def _less(span: Span, away: Span) -> list[Span]:
    pieces = [(span[0], min(span[1], away[0])), (max(span[0], away[1]), span[1])]
    return [one for one in pieces if one[0] < one[1]]


def _uncovered(day: Span, worked: Iterable[Span]) -> list[Span]:
    left = [day]
    for one in worked:
        left = [piece for span in left for piece in _less(span, one)]
    return left


def _at(day: dt.date, clock: dt.time, there: ZoneInfo) -> dt.datetime:
    return instant_of(dt.datetime.combine(day, clock), there)


def rota_edit(person: StaffMember, hotel: Property, given: Mapping[str, str]) -> dict[str, Any]:
    """What a form changes of a person's rota, as auth takes it; Refused says what is missing."""
    step, number = given.get("step", ""), given.get("number", "")
    at = int(number) if number.isascii() and number.isdigit() else -1
    if step == "shift":
        return {"shifts": _plain([*person.shifts, _shift(given)])}
    if step == "absence":
        return {"absences": _plain([*person.absences, _absence(hotel, given)])}
    if step == "drop_shift" and 0 <= at < len(person.shifts):
        return {"shifts": _plain([one for place, one in enumerate(person.shifts) if place != at])}
    if step == "drop_absence" and 0 <= at < len(person.absences):
        return {"absences": _plain([one for place, one in enumerate(person.absences) if place != at])}
    raise _wrong({_("Rota"): _("There is no such entry any more.")})


def _plain(entries: Sequence[Shift | Absence]) -> list[dict[str, Any]]:
    return [one.model_dump(mode="json", exclude_none=True) for one in entries]


def _shift(given: Mapping[str, str]) -> Shift:
    days = [number for number in range(7) if given.get(f"day_{number}")]
    wrong = {} if days else {_("Days"): _("Choose at least one day.")}
    start, end = _clock(given.get("start", ""), _("From"), wrong), _clock(given.get("end", ""), _("Until"), wrong)
    if wrong or start is None or end is None:
        raise _wrong(wrong)
    made: dict[str, Any] = {"days": days, "start": start, "end": end, "department": given.get("department") or None}
    return Shift.model_validate(made)


def _clock(text: str, name: str, wrong: dict[str, str]) -> dt.time | None:
    try:
        return dt.time.fromisoformat(text)
    except ValueError:
        wrong[name] = _("Type a time, e.g. 07:00.")
        return None


def _absence(hotel: Property, given: Mapping[str, str]) -> Absence:
    wrong: dict[str, str] = {}
    start = _local(given.get("from", ""), hotel, _("From"), wrong)
    end = _local(given["until"], hotel, _("Until"), wrong) if given.get("until") else None
    if start is None or wrong:
        raise _wrong(wrong)
    return Absence(start=start, end=end)


def _local(text: str, hotel: Property, name: str, wrong: dict[str, str]) -> dt.datetime | None:
    try:
        return instant_of(dt.datetime.fromisoformat(text).replace(tzinfo=None), zone(hotel.zone))
    except ValueError:
        wrong[name] = _("Choose a day and a time.")
        return None


def _wrong(wrong: Mapping[str, str]) -> Refused:
    return Refused(Problem(422, "form_invalid", _("Something does not look right yet."), dict(wrong)))

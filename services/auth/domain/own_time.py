"""A person's own time: calling in sick, coming back, and their shifts as a calendar."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from shared.contracts.errors import conflict, invalid
from shared.contracts.identity import Department
from shared.contracts.staff import Absence, MissedDuty, Property, StaffMember
from shared.contracts.values import instant_of, local_day, zone

AHEAD_DAYS = 42
LATEST = dt.timedelta(days=366)
SOON = dt.timedelta(hours=24)
"""A shift that begins within this is today's or the next: somebody has to be found for it now."""


@dataclass(frozen=True)
class Duty:
    """One stretch of duty, in UTC; without a department it is in all of the person's."""

    start: dt.datetime
    end: dt.datetime
    department: Department | None


def away(member: StaffMember, start: dt.datetime, end: dt.datetime | None, now: dt.datetime) -> StaffMember:
    """The person with one more absence, one version on; a call that says nothing new is refused."""
    if end is not None and end <= start:
        raise invalid("end", "absence_length", "An absence ends after it begins.")
    if not now - dt.timedelta(days=1) <= start <= now + LATEST:
        raise invalid(
            "start", "absence_start", "An absence begins a day ago at the earliest, within a year at the latest."
        )
    if any(
        each.start <= start and (each.end is None or (end is not None and end <= each.end)) for each in member.absences
    ):
        raise conflict("absent_already", "You are down as absent for this time.")
    # Those that are long over make room: a person has at most a hundred.
    kept = [each for each in member.absences if each.end is None or each.end > now - dt.timedelta(days=90)]
    if len(kept) >= 100:
        raise conflict("absences_enough", "A hundred absences are down; ask an administrator.")
    absences = (*kept, Absence(start=start, end=end))
    return member.model_copy(update={"absences": absences, "version": member.version + 1})


def missing(member: StaffMember, start: dt.datetime, hotel: Property, now: dt.datetime) -> StaffMember:
    """The absence that begins then with the duty it leaves open, where that runs now or begins within a day."""
    [absence] = [each for each in member.absences if each.start == start and each.swap_id is None]
    present = member.model_copy(update={"absences": tuple(each for each in member.absences if each is not absence)})
    soon = [
        each
        for each in duties(present, zone(hotel.zone), now, 3)
        if _touches(absence, each) and now < each.end and each.start <= now + SOON
    ]
    if not soon:
        return member
    first = soon[0]
    missed = MissedDuty(
        property_id=hotel.id,
        zone=hotel.zone,
        start=first.start,
        end=first.end,
        department=first.department or next(iter(member.departments), None),
    )
    told = absence.model_copy(update={"missed": missed})
    absences = tuple(told if each is absence else each for each in member.absences)
    return member.model_copy(update={"absences": absences})


def passed(member: StaffMember, now: dt.datetime) -> StaffMember:
    """The person with missed duties that are over called so, one version on; the same object where there are none."""
    if not any(_is_past(each, now) for each in member.absences):
        return member
    absences = tuple(
        each.model_copy(update={"missed": each.missed.model_copy(update={"over": True})})
        if each.missed and _is_past(each, now)
        else each
        for each in member.absences
    )
    return member.model_copy(update={"absences": absences, "version": member.version + 1})


def _is_past(absence: Absence, now: dt.datetime) -> bool:
    return absence.missed is not None and not absence.missed.over and absence.missed.end <= now


def _covers(absence: Absence, start: dt.datetime, end: dt.datetime | None) -> bool:
    return absence.start <= start and (absence.end is None or (end is not None and end <= absence.end))


def back(member: StaffMember, now: dt.datetime) -> StaffMember:
    """The person with every absence that runs now ended, one version on."""
    if not any(_runs(each, now) for each in member.absences):
        raise conflict("not_absent", "You are not down as absent.")
    absences = tuple(
        each.model_copy(update={"end": now}) if _runs(each, now) and each.start < now else each
        for each in member.absences
        if not (_runs(each, now) and each.start == now)
    )
    return member.model_copy(update={"absences": absences, "version": member.version + 1})


def _runs(absence: Absence, now: dt.datetime) -> bool:
    # What a colleague took over is theirs: it is not given back by being there.
    return absence.swap_id is None and absence.start <= now and (absence.end is None or now < absence.end)


def duties(member: StaffMember, zone: ZoneInfo, now: dt.datetime, days: int = AHEAD_DAYS) -> list[Duty]:
    """All duty from yesterday on that no absence touches, in order: one's own shifts, and colleagues' taken over."""
    first = instant_of(dt.datetime.combine(local_day(now, zone) - dt.timedelta(days=1), dt.time()), zone)
    taken = [Duty(each.start, each.end, each.department) for each in member.covers if each.end > first]
    return _present(member, [*shifts_of(member, zone, now, days), *taken])


def shifts_of(member: StaffMember, zone: ZoneInfo, now: dt.datetime, days: int = AHEAD_DAYS) -> list[Duty]:
    """The own shifts from yesterday on that no absence touches, in order; a clock change is as the hotel lives it."""
    first = local_day(now, zone) - dt.timedelta(days=1)
    found = []
    for shift in member.shifts:
        for day in (first + dt.timedelta(days=number) for number in range(days + 1)):
            if day.weekday() not in shift.days:
                continue
            ends = day + dt.timedelta(days=shift.end <= shift.start)
            start = instant_of(dt.datetime.combine(day, shift.start), zone)
            end = instant_of(dt.datetime.combine(ends, shift.end), zone)
            found.append(Duty(start, end, shift.department))
    return _present(member, found)


def _present(member: StaffMember, found: Sequence[Duty]) -> list[Duty]:
    present = [each for each in found if not any(_touches(one, each) for one in member.absences)]
    return sorted(present, key=lambda each: (each.start, each.end))


def _touches(absence: Absence, duty: Duty) -> bool:
    return absence.start < duty.end and (absence.end is None or duty.start < absence.end)


def calendar(staff_id: str, rota: Sequence[Duty], now: dt.datetime) -> str:
    """The duties as iCalendar (RFC 5545); it names nobody."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Bellboard//Rota//EN", "X-WR-CALNAME:Shifts"]
    for duty in rota:
        uid = hashlib.sha256(f"{staff_id}|{duty.start.isoformat()}|{duty.department}".encode()).hexdigest()[:32]
        said = duty.department.replace("_", " ") if duty.department else "all departments"
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uid}@bellboard",
            f"DTSTAMP:{_utc(now)}",
            f"DTSTART:{_utc(duty.start)}",
            f"DTEND:{_utc(duty.end)}",
            f"SUMMARY:Shift: {said}",
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")

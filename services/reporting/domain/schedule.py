"""Reports that come by themselves: at a time of the hotel's day, or some hours before it gets busy."""

import datetime as dt
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from services.reporting.domain.forecast import Expected, What
from shared.contracts.identity import Role
from shared.contracts.values import Code, EntityId, Frozen, Instant, LocalTime, Slug, Version, instant_of, zone

MOST_ADDRESSES = 20
MailAddress = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$", max_length=254)
]
Weekday = Annotated[int, Field(strict=True)]


class When(StrEnum):
    """What a schedule goes by."""

    DAILY = "daily"
    BEFORE_BUSY = "before_busy"


class Terms(Frozen):
    """What is delivered, to whom, and when, in the hotel's own time."""

    report: Code
    days: int = Field(default=7, strict=True, ge=1, le=400, description="So many days back from the day of delivery")
    audience: Role = Role.DUTY_MANAGER
    when: When = When.DAILY
    at: LocalTime = Field(default=dt.time(7), description="When it comes; before busy days: when these get busy")
    weekdays: tuple[Weekday, ...] = Field(default=(0, 1, 2, 3, 4, 5, 6), max_length=7, description="0 is Monday")
    hours_before: int = Field(default=6, strict=True, ge=0, le=72, description="Before a busy time")
    busy_percent: int = Field(
        default=85, strict=True, ge=1, le=100, description="A day is busy from so many rooms taken"
    )
    busy_arrivals: int = Field(
        default=0, strict=True, ge=0, le=10_000, description="… or from so many arrivals; 0: not by these"
    )
    review_hours: int | None = Field(
        default=4, strict=True, ge=1, le=168, description="Reviewed by then, or an alert rings"
    )
    mail_to: tuple[MailAddress, ...] = Field(
        default=(),
        max_length=MOST_ADDRESSES,
        description="Mailboxes of the audience; shown to who may read about staff",
    )


class Schedule(Frozen):
    """One schedule of one hotel."""

    id: EntityId
    chain: Slug
    property_id: Slug
    name: str
    terms: Terms
    by: EntityId
    active: bool = True
    paused: bool = Field(default=False, description="It stays as it is and makes nothing")
    version: Version = 1


class RunState(StrEnum):
    """Where a delivery stands."""

    DUE = "due"
    DELIVERED = "delivered"
    FAILED = "failed"


class Run(Frozen):
    """One delivery: what for, and who reviewed it. `busy_day` is the day it came before."""

    id: EntityId
    chain: Slug
    property_id: Slug
    schedule_id: EntityId
    report: Code
    audience: Role
    start: dt.date
    end: dt.date
    due_at: Instant
    busy_day: dt.date | None = None
    state: RunState = RunState.DUE
    delivered_at: Instant | None = None
    review_by: Instant | None = None
    reviewed_by: EntityId | None = None
    reviewed_at: Instant | None = None
    version: int = 0


def next_daily(terms: Terms, zone_name: str, after: dt.datetime) -> dt.datetime | None:
    """The next time of a daily schedule after a moment; None when it has no weekdays."""
    there = zone(zone_name)
    day = after.astimezone(there).date()
    for one in (day + dt.timedelta(days=n) for n in range(9)):
        due = instant_of(dt.datetime.combine(one, terms.at), there)
        if due > after and one.weekday() in terms.weekdays:
            return due
    return None


def next_look(terms: Terms, zone_name: str, after: dt.datetime) -> dt.datetime:
    """When a hotel's forecast is looked at next: right at the next moment at which a busy day's report would be due,
    and at the start of every hour, for days that get busy after their moment."""
    whole = after.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
    first = after.astimezone(zone(zone_name)).date()
    ahead = (first + dt.timedelta(days=n) for n in range(terms.hours_before // 24 + 3))
    return min([whole, *(due for day in ahead if (due := due_before(terms, zone_name, day)) > after)])


def due_before(terms: Terms, zone_name: str, day: dt.date) -> dt.datetime:
    """When a busy day's report is due: so many hours, as they really pass, before the hotel's own time of that day."""
    begins = instant_of(dt.datetime.combine(day, terms.at), zone(zone_name))
    return begins - dt.timedelta(hours=terms.hours_before)


def is_busy(terms: Terms, rooms: int, arrivals: int, occupied: int) -> bool:
    """Whether a day is busy by a schedule's terms."""
    full = rooms > 0 and occupied * 100 >= terms.busy_percent * rooms
    return full or (terms.busy_arrivals > 0 and arrivals >= terms.busy_arrivals)


def busy_due(
    terms: Terms, zone_name: str, rooms: int, days: tuple[Expected, ...], now: dt.datetime
) -> list[tuple[dt.date, dt.datetime]]:
    """Busy days ahead whose report is due by now and whose busy time is still to come (or came within the hour where
    none is left between the two), with that due moment."""
    found = list[tuple[dt.date, dt.datetime]]()
    arrivals = {one.day: one.expected for one in days if one.what is What.ARRIVALS}
    for one in days:
        if one.what is What.OCCUPANCY and is_busy(terms, rooms, arrivals.get(one.day, 0), one.expected):
            due = due_before(terms, zone_name, one.day)
            if due <= now < due + dt.timedelta(hours=max(1, terms.hours_before)):
                found.append((one.day, due))
    return found


def next_busy(
    terms: Terms, zone_name: str, rooms: int, days: tuple[Expected, ...], now: dt.datetime
) -> dt.datetime | None:
    """When the next report before a busy day is due, as the forecast stands; None when no day ahead is busy."""
    arrivals = {one.day: one.expected for one in days if one.what is What.ARRIVALS}
    due = (
        due_before(terms, zone_name, one.day)
        for one in days
        if one.what is What.OCCUPANCY and is_busy(terms, rooms, arrivals.get(one.day, 0), one.expected)
    )
    return min((one for one in due if one > now), default=None)

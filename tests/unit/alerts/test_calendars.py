"""Local time to the minute where clocks change: business hours, holidays, single days, digests; a golden table."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.domain.book import QuietHours
from services.alerts.domain.calendars import (
    ALWAYS,
    Calendar,
    DayHours,
    Hours,
    WeekHours,
    after_business,
    is_open,
    known_country,
    stretches,
)
from services.alerts.domain.digests import next_digest
from services.alerts.domain.preferences import Digest
from services.alerts.pipeline.quiet_hours import quiet_until
from shared.contracts.values import instant_of, zone


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def week(*hours: str, days: tuple[int, ...] = tuple(range(7)), **more: object) -> Calendar:
    """The same stretches on some weekdays, e.g. `09:00-12:00`."""
    made = [WeekHours(days=days, start=at_time(one[:5]), end=at_time(one[6:])) for one in hours]
    return Calendar.model_validate({"week": made, **more})


def at_time(text: str) -> dt.time:
    return dt.time.fromisoformat(text)


GOLDEN = [
    # zone, local wall time, the instant it means; a gap is the first instant after it, a fold the first of the two
    ("Europe/Lisbon", "2026-03-29T01:30", "2026-03-29T01:00+00:00"),
    ("Europe/Lisbon", "2026-10-25T01:30", "2026-10-25T00:30+00:00"),
    ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00+00:00"),
    ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30+00:00"),
    ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00+00:00"),
    ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30+00:00"),
    # Lord Howe puts its clocks forward and back by half an hour.
    ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30+00:00"),
    ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45+00:00"),
    ("Australia/Lord_Howe", "2026-04-05T02:15", "2026-04-04T15:45+00:00"),
    # A day that never was: Samoa went from 29 to 31 December 2011.
    ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00+00:00"),
    ("Pacific/Apia", "2011-12-31T09:00", "2011-12-30T19:00+00:00"),
    # Zones that changed their rules: Mexico gave summer time up, Kazakhstan became one zone, Egypt took it up again.
    ("America/Mexico_City", "2022-07-01T12:00", "2022-07-01T17:00+00:00"),
    ("America/Mexico_City", "2026-07-01T12:00", "2026-07-01T18:00+00:00"),
    ("Asia/Almaty", "2024-02-01T12:00", "2024-02-01T06:00+00:00"),
    ("Asia/Almaty", "2026-02-01T12:00", "2026-02-01T07:00+00:00"),
    ("Africa/Cairo", "2026-07-01T12:00", "2026-07-01T09:00+00:00"),
    ("Asia/Kathmandu", "2026-07-01T12:00", "2026-07-01T06:15+00:00"),
]


@pytest.mark.parametrize(("name", "wall", "instant"), GOLDEN)
def test_wall_time_means_the_instant_of_the_golden_table(name: str, wall: str, instant: str) -> None:
    assert instant_of(at(wall), zone(name)) == at(instant)


@pytest.mark.parametrize(
    ("name", "now", "ends"),
    [
        ("Europe/Lisbon", "2026-03-28T23:30+00:00", "2026-03-29T06:00+00:00"),
        ("Europe/Lisbon", "2026-10-24T22:30+00:00", "2026-10-25T07:00+00:00"),
        ("Australia/Lord_Howe", "2026-10-03T12:00+00:00", "2026-10-03T20:00+00:00"),
        ("Australia/Lord_Howe", "2026-04-04T12:00+00:00", "2026-04-04T20:30+00:00"),
        ("America/New_York", "2026-03-08T04:00+00:00", "2026-03-08T11:00+00:00"),
    ],
)
def test_quiet_hours_end_at_seven_on_the_hotel_s_own_clock(name: str, now: str, ends: str) -> None:
    assert quiet_until(QuietHours(), name, at(now)) == at(ends)


@pytest.mark.parametrize(
    ("name", "start", "seconds", "due"),
    [
        # Friday 16:00 and two working hours of 09:00-17:00: Monday 10:00.
        ("Europe/Lisbon", "2026-03-06T16:00+00:00", 7200, "2026-03-09T10:00+00:00"),
        # The weekend the clocks go forward: Monday 10:00 is an hour earlier in UTC.
        ("Europe/Lisbon", "2026-03-27T16:00+00:00", 7200, "2026-03-30T09:00+00:00"),
        ("Europe/Lisbon", "2026-10-23T15:00+00:00", 7200, "2026-10-26T10:00+00:00"),
        # Before opening, within, at the very end.
        ("Europe/Lisbon", "2026-03-09T05:00+00:00", 60, "2026-03-09T09:01+00:00"),
        ("Europe/Lisbon", "2026-03-09T10:00+00:00", 3600, "2026-03-09T11:00+00:00"),
        ("Europe/Lisbon", "2026-03-09T09:00+00:00", 8 * 3600, "2026-03-09T17:00+00:00"),
    ],
)
def test_working_time_is_counted_on_working_days(name: str, start: str, seconds: int, due: str) -> None:
    office = week("09:00-17:00", days=(0, 1, 2, 3, 4))
    assert after_business(office, at(start), seconds, zone(name)) == at(due)


def test_split_hours_leave_the_pause_out() -> None:
    kitchen, lisbon = week("06:30-11:00", "18:00-22:30"), zone("Europe/Lisbon")
    assert after_business(kitchen, at("2026-03-10T10:30+00:00"), 3600, lisbon) == at("2026-03-10T18:30+00:00")
    hours = ("2026-03-10T10:59+00:00", "2026-03-10T11:00+00:00", "2026-03-10T18:00+00:00")
    assert [is_open(kitchen, at(one), lisbon) for one in hours] == [True, False, True]


def test_hours_past_midnight_are_of_the_day_they_begin_and_last_longer_when_the_clock_is_put_back() -> None:
    bar, berlin = week("18:00-03:00", days=(5,)), zone("Europe/Berlin")
    saturday = next(stretches(bar, at("2026-10-24T12:00+00:00"), berlin))
    assert saturday == (at("2026-10-24T16:00+00:00"), at("2026-10-25T02:00+00:00"))
    assert (saturday[1] - saturday[0]) == dt.timedelta(hours=10)


def test_holiday_is_worked_as_its_own_hours_say_and_a_single_day_before_that() -> None:
    lisbon = zone("Europe/Lisbon")
    closed = week("09:00-17:00", country="PT")
    short = week("09:00-17:00", country="PT", on_holidays=(Hours(start=dt.time(9), end=dt.time(12)),))
    told = DayHours(day=dt.date(2026, 4, 25), hours=(Hours(start=dt.time(14), end=dt.time(15)),))
    special = week("09:00-17:00", country="PT", exceptions=(told,))
    moments = [at(f"2026-04-25T{hour}:30+00:00") for hour in ("08", "10", "12", "13")]
    assert [[is_open(one, each, lisbon) for each in moments] for one in (closed, short, special)] == [
        [False, False, False, False],
        [True, True, False, False],
        [False, False, False, True],
    ]


def test_holidays_differ_within_a_country() -> None:
    munich, berlin = (week("09:00-17:00", country="DE", subdivision=part) for part in ("BY", "BE"))
    epiphany = at("2026-01-06T10:00+00:00")
    assert [is_open(one, epiphany, zone("Europe/Berlin")) for one in (munich, berlin)] == [False, True]
    assert [known_country(*one) for one in (("DE", "BY"), ("DE", "XX"), ("XX", None))] == [True, False, False]


def test_calendar_that_is_never_open_counts_plain_time_so_that_nothing_waits_for_ever() -> None:
    never = Calendar(exceptions=(), week=(WeekHours(days=(0,), start=dt.time(9), end=dt.time(10)),), country="PT")
    shut = never.model_copy(update={"week": (WeekHours(days=(6,), start=dt.time(2), end=dt.time(2, 1)),)})
    start = at("2026-03-10T10:00+00:00")
    assert after_business(shut, start, 86_400 * 30, zone("Europe/Lisbon")) == start + dt.timedelta(days=30)
    assert after_business(ALWAYS, start, 60, zone("Europe/Lisbon")) == start + dt.timedelta(seconds=60)


@pytest.mark.parametrize(
    ("digest", "now", "told"),
    [
        (Digest.HOURLY, "2026-03-10T10:00:00+00:00", "2026-03-10T11:00:00+00:00"),
        (Digest.DAILY, "2026-03-28T09:00:00+00:00", "2026-03-29T07:00:00+00:00"),
        (Digest.DAILY, "2026-03-28T07:00:00+00:00", "2026-03-28T08:00:00+00:00"),
    ],
)
def test_digest_comes_at_its_local_hour(digest: Digest, now: str, told: str) -> None:
    assert next_digest(digest, None, zone("Europe/Lisbon"), at(now)) == at(told)


ZONES = st.sampled_from(["Europe/Lisbon", "Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu", "UTC"])
STARTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 1), timezones=st.just(dt.UTC))


@given(ZONES, STARTS)
def test_stretches_are_in_order_and_apart_through_every_change_of_the_clock(name: str, start: dt.datetime) -> None:
    calendar = week("06:30-11:00", "18:00-02:15", "01:30-02:45")
    found = [one for one, _ in zip(stretches(calendar, start, zone(name)), range(40), strict=False)]
    assert all(opens < closes and closes > start for opens, closes in found)
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(found))


@given(ZONES, STARTS, st.integers(1, 86_400), st.integers(1, 86_400))
def test_working_time_adds_up(name: str, start: dt.datetime, first: int, more: int) -> None:
    calendar, tz = week("06:30-11:00", "18:00-22:15"), zone(name)
    there = after_business(calendar, start, first, tz)
    apart = after_business(calendar, there, more, tz)
    assert after_business(calendar, start, first + more, tz) == apart

"""The rota in the hotel's local time: departments, split shifts, midnight, and the nights on which clocks change."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.records.domain.rota import Dial, incoming, next_change, on_shift, stint
from shared.contracts.identity import Department
from shared.contracts.staff import Absence, Shift, StaffMember
from tests.factories.guest_records import LISBON, member

DESK, KITCHEN = Department.FRONT_OFFICE, Department.FOOD_BEVERAGE
EVERY_DAY = tuple(range(7))
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
GAP_DAY, FOLD_DAY = dt.date(2026, 3, 29), dt.date(2026, 10, 25)


def shift(start: str, end: str, days: tuple[int, ...] = EVERY_DAY, department: Department | None = None) -> Shift:
    times = (dt.time.fromisoformat(each) for each in (start, end))
    return Shift(days=days, start=next(times), end=next(times), department=department)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


EARLY, LATE, NIGHT = shift("07:00", "15:00"), shift("15:00", "23:00"), shift("23:00", "07:00")
TEAM = (
    member("ana", shifts=(EARLY,)),
    member("rui", shifts=(LATE,)),
    member("nuno", shifts=(NIGHT,)),
)


def changes(team: tuple[StaffMember, ...], after: str, count: int) -> list[str]:
    found, moment = [], utc(after)
    for _ in range(count):
        following = next_change(team, DESK, moment, LISBON)
        assert following is not None
        found.append(following.strftime("%d %H:%M"))
        moment = following
    return found


def test_person_is_on_duty_in_the_department_of_the_shift_alone_when_it_names_one() -> None:
    both = member("bo", departments=(DESK, KITCHEN), shifts=(shift("07:00", "15:00", department=KITCHEN),))
    dial = Dial(utc("2026-07-01T09:00"), LISBON)
    assert (dial.on_duty(both, KITCHEN), dial.on_duty(both, DESK), dial.on_duty(both)) == (True, False, True)


@pytest.mark.parametrize(
    ("local", "working"), [("06:59", False), ("08:00", True), ("12:00", False), ("18:30", True), ("21:00", False)]
)
def test_split_shift_leaves_the_afternoon_free(local: str, working: bool) -> None:
    split = (shift("07:00", "11:00"), shift("17:00", "21:00"))
    moment = dt.datetime.combine(dt.date(2026, 7, 1), dt.time.fromisoformat(local), LISBON)
    assert on_shift(split, moment.astimezone(dt.UTC), LISBON) is working


def test_person_is_off_duty_when_absent_whatever_the_shift_says() -> None:
    away = Absence(start=utc("2026-07-01T08:00"), end=utc("2026-07-01T10:00"))
    ill = member("ill", shifts=(EARLY,), absences=(away,))
    hours = [Dial(utc(f"2026-07-01T{hour:02}:00"), LISBON).on_duty(ill) for hour in (7, 8, 9, 10)]
    assert hours == [True, False, False, True]


def test_person_is_absent_until_further_notice_when_the_absence_has_no_end() -> None:
    ill = member("ill", absences=(Absence(start=utc("2026-07-01T08:00")),))
    assert Dial(utc("2036-07-01T08:00"), LISBON).away(ill)


def test_night_shift_lasts_seven_hours_when_the_clock_goes_forward_and_nine_when_it_goes_back() -> None:
    lengths = [stint(NIGHT, day - dt.timedelta(days=1), LISBON) for day in (GAP_DAY, FOLD_DAY)]
    assert [one.end - one.start for one in lengths if one] == [dt.timedelta(hours=7), dt.timedelta(hours=9)]


def test_shift_begins_at_the_first_instant_after_the_gap_when_its_start_does_not_exist() -> None:
    found = stint(shift("01:30", "09:00"), GAP_DAY, LISBON)
    assert found is not None
    assert found.start == utc("2026-03-29T01:00")


@pytest.mark.parametrize(("minute", "on"), [("00:15", True), ("00:45", False), ("01:15", False), ("02:15", False)])
def test_shift_that_ends_in_the_doubled_hour_ends_once(minute: str, on: bool) -> None:
    # Lisbon, 25 October: 01:00 to 02:00 comes twice, from 00:00 and from 01:00 UTC.
    assert on_shift((shift("22:00", "01:30"),), utc(f"2026-10-25T{minute}"), LISBON) is on


def test_somebody_is_always_on_duty_when_three_shifts_share_the_day_and_clocks_change() -> None:
    for place, day in ((LISBON, GAP_DAY), (LISBON, FOLD_DAY), (LORD_HOWE, dt.date(2026, 4, 5))):
        begin = dt.datetime.combine(day, dt.time(), dt.UTC) - dt.timedelta(hours=30)
        for quarter in range(4 * 60):
            dial = Dial(begin + dt.timedelta(minutes=15 * quarter), place)
            assert sum(dial.on_duty(each) for each in TEAM) == 1


def test_changes_come_in_turn_when_three_shifts_share_the_day() -> None:
    assert changes(TEAM, "2026-07-01T05:00", 4) == ["01 06:00", "01 14:00", "01 22:00", "02 06:00"]


def test_changes_keep_the_local_hour_when_the_clock_goes_forward() -> None:
    assert changes(TEAM, "2026-03-28T12:00", 4) == ["28 15:00", "28 23:00", "29 06:00", "29 14:00"]


def test_each_part_of_a_split_shift_is_a_change() -> None:
    split = (member("ana", shifts=(shift("07:00", "11:00"), shift("17:00", "21:00"))),)
    assert changes(split, "2026-07-01T05:00", 3) == ["01 06:00", "01 16:00", "02 06:00"]


def test_going_on_without_a_break_is_no_change() -> None:
    double = (member("ana", shifts=(EARLY, LATE)),)
    assert changes(double, "2026-07-01T05:00", 2) == ["01 06:00", "02 06:00"]


def test_shift_in_another_department_is_no_change_here() -> None:
    cook = (member("bo", departments=(DESK, KITCHEN), shifts=(shift("07:00", "15:00", department=KITCHEN),)),)
    assert next_change(cook, DESK, utc("2026-07-01T05:00"), LISBON) is None
    assert next_change(cook, KITCHEN, utc("2026-07-01T05:00"), LISBON) == utc("2026-07-01T06:00")


def test_shift_of_somebody_absent_is_no_change() -> None:
    ill = (member("ana", shifts=(EARLY,), absences=(Absence(start=utc("2026-07-01T00:00")),)),)
    assert next_change(ill, DESK, utc("2026-07-01T05:00"), LISBON) is None


def test_change_is_found_when_the_only_shift_is_six_days_off() -> None:
    weekly = (member("ana", shifts=(shift("07:00", "15:00", days=(1,)),)),)
    assert changes(weekly, "2026-07-01T05:00", 2) == ["07 06:00", "14 06:00"]


def test_incoming_are_those_whose_shift_begins() -> None:
    team = (*TEAM, member("bea", shifts=(LATE,)))
    assert incoming(team, DESK, utc("2026-07-01T14:00"), LISBON) == ("bea", "rui")


ZONES = st.sampled_from(["Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"])
CLOCKS = st.times().map(lambda time: time.replace(second=0, microsecond=0))


@settings(deadline=None, max_examples=200)
@given(
    ZONES,
    st.lists(st.tuples(CLOCKS, CLOCKS).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=3),
    st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 20)),
)
def test_somebody_comes_on_at_every_change_and_was_not_there_just_before(
    place: str, times: list[tuple[dt.time, dt.time]], after: dt.datetime
) -> None:
    zone = ZoneInfo(place)
    person = member("ana", shifts=tuple(Shift(days=EVERY_DAY, start=start, end=end) for start, end in times))
    moment = after.replace(tzinfo=dt.UTC)
    found = next_change((person,), DESK, moment, zone)
    moments = [found] * (found is not None)
    for change in moments:
        assert change > moment
        assert Dial(change, zone).on_duty(person)
        assert not Dial(change - dt.timedelta(microseconds=1), zone).on_duty(person)
        assert incoming((person,), DESK, change, zone) == ("ana",)

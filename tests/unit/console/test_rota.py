"""A week of a rota: on the hotel's own clock when it changes, split shifts, absences, covers, and gaps."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from services.console.domain.rota import Week, week, week_of
from shared.contracts.identity import Department, Role
from shared.contracts.staff import Absence, Cover, Property, Shift, StaffMember

LISBON = Property(
    id="city",
    chain="seaside",
    name="Lisbon",
    zone="Europe/Lisbon",
    currency="EUR",
    departments=(Department.FRONT_OFFICE,),
    version=1,
)
EVERY_DAY = tuple(range(7))
SPRING = dt.date(2026, 3, 23)
"""A Monday; on the Sunday after, at one o'clock, Lisbon's clocks go an hour forward."""
CALM = dt.date(2026, 6, 1)


def person(*shifts: tuple[str, str], **more: object) -> StaffMember:
    """Somebody of the front office with shifts on every day."""
    made = tuple(Shift(days=EVERY_DAY, start=dt.time.fromisoformat(a), end=dt.time.fromisoformat(b)) for a, b in shifts)
    told = {
        "id": "ana",
        "chain": "seaside",
        "display_name": "Ana",
        "departments": (Department.FRONT_OFFICE,),
        "roles": (Role.ASSOCIATE,),
        "shifts": made,
        "version": 1,
    }
    return StaffMember.model_validate(told | more)


def of(*staff: StaffMember, monday: dt.date = CALM, now: str = "2026-06-01T12:00:00+00:00") -> Week:
    """Their week."""
    return week(LISBON, staff, monday, dt.datetime.fromisoformat(now))


def gaps(shown: Week, day: int) -> list[tuple[str, str]]:
    """When nobody is there on a day, in UTC."""
    return [(f"{a:%d %H:%M}", f"{b:%d %H:%M}") for a, b in shown.teams[0].gaps[day]]


def test_split_shift_leaves_the_hours_between_and_the_night() -> None:
    shown = of(person(("07:00", "11:00"), ("17:00", "21:00")))
    assert [len(day) for day in shown.teams[0].rows[0].days] == [2] * 7
    assert gaps(shown, 0) == [("31 23:00", "01 06:00"), ("01 10:00", "01 16:00"), ("01 20:00", "01 23:00")]


def test_night_shift_covers_the_morning_of_the_day_after() -> None:
    shown = of(person(("07:00", "23:00")), person(("23:00", "07:00"), id="bo"))
    assert all(gaps(shown, day) == [] for day in range(7))


def test_day_on_which_the_clock_changes_has_its_own_hours_and_shifts_keep_theirs() -> None:
    shown = of(person(("07:00", "15:00")), monday=SPRING, now="2026-03-29T06:30:00+00:00")
    assert [shown.hours(day) for day in range(7)] == [24] * 6 + [23]
    saturday, sunday = (shown.teams[0].rows[0].days[day][0] for day in (5, 6))
    assert (saturday.start.hour, sunday.start.hour) == (7, 6), "seven o'clock on the wall on both days"
    assert [one.id for one in shown.teams[0].now] == ["ana"]
    assert gaps(shown, 6) == [("29 00:00", "29 06:00"), ("29 14:00", "29 23:00")]


def test_somebody_away_is_no_cover_and_is_said_to_be_away() -> None:
    sick = Absence(start=dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC))
    shown = of(person(("07:00", "15:00"), absences=(sick,)))
    states = [day[0].state for day in shown.teams[0].rows[0].days]
    assert states == ["partly", *["away"] * 6]
    assert shown.teams[0].now == ()
    assert shown.teams[0].empty(1, shown.spans)
    assert not shown.teams[0].empty(0, shown.spans)


def test_shift_given_to_a_colleague_stands_as_cover_with_them() -> None:
    start, end = (dt.datetime(2026, 6, 2, hour, tzinfo=dt.UTC) for hour in (6, 14))
    giver = person(("07:00", "15:00"), absences=(Absence(start=start, end=end, swap_id="s"),))
    cover = Cover(start=start, end=end, property_id="city", swap_id="s")
    shown = of(giver, person(id="bo", display_name="Bo", covers=(cover,)))
    ana, bo = shown.teams[0].rows
    assert (ana.days[1][0].state, bo.days[1][0].state) == ("swapped", "cover")
    assert gaps(shown, 1) == gaps(shown, 2) or len(gaps(shown, 1)) == 2, "the hours are covered"


def test_person_of_another_hotel_or_who_left_is_not_shown() -> None:
    assert of(person(("07:00", "15:00"), properties=("resort",))).teams == ()
    assert of(person(("07:00", "15:00"), active=False)).teams == ()


@given(st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)), st.text(max_size=12))
def test_week_of_anything_typed_begins_on_a_monday_near_today(today: dt.date, text: str) -> None:
    monday = week_of(text, today)
    assert monday.weekday() == 0
    assert abs((monday - today).days) < 410


@given(st.lists(st.tuples(st.integers(0, 23), st.integers(0, 23)), max_size=4), st.sampled_from([SPRING, CALM]))
def test_gaps_and_duty_together_fill_each_day_exactly(hours: list[tuple[int, int]], monday: dt.date) -> None:
    shifts = [(f"{a:02}:00", f"{b:02}:00") for a, b in hours if a != b]
    shown = of(person(*shifts), monday=monday)
    for day, (start, end) in enumerate(shown.spans):
        open_hours = sum(((b - a) for a, b in shown.teams[0].gaps[day]), dt.timedelta())
        worked = sorted(
            (max(one.start, start), min(one.end, end))
            for earlier in (day - 1, day)
            for one in (shown.teams[0].rows[0].days[earlier] if earlier >= 0 else ())
            if one.start < end and one.end > start
        )
        assert open_hours + length(worked) == end - start or day == 0


def length(spans: list[tuple[dt.datetime, dt.datetime]]) -> dt.timedelta:
    """How much time some stretches take together, each moment once."""
    total, until = dt.timedelta(), dt.datetime.min.replace(tzinfo=dt.UTC)
    for start, end in spans:
        total += max(dt.timedelta(), end - max(start, until))
        until = max(until, end)
    return total

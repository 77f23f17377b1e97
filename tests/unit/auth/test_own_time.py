"""Calling in sick, coming back, and the rota as a calendar."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.domain.own_time import away, back, calendar, duties
from shared.contracts.errors import AppError
from shared.contracts.identity import Department
from shared.contracts.staff import Absence, Shift
from tests.factories.staff import ANA, shift

NOW = dt.datetime(2026, 3, 27, 12, tzinfo=dt.UTC)
LISBON = ZoneInfo("Europe/Lisbon")
HOUR = dt.timedelta(hours=1)


def test_one_tap_is_an_absence_from_now_until_further_notice_and_back_ends_it() -> None:
    sick = away(ANA, NOW, None, NOW)
    assert (sick.absences, sick.version, sick.epoch) == ((Absence(start=NOW),), ANA.version + 1, ANA.epoch)
    with pytest.raises(AppError, match="absent for this time"):
        away(sick, NOW + HOUR, None, NOW + HOUR)
    well = back(sick, NOW + 5 * HOUR)
    assert well.absences == (Absence(start=NOW, end=NOW + 5 * HOUR),)
    with pytest.raises(AppError, match="not down as absent"):
        back(well, NOW + 5 * HOUR)


def test_coming_back_at_the_very_moment_leaves_no_absence_of_no_length() -> None:
    assert back(away(ANA, NOW, None, NOW), NOW).absences == ()


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [(NOW, NOW, "end"), (NOW, NOW - HOUR, "end"), (NOW - 48 * HOUR, None, "start"), (NOW + 9000 * HOUR, None, "start")],
)
def test_absence_that_cannot_be_is_refused_by_field(start: dt.datetime, end: dt.datetime | None, field: str) -> None:
    with pytest.raises(AppError) as refused:
        away(ANA, start, end, NOW)
    assert refused.value.breaches[0].field == field


def test_night_shift_is_as_long_as_the_hotel_lives_it_when_the_clock_changes() -> None:
    person = ANA.model_copy(update={"shifts": (shift("23:00", "07:00"),)})
    lengths = {each.start.astimezone(LISBON).date(): each.end - each.start for each in duties(person, LISBON, NOW)}
    assert (lengths[dt.date(2026, 3, 27)], lengths[dt.date(2026, 3, 28)]) == (8 * HOUR, 7 * HOUR)


@given(st.integers(-30, 60 * 24), st.integers(1, 24 * 40))
def test_no_duty_touches_an_absence(begins: int, lasts: int) -> None:
    absence = Absence(start=NOW + begins * HOUR, end=NOW + (begins + lasts) * HOUR)
    person = ANA.model_copy(
        update={"shifts": (shift("07:00", "15:00"), shift("22:00", "06:00")), "absences": (absence,)}
    )
    assert absence.end is not None
    assert all(each.end <= absence.start or each.start >= absence.end for each in duties(person, LISBON, NOW))


def test_calendar_is_lines_of_the_standard_and_names_nobody() -> None:
    desk = Shift(days=(0, 4), start=dt.time(7), end=dt.time(15), department=Department.FRONT_OFFICE)
    person = ANA.model_copy(update={"shifts": (desk,)})
    said = calendar(person.id, duties(person, LISBON, NOW, days=7), NOW)
    lines = said.split("\r\n")
    assert (lines[0], lines[-2], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR", "")
    assert "DTSTART:20260327T070000Z" in lines
    assert "DTSTART:20260330T060000Z" in lines
    assert len({line for line in lines if line.startswith("UID:")}) == lines.count("BEGIN:VEVENT") == 2
    assert person.display_name not in said

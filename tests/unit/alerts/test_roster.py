"""Who is on duty on the property's wall clock."""

import datetime as dt

import pytest

from services.alerts.domain.roster import on_shift, roster_of
from shared.contracts.identity import Role
from shared.contracts.values import zone
from tests.factories.records import PROPERTY, ZONE
from tests.factories.staff import member, shift

LISBON = zone("Europe/Lisbon")
LORD_HOWE = zone("Australia/Lord_Howe")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-28T21:59:00+00:00", False),
        ("2026-03-28T22:00:00+00:00", True),
        ("2026-03-29T00:30:00+00:00", True),
        # 01:00 UTC is when Lisbon's clocks go from 01:00 to 02:00: the night ends an hour earlier in UTC.
        ("2026-03-29T04:59:00+00:00", True),
        ("2026-03-29T05:00:00+00:00", False),
        # In autumn the doubled hour belongs to the night twice.
        ("2026-10-25T00:30:00+00:00", True),
        ("2026-10-25T01:30:00+00:00", True),
        ("2026-10-25T06:00:00+00:00", False),
    ],
)
def test_night_shift_covers_local_hours_when_the_clocks_change(moment: str, expected: bool) -> None:
    assert on_shift((shift("22:00", "06:00"),), dt.datetime.fromisoformat(moment), LISBON) is expected


def test_shift_past_midnight_belongs_to_the_day_it_began() -> None:
    saturday = (shift("22:00", "06:00", days=(5,)),)
    assert on_shift(saturday, dt.datetime(2026, 3, 15, 3, tzinfo=dt.UTC), LISBON)
    assert not on_shift(saturday, dt.datetime(2026, 3, 14, 3, tzinfo=dt.UTC), LISBON)


def test_shift_is_read_in_a_zone_with_half_hours() -> None:
    day = (shift("08:00", "16:00"),)
    assert on_shift(day, dt.datetime(2026, 1, 9, 21, 0, tzinfo=dt.UTC), LORD_HOWE)
    assert not on_shift(day, dt.datetime(2026, 6, 9, 21, 15, tzinfo=dt.UTC), LORD_HOWE)


def test_person_without_shifts_counts_as_reachable() -> None:
    assert on_shift((), dt.datetime(2026, 3, 15, 3, tzinfo=dt.UTC), LISBON)


def test_roster_leaves_out_other_properties_and_people_who_left() -> None:
    staff = (
        member("staff-a", Role.DUTY_MANAGER),
        member("staff-b", Role.DUTY_MANAGER, properties=("resort",)),
        member("staff-c", Role.DUTY_MANAGER, active=False),
        member("staff-d", Role.DUTY_MANAGER, properties=None),
    )
    assert roster_of(staff, PROPERTY, ZONE).with_role(Role.DUTY_MANAGER) == ("staff-a", "staff-d")

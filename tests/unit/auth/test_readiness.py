"""What a hotel's staff and rota lack: said by department, role and hour."""

import datetime as dt

import pytest

from services.auth.domain.readiness import checks, uncovered
from shared.contracts.identity import Department, Role
from shared.contracts.staff import Shift
from tests.factories.access import hotel
from tests.factories.staff import member

HOTEL = hotel().model_copy(update={"departments": (Department.FRONT_OFFICE, Department.HOUSEKEEPING)})
WEEK = tuple(range(7))


def shift(start: int, end: int, *days: int) -> Shift:
    return Shift(days=days or WEEK, start=dt.time(start), end=dt.time(end))


ROUND = (shift(7, 15), shift(15, 23), shift(23, 7))
DESK = member("gil", Role.GENERAL_MANAGER, departments=(Department.FRONT_OFFICE,)).model_copy(update={"shifts": ROUND})
MAID = member("rui", Role.SUPERVISOR, departments=(Department.HOUSEKEEPING,)).model_copy(
    update={"shifts": (shift(8, 16),)}
)


def test_nothing_is_missing_when_everybody_is_there() -> None:
    assert [one.missing for one in checks(HOTEL, [DESK, MAID])] == [(), ()]


def test_empty_hotel_lacks_everything_by_name() -> None:
    staff, rota = checks(HOTEL, [])
    assert staff.missing == (
        "Nobody works in front_office.",
        "Nobody works in housekeeping.",
        "There is no general manager.",
        "There is no supervisor.",
    )
    assert rota.missing == ("Nobody in charge has a shift.", "Nobody is on duty from Monday 00:00 to Monday 00:00.")
    assert (staff.ready, rota.ready) == (False, False)


@pytest.mark.parametrize("change", [{"service": True}, {"active": False}], ids=["a program", "gone"])
def test_programs_and_people_who_left_fill_no_post(change: dict[str, bool]) -> None:
    staff, _ = checks(HOTEL, [DESK, MAID.model_copy(update=change)])
    assert staff.missing == ("Nobody works in housekeeping.", "There is no supervisor.")


def test_hours_without_anybody_are_named() -> None:
    by_day = DESK.model_copy(update={"shifts": (shift(7, 23),)})
    _, rota = checks(HOTEL, [by_day, MAID])
    assert rota.missing[0] == "Nobody is on duty from Monday 00:00 to Monday 07:00."
    assert len(rota.missing) == 8


def test_shift_past_midnight_on_sunday_covers_the_monday_after() -> None:
    assert uncovered([shift(7, 23), shift(23, 7)]) == []
    assert uncovered([shift(23, 7, 6)])[0] == (7 * 60, 6 * 1440 + 23 * 60)

"""Rows of a booking file: what is kept, what is kept with a warning, what is rejected and why."""

import datetime as dt
from pathlib import Path

import pytest

from services.integrations.pms.hotel_bookings.columns import COLUMNS
from services.integrations.pms.hotel_bookings.reader import number
from shared.contracts.stays import StayStatus
from tests.factories.bookings import csv_of, read

DIRTY = [
    ({"agent": "NULL", "company": "NULL"}, None),
    ({"stays_in_week_nights": "0", "reservation_status_date": "2026-07-01"}, "no_nights"),
    ({"adr": "0"}, "rate_zero"),
    ({"adr": "-6.38"}, "rate_negative"),
    ({"adr": "5400"}, "rate_unusual"),
    ({"adults": "0", "children": "1"}, "no_adults"),
    ({"adults": "0"}, "party_empty"),
    ({"country": "NULL"}, "missing"),
    ({"children": "NA"}, "number_missing"),
    ({"meal": "Brunch"}, "unknown_word"),
    ({"is_canceled": "1"}, "contradicts_status"),
    ({"reservation_status_date": "2026-07-02"}, "not_the_departure"),
]
BAD = [
    ({"arrival_date_day_of_month": "32"}, "arrival_date_day_of_month", "too_many"),
    ({"arrival_date_month": "February", "arrival_date_day_of_month": "30"}, "arrival_date_day_of_month", "not_a_date"),
    ({"arrival_date_month": "Juli"}, "arrival_date_month", "not_a_date"),
    ({"arrival_date_year": "0026"}, "arrival_date_year", "not_plausible"),
    ({"stays_in_week_nights": "-1"}, "stays_in_week_nights", "negative"),
    ({"adults": "two"}, "adults", "not_a_number"),
    ({"adults": "55000000000000"}, "adults", "not_a_number"),
    ({"adr": "cheap"}, "adr", "not_an_amount"),
    ({"adr": "NaN"}, "adr", "not_an_amount"),
    ({"adr": "1e9"}, "adr", "not_plausible"),
    ({"hotel": "Palace"}, "hotel", "unknown_hotel"),
    ({"reserved_room_type": ""}, "reserved_room_type", "not_a_room_type"),
    ({"reservation_status": "Gone"}, "reservation_status", "unknown_status"),
    ({"reservation_status_date": "03.07.2026"}, "reservation_status_date", "not_a_date"),
    ({"reservation_status_date": "2026-01-01"}, "reservation_status_date", "before_booking"),
]


def test_row_becomes_a_booking(tmp_path: Path) -> None:
    [found] = read(tmp_path, csv_of({}))

    assert found.problems == []
    assert found.booking is not None
    assert found.booking.arrival == dt.date(2026, 7, 1)
    assert found.booking.departure == dt.date(2026, 7, 3)
    assert found.booking.booked == dt.date(2026, 6, 1)
    assert found.booking.adr == 9050
    assert found.booking.status is StayStatus.CHECKED_OUT


@pytest.mark.parametrize(("row", "rule"), DIRTY)
def test_dirt_that_is_really_there_is_kept_with_a_warning(
    tmp_path: Path, row: dict[str, str], rule: str | None
) -> None:
    [found] = read(tmp_path, csv_of(row))

    assert found.booking is not None
    assert [problem.rule for problem in found.problems] == [each for each in (rule,) if each]
    assert not any(problem.rejected for problem in found.problems)


@pytest.mark.parametrize(("row", "field", "rule"), BAD)
def test_bad_row_is_rejected_by_line_field_and_rule_and_the_rest_is_kept(
    tmp_path: Path, row: dict[str, str], field: str, rule: str
) -> None:
    first, bad, last = read(tmp_path, csv_of({}, row, {"lead_time": "3"}))

    assert bad.booking is None
    assert (3, field, rule) in [(p.line, p.field, p.rule) for p in bad.problems if p.rejected]
    assert first.booking is not None
    assert last.booking is not None


def test_all_faults_of_a_row_are_named_at_once(tmp_path: Path) -> None:
    [found] = read(tmp_path, csv_of({"adr": "x", "adults": "-1", "hotel": "?"}))

    assert {problem.field for problem in found.problems} == {"adr", "adults", "hotel"}


def test_number_depends_on_what_the_row_says_and_not_where_it_stands(tmp_path: Path) -> None:
    one = read(tmp_path, csv_of({}, {"adr": "70"}))
    other = read(tmp_path, csv_of({"adr": "70"}, {"lead_time": "1"}, {}), "other.csv")

    there = {number(each.booking) for each in one if each.booking}
    assert there < {number(each.booking) for each in other if each.booking}


def test_equal_rows_are_different_bookings_with_the_same_numbers_in_every_run(tmp_path: Path) -> None:
    first = [number(each.booking) for each in read(tmp_path, csv_of({}, {}, {})) if each.booking]
    again = [number(each.booking) for each in read(tmp_path, csv_of({}, {}, {}), "again.csv") if each.booking]

    assert len(set(first)) == 3
    assert first == again


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    [usual] = read(tmp_path, csv_of({}))
    [turned] = read(tmp_path, csv_of({}, columns=COLUMNS[::-1]), "turned.csv")

    assert usual.booking == turned.booking

"""The forecast: what it is made of, that it knows nothing it could not have known, and its error on real bookings."""

import csv
import datetime as dt
import lzma
import random
from functools import cache
from pathlib import Path

import pytest

from bench.forecast import booked
from services.reporting.domain.forecast import Booked, Books, What, back_test

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "hotel_bookings.csv.xz"
DAY = dt.timedelta(days=1)
TARGET = dt.date(2026, 6, 15)
real = pytest.mark.skipif(not DATA.exists(), reason="the real bookings are not here")


def week(weeks_before: int, early: int, late: int, lost: int) -> list[Booked]:
    """The target's weekday some weeks before: booked early, booked the day before, cancelled the day before."""
    day = TARGET - 7 * weeks_before * DAY
    soon = Booked(day, day + DAY, day - DAY)
    return (
        [Booked(day, day + 2 * DAY, day - 30 * DAY)] * early
        + [soon] * late
        + [Booked(day, day + DAY, day - 30 * DAY, day - DAY)] * lost
    )


def test_expected_is_what_is_on_the_books_and_what_such_days_gained() -> None:
    past = [one for n in range(1, 9) for one in week(n, early=10, late=4, lost=1)]
    found = Books.of([*past, *week(0, early=12, late=0, lost=0)], What.ARRIVALS, [3]).expected(TARGET, 3)
    assert (found.on_the_books, found.pickup, found.compared_with, found.expected) == (12, 3.0, 8, 15)


def test_occupancy_counts_every_night_and_not_the_day_of_departure() -> None:
    stay = Booked(TARGET, TARGET + 3 * DAY, TARGET - 9 * DAY)
    books = Books.of([stay], What.OCCUPANCY, [1])
    assert [books.came.get(TARGET + n * DAY, 0) for n in range(-1, 4)] == [0, 1, 1, 1, 0]


def test_without_a_past_the_books_alone_are_told() -> None:
    found = Books.of(week(0, 5, 0, 0), What.ARRIVALS, [7]).expected(TARGET, 7)
    assert (found.expected, found.said) == (5, "books_only")


@pytest.mark.parametrize("ahead", [1, 7, 14])
def test_forecast_uses_nothing_that_was_not_known_yet(ahead: int) -> None:
    chance = random.Random(ahead)
    days = [TARGET + chance.randint(-90, 20) * DAY for _ in range(600)]
    stays = [Booked(day, day + DAY, day - chance.randint(0, 40) * DAY) for day in days]
    today = TARGET - ahead * DAY
    known = [one for one in stays if one.booked <= today]
    told = Books.of(known, What.ARRIVALS, [ahead]).expected(TARGET, ahead)
    assert told == Books.of(stays, What.ARRIVALS, [ahead]).expected(TARGET, ahead)


@cache
def bookings(hotel: str) -> list[Booked]:
    """The real bookings of one hotel."""
    with lzma.open(DATA, "rt") as lines:
        return [booked(row) for row in csv.DictReader(lines) if row["hotel"] == hotel]


@real
@pytest.mark.parametrize("hotel", ["City Hotel", "Resort Hotel"])
@pytest.mark.parametrize("what", list(What))
def test_forecast_is_nearer_to_what_came_than_last_week_on_real_bookings(hotel: str, what: What) -> None:
    books = Books.of(bookings(hotel), what, [1, 3, 7, 14])
    tests = [back_test(books, dt.date(2016, 3, 1), dt.date(2017, 7, 31), ahead) for ahead in (1, 3, 7, 14)]
    assert all(one.days > 500 and one.error < one.naive_error for one in tests)


@real
def test_page_on_reports_tells_the_errors_as_they_are() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "reports.md").read_text()
    listed = [row for row in page.splitlines() if row.startswith(("| City", "| Resort"))]
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in listed]
    assert len(rows) == 4
    for place, what, mean, *errors, naive in rows:
        kind = What.ARRIVALS if what == "arrivals" else What.OCCUPANCY
        books = Books.of(bookings(f"{place} Hotel"), kind, [1, 3, 7, 14])
        tests = [back_test(books, dt.date(2016, 3, 1), dt.date(2017, 7, 31), ahead) for ahead in (1, 3, 7, 14)]
        told = [f"{one.error:.2f}" for one in tests]
        assert (f"{tests[0].mean:.1f}", told, f"{tests[2].naive_error:.2f}") == (mean, errors, naive)

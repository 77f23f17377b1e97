"""`python -m bench.forecast BOOKINGS.csv.xz`: the forecast's error on real bookings, beside last week's number."""

import calendar
import csv
import datetime as dt
import lzma
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from services.reporting.domain.forecast import Booked, Books, What, back_test

AHEAD = (1, 3, 7, 14)
MONTHS = {name: number for number, name in enumerate(calendar.month_name)}


def main(
    bookings: Annotated[Path, typer.Argument(exists=True, help="The Hotel Booking Demand data set, xz-compressed.")],
    start: str = "2016-03-01",
    end: str = "2017-07-31",
) -> None:
    """Forecast each day as it would have been done then, and print how far off it was."""
    hotels: dict[str, list[Booked]] = defaultdict(list)
    with lzma.open(bookings, "rt") as lines:
        for row in csv.DictReader(lines):
            hotels[row["hotel"]].append(booked(row))
    first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    print("| hotel | what | days ahead | mean | error | last week's error |\n|---|---|--:|--:|--:|--:|")
    for hotel, stays in sorted(hotels.items()):
        for what in What:
            books = Books.of(stays, what, AHEAD)
            for one in (back_test(books, first, last, ahead) for ahead in AHEAD):
                print(f"| {hotel} | {what} | {one.days_ahead} | {one.mean} | {one.error} | {one.naive_error} |")


def booked(row: Mapping[str, str]) -> Booked:
    """One row of the data set."""
    month = MONTHS[row["arrival_date_month"]]
    arrival = dt.date(int(row["arrival_date_year"]), month, int(row["arrival_date_day_of_month"]))
    nights = int(row["stays_in_week_nights"]) + int(row["stays_in_weekend_nights"])
    came = row["reservation_status"] == "Check-Out"
    gone = None if came else min(arrival, dt.date.fromisoformat(row["reservation_status_date"]))
    day = dt.timedelta(days=1)
    return Booked(arrival, arrival + nights * day, arrival - int(row["lead_time"]) * day, gone)


if __name__ == "__main__":
    typer.run(main)

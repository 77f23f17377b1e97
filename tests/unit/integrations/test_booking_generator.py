"""The generator that stands in for the file: its columns, its shares, and that a seed means the same every time."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from functools import cache

from services.integrations.pms.hotel_bookings import generator
from services.integrations.pms.hotel_bookings.columns import CITY, COLUMNS, RESORT
from services.integrations.pms.hotel_bookings.guests import GuestBook
from services.integrations.pms.hotel_bookings.rows import Booking
from services.integrations.pms.hotel_bookings.source import generated
from shared.contracts.stays import StayStatus

FIRST = dt.date(2026, 1, 1)


@cache
def year() -> Sequence[Booking]:
    """Every thirteenth day of a generated year: each weekday falls equally often."""
    days = [FIRST + dt.timedelta(days=offset) for offset in range(0, 364, 13)]
    return [booking for day in days for booking in generated(7, day, day)]


def share(found: Sequence[Booking], of: Sequence[bool]) -> float:
    """How many of the bookings something is true of."""
    return sum(of) / len(found)


def test_rows_have_the_columns_of_the_file() -> None:
    assert list(next(generator.rows(7, FIRST, FIRST))) == list(COLUMNS)


def test_day_is_the_same_whatever_range_it_lies_in() -> None:
    week = list(generator.rows(7, FIRST, FIRST + dt.timedelta(days=6)))
    day = list(generator.rows(7, FIRST + dt.timedelta(days=3), FIRST + dt.timedelta(days=3)))

    assert day == [row for row in week if row["arrival_date_day_of_month"] == "4"]


def test_another_seed_makes_other_rows() -> None:
    assert list(generator.rows(7, FIRST, FIRST)) != list(generator.rows(8, FIRST, FIRST))


def test_shares_are_those_of_two_real_hotels() -> None:
    made = year()
    stayed = [booking for booking in made if booking.status is StayStatus.CHECKED_OUT]

    assert 0.30 < share(made, [b.status is StayStatus.CANCELLED for b in made]) < 0.42
    assert 0.14 < share(stayed, [b.assigned != b.reserved for b in stayed]) < 0.23
    assert 0.09 < share(made, [b.assigned != b.reserved for b in made]) < 0.15
    assert 0.02 < share(made, [b.repeated for b in made]) < 0.05
    assert 0.38 < share(made, [b.requests > 0 for b in made]) < 0.47
    assert 0.25 < share(made, [b.hotel == RESORT for b in made]) < 0.42
    assert Counter(b.segment for b in made).most_common(1)[0][0] == "online_agency"
    assert Counter(b.reserved for b in made).most_common(1)[0][0] == "A"


def test_season_and_lead_time_are_felt() -> None:
    city = [booking for booking in year() if booking.hotel == CITY]
    months = Counter(booking.arrival.month for booking in city)
    leads = sorted((booking.arrival - booking.booked).days for booking in city)

    assert months[7] + months[8] + months[6] > 1.3 * (months[11] + months[12] + months[1])
    assert 55 < leads[len(leads) // 2] < 95
    assert leads[len(leads) * 9 // 10] > 200


def test_one_guest_in_ten_comes_back_and_shares_a_profile() -> None:
    guests = GuestBook(7)
    visitors = [guests.visitor(booking) for booking in year()]
    returning = [visitor for visitor in visitors if visitor.repeat]

    assert 0.08 < len(returning) / len(visitors) < 0.12
    assert len({visitor.guest.profile for visitor in returning}) < len(returning)
    assert all(visitor.tier for visitor in returning)


def test_guest_is_the_same_in_every_run_and_speaks_the_language_of_the_country() -> None:
    [booking] = [b for b in year() if b.country == "PRT" and not b.repeated][:1]

    one, other = GuestBook(7).visitor(booking), GuestBook(7).visitor(booking)

    assert one == other
    assert one.guest.language == "pt"
    assert one.guest.email is not None
    assert one.guest.email.endswith("@example.com")
    assert GuestBook(8).visitor(booking).guest != one.guest

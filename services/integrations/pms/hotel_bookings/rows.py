"""One row of the file → one booking, with everything that is odd or wrong about it; pure."""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from services.integrations.domain.imports import Problem
from services.integrations.pms.hotel_bookings import columns as c
from shared.contracts.stays import StayStatus

MAX_NIGHTS = 400
MAX_PEOPLE = 99
MAX_ADR = Decimal(100_000)
_ROOM_TYPE = re.compile(r"^[A-Z][A-Z0-9]{0,3}$")
_COUNTRY = re.compile(r"^[A-Z]{2,3}$")
_TWO_LETTERS = {"CN": "CHN"}


class Booking(NamedTuple):
    """One booking as the file tells it: property-local days, money in minor units, our codes, None for unknown."""

    line: int
    key: str
    hotel: str
    arrival: dt.date
    nights: int
    booked: dt.date
    adults: int
    children: int
    babies: int
    meal: str | None
    country: str | None
    segment: str | None
    channel: str | None
    repeated: bool
    reserved: str
    assigned: str
    changes: int
    deposit: str | None
    agent: str | None
    company: str | None
    adr: int
    parking: int
    requests: int
    status: StayStatus
    status_day: dt.date

    @property
    def departure(self) -> dt.date:
        """The day of departure as booked."""
        return self.arrival + dt.timedelta(days=self.nights)


class _Reader:
    """Reads the fields of one row and collects what is wrong with them."""

    def __init__(self, line: int, row: Mapping[str, str]) -> None:
        self.line, self.row = line, row
        self.problems: list[Problem] = []

    def reject(self, field: str, rule: str, message: str) -> None:
        self.problems.append(Problem(self.line, field, rule, message, rejected=True))

    def warn(self, field: str, rule: str, message: str) -> None:
        self.problems.append(Problem(self.line, field, rule, message, rejected=False))

    def count(self, field: str, most: int) -> int:
        """A whole number 0..most; NA is 0 with a warning."""
        text = self.row[field]
        if text.isascii() and text.isdigit() and len(text) < 10:
            value = int(text)
            if value <= most:
                return value
            self.reject(field, "too_many", f"{value} is more than {most}.")
        elif text in c.ABSENT:
            self.warn(field, "number_missing", "No number is given; taken as 0.")
        elif re.fullmatch(r"-\d+", text):
            self.reject(field, "negative", f"{text[:20]} is below zero.")
        else:
            self.reject(field, "not_a_number", f"{text[:20]!r} is not a whole number.")
        return 0

    def code(self, field: str, codes: Mapping[str, str]) -> str | None:
        """Our code for a word; a word we do not know is kept out of the stay, with a warning."""
        text = self.row[field]
        found = codes.get(text)
        if found is None and text not in c.ABSENT:
            self.warn(field, "unknown_word", f"{text[:20]!r} is not a word we know; left empty.")
        elif found is None:
            self.warn(field, "missing", "Not given.")
        return found

    def known(self, field: str) -> str | None:
        """A value that may be absent without a word: most bookings have no agent or company."""
        text = self.row[field]
        return None if text in c.ABSENT else text

    def room_type(self, field: str) -> str:
        text = self.row[field]
        if not _ROOM_TYPE.match(text):
            self.reject(field, "not_a_room_type", f"{text[:20]!r} is not a room type.")
        return text

    def arrival(self) -> dt.date:
        month = c.MONTHS.get(self.row["arrival_date_month"])
        year = self.count("arrival_date_year", 9999)
        day = self.count("arrival_date_day_of_month", 31)
        if month is None:
            self.reject("arrival_date_month", "not_a_date", f"{self.row['arrival_date_month'][:20]!r} is not a month.")
            return dt.date.min
        try:
            found = dt.date(year, month, day)
        except ValueError:
            self.reject("arrival_date_day_of_month", "not_a_date", f"{year}-{month}-{day} is not a date.")
            return dt.date.min
        if not 1990 <= year <= 2100:
            self.reject("arrival_date_year", "not_plausible", f"No hotel stay of ours lies in {year}.")
        return found

    def day(self, field: str) -> dt.date:
        text = self.row[field]
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            self.reject(field, "not_a_date", f"{text[:20]!r} is not a date (YYYY-MM-DD).")
            return dt.date.min

    def adr(self) -> int:
        text = self.row["adr"]
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():  # math.isfinite raises on a signalling NaN
            self.reject("adr", "not_an_amount", f"{text[:20]!r} is not an amount.")
            return 0
        if abs(value) > MAX_ADR:
            self.reject("adr", "not_plausible", f"{text[:20]} a night is beyond {MAX_ADR}.")
            return 0
        if value < 0:
            self.warn("adr", "rate_negative", f"{text[:20]} a night is below zero; kept as it stands.")
        elif value == 0:
            self.warn("adr", "rate_zero", "The rate is 0.")
        elif value > 2000:
            self.warn("adr", "rate_unusual", f"{text[:20]} a night is far above the usual; kept as it stands.")
        return int((value * 100).to_integral_value())

    def country(self) -> str | None:
        text = self.row["country"]
        if text in c.ABSENT:
            self.warn("country", "missing", "No country is given.")
            return None
        if not _COUNTRY.match(text):
            self.warn("country", "unknown_word", f"{text[:20]!r} is not a country code; left empty.")
            return None
        return _TWO_LETTERS.get(text, text)

    def status(self) -> StayStatus:
        word = c.STATUSES.get(self.row["reservation_status"])
        if word is None:
            text = self.row["reservation_status"][:20]
            self.reject("reservation_status", "unknown_status", f"{text!r} is not a status we know.")
            return StayStatus.BOOKED
        if (self.row["is_canceled"] == "1") is (word == "checked_out"):
            self.warn("is_canceled", "contradicts_status", "The flag contradicts the status; the status counts.")
        return StayStatus(word)

    def hotel(self) -> str:
        text = self.row["hotel"]
        if text not in c.HOTELS:
            self.reject("hotel", "unknown_hotel", f"{text[:20]!r} is not a hotel of this file.")
        return text


def parse(line: int, row: Mapping[str, str], key: str) -> tuple[Booking | None, list[Problem]]:
    """Read one row; the booking is None when a problem rejects it. `key` identifies the row's content."""
    read = _Reader(line, row)
    arrival, nights = read.arrival(), _nights(read)
    booking = Booking(
        line=line,
        key=key,
        hotel=read.hotel(),
        arrival=arrival,
        nights=nights,
        booked=_booked(read, arrival),
        adults=read.count("adults", MAX_PEOPLE),
        children=read.count("children", MAX_PEOPLE),
        babies=read.count("babies", MAX_PEOPLE),
        meal=read.code("meal", c.MEALS),
        country=read.country(),
        segment=read.code("market_segment", c.SEGMENTS),
        channel=read.code("distribution_channel", c.CHANNELS),
        repeated=row["is_repeated_guest"] == "1",
        reserved=read.room_type("reserved_room_type"),
        assigned=read.room_type("assigned_room_type"),
        changes=read.count("booking_changes", 1000),
        deposit=read.code("deposit_type", c.DEPOSITS),
        agent=read.known("agent"),
        company=read.known("company"),
        adr=read.adr(),
        parking=read.count("required_car_parking_spaces", MAX_PEOPLE),
        requests=read.count("total_of_special_requests", 20),
        status=read.status(),
        status_day=read.day("reservation_status_date"),
    )
    if not any(problem.rejected for problem in read.problems):
        _together(read, booking)
    rejected = any(problem.rejected for problem in read.problems)
    return (None if rejected else booking), read.problems


def _nights(read: _Reader) -> int:
    nights = read.count("stays_in_weekend_nights", MAX_NIGHTS) + read.count("stays_in_week_nights", MAX_NIGHTS)
    if nights > MAX_NIGHTS:
        read.reject("stays_in_week_nights", "too_many", f"{nights} nights is more than {MAX_NIGHTS}.")
    return nights


def _booked(read: _Reader, arrival: dt.date) -> dt.date:
    lead = read.count("lead_time", 3650)
    return arrival - dt.timedelta(days=lead) if arrival > dt.date.min else arrival


def _together(read: _Reader, booking: Booking) -> None:
    """What only several fields together show."""
    if not booking.nights:
        read.warn("stays_in_week_nights", "no_nights", "The stay has 0 nights: arrival and departure on one day.")
    if not booking.adults:
        empty = not (booking.children or booking.babies)
        rule, said = ("party_empty", "Nobody is booked.") if empty else ("no_adults", "No adult is booked.")
        read.warn("adults", rule, said)
    if booking.status_day < booking.booked:
        read.reject("reservation_status_date", "before_booking", "The status is older than the booking.")
    elif booking.status is StayStatus.CANCELLED and booking.status_day > booking.arrival:
        read.warn("reservation_status_date", "after_arrival", "Cancelled after the day of arrival.")
    elif booking.status is StayStatus.CHECKED_OUT and booking.status_day != booking.departure:
        read.warn("reservation_status_date", "not_the_departure", "Checked out on another day than booked.")

"""Makes rows, bookings and feeds of the hotel booking format for tests."""

import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from services.integrations.domain.connections import Connection
from services.integrations.pms.hotel_bookings import generator
from services.integrations.pms.hotel_bookings.columns import CITY, COLUMNS, RESORT
from services.integrations.pms.hotel_bookings.files import lines
from services.integrations.pms.hotel_bookings.hotels import Hotel, specs
from services.integrations.pms.hotel_bookings.reader import Read, bookings
from services.integrations.pms.hotel_bookings.schedule import Plan, Schedule, build
from services.integrations.pms.hotel_bookings.source import generated
from services.integrations.pms.hotel_bookings.windows import Window
from shared.contracts.values import zone

CHAIN = "demo"
LISBON = zone("Europe/Lisbon")
HOTELS = {RESORT: Hotel(RESORT, "resort", LISBON, "EUR"), CITY: Hotel(CITY, "city", LISBON, "EUR")}
TOKENS = {"resort": "resort-token-" + "r" * 32, "city": "city-token-" + "c" * 32}
CONNECTIONS = {one.hotel: Connection(**one.model_dump(), token=TOKENS[one.property_id]) for one in specs(CHAIN)}
KEY = b"a-key-for-tests-only"
FIRST, TODAY = dt.date(2026, 7, 1), dt.date(2026, 3, 10)
REAL = Path(__file__).parents[3] / "shared" / "data" / "hotel_bookings.csv.xz"
needs_real_file = pytest.mark.skipif(not REAL.exists(), reason="the hotel booking file is not beside the project")

GOOD: dict[str, str] = {
    "hotel": CITY,
    "is_canceled": "0",
    "lead_time": "30",
    "arrival_date_year": "2026",
    "arrival_date_month": "July",
    "arrival_date_week_number": "27",
    "arrival_date_day_of_month": "1",
    "stays_in_weekend_nights": "0",
    "stays_in_week_nights": "2",
    "adults": "2",
    "children": "0",
    "babies": "0",
    "meal": "BB",
    "country": "PRT",
    "market_segment": "Direct",
    "distribution_channel": "Direct",
    "is_repeated_guest": "0",
    "previous_cancellations": "0",
    "previous_bookings_not_canceled": "0",
    "reserved_room_type": "A",
    "assigned_room_type": "A",
    "booking_changes": "0",
    "deposit_type": "No Deposit",
    "agent": "NULL",
    "company": "NULL",
    "days_in_waiting_list": "0",
    "customer_type": "Transient",
    "adr": "90.5",
    "required_car_parking_spaces": "0",
    "total_of_special_requests": "1",
    "reservation_status": "Check-Out",
    "reservation_status_date": "2026-07-03",
}


def csv_of(*rows: dict[str, str], columns: Sequence[str] = COLUMNS) -> bytes:
    """A file of rows; each row may give only what differs from a good one."""
    text = [",".join(columns)] + [",".join((GOOD | row)[name] for name in columns) for row in rows]
    return ("\n".join(text) + "\n").encode()


def read(folder: Path, data: bytes, name: str = "bookings.csv") -> list[Read]:
    """What the reader makes of a file's bytes."""
    path = folder / name
    path.write_bytes(data)
    return list(bookings(lines(path)))


def generated_file(days: int = 7, seed: int = 7) -> bytes:
    """A generated file of some days of arrivals."""
    text = io.StringIO()
    generator.write(text, generator.rows(seed, FIRST, FIRST + dt.timedelta(days=days - 1)))
    return text.getvalue().encode()


def small_schedule(seed: int = 7) -> Schedule:
    """A day of a few hotel guests, moved onto the tests' today."""
    window = Window(FIRST, days=1, ahead=0)
    some = [booking for booking in generated(seed, FIRST, FIRST) if booking.line % 9 == 0]
    return build(some, HOTELS, Plan(window, TODAY, seed))


def payloads(schedule: Schedule, property_id: str = "city") -> list[dict[str, Any]]:
    """The payloads of one hotel, in order."""
    return [event.payload for event in schedule.events if event.property_id == property_id]

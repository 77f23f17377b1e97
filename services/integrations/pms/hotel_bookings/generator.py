"""Makes bookings with the file's columns and realistic shares, for where the file is absent; seeded, day by day."""

import calendar
import csv
import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TextIO

from services.integrations.pms.hotel_bookings import columns as c
from services.integrations.pms.hotel_bookings.chance import Chance
from services.integrations.pms.hotel_bookings.marginals import CANCELLED, CHANNELS, MARGINALS, NO_SHOW, Marginals

Row = dict[str, str]
_DAY = dt.timedelta(days=1)


def rows(seed: int, first: dt.date, last: dt.date) -> Iterator[Row]:
    """Rows of both hotels that arrive between two days; a day's rows are the same whatever range it lies in."""
    for offset in range((last - first).days + 1):
        day = first + offset * _DAY
        for hotel, shares in MARGINALS.items():
            for place in range(_arrivals(seed, hotel, shares, day)):
                yield _row(hotel, shares, day, Chance(seed, f"{hotel}|{day}|{place}"))


def _arrivals(seed: int, hotel: str, shares: Marginals, day: dt.date) -> int:
    mean = shares.arrivals * shares.months[day.month - 1] * shares.weekdays[day.weekday()]
    return round(mean * (0.7 + 0.6 * Chance(seed, f"{hotel}|{day}").roll("arrivals")))


def _lead(shares: Marginals, chance: Chance) -> int:
    """Days of lead: a point on the curve through the quantiles, which are of equal weight."""
    place = chance.roll("lead") * (len(shares.lead) - 1)
    low = int(place)
    return round(shares.lead[low] + (place - low) * (shares.lead[low + 1] - shares.lead[low]))


def _other_room(shares: Marginals, reserved: str, chance: Chance) -> str:
    if chance.roll("mismatch") >= shares.mismatch:
        return reserved
    return next(
        (kind for turn in range(8) if (kind := chance.weighted(f"move{turn}", shares.moves)) != reserved), reserved
    )


def _ending(day: dt.date, nights: int, lead: int, segment: str, chance: Chance) -> tuple[str, dt.date]:
    """How the booking ends, and on which day."""
    cancelled = CANCELLED.get(segment, CANCELLED["Direct"])
    lot = chance.roll("ending")
    if lot < cancelled:
        # Most who cancel do it early or not long before: the share of the lead time that is left is drawn evenly.
        return "Canceled", day - dt.timedelta(days=int(lead * chance.roll("left")))
    if lot < cancelled + NO_SHOW:
        return "No-Show", day
    return "Check-Out", day + dt.timedelta(days=nights)


def _row(hotel: str, shares: Marginals, day: dt.date, chance: Chance) -> Row:
    nights, lead = chance.weighted("nights", shares.nights), _lead(shares, chance)
    segment = chance.weighted("segment", shares.segments)
    reserved = chance.weighted("room", shares.rooms)
    status, status_day = _ending(day, nights, lead, segment, chance)
    weekend = sum(1 for night in range(nights) if (day + night * _DAY).weekday() >= 5)
    free = segment == "Complementary"
    price = shares.adr[day.month - 1] * shares.room_price.get(reserved, 1.0) * (0.75 + 0.5 * chance.roll("adr"))
    channel = CHANNELS.get(segment, "TA/TO")
    return {
        "hotel": hotel,
        "is_canceled": "0" if status == "Check-Out" else "1",
        "lead_time": str(lead),
        "arrival_date_year": str(day.year),
        "arrival_date_month": calendar.month_name[day.month],
        "arrival_date_week_number": str(day.isocalendar().week),
        "arrival_date_day_of_month": str(day.day),
        "stays_in_weekend_nights": str(weekend),
        "stays_in_week_nights": str(nights - weekend),
        **_party(shares, chance),
        "meal": chance.weighted("meal", shares.meals),
        "country": chance.weighted("country", shares.countries),
        "market_segment": segment,
        "distribution_channel": channel,
        "is_repeated_guest": "1" if chance.roll("repeated") < shares.repeated else "0",
        "previous_cancellations": "0",
        "previous_bookings_not_canceled": "0",
        "reserved_room_type": reserved,
        "assigned_room_type": reserved if status == "Canceled" else _other_room(shares, reserved, chance),
        "booking_changes": str(chance.weighted("changes", shares.changes)),
        "deposit_type": "Non Refund" if segment == "Groups" and chance.roll("deposit") < 0.5 else "No Deposit",
        "agent": str(chance.whole("agent", 1, 300)) if channel == "TA/TO" else "NULL",
        "company": str(chance.whole("company", 1, 200)) if channel == "Corporate" else "NULL",
        "days_in_waiting_list": "0",
        "customer_type": "Transient-Party" if segment == "Groups" else "Transient",
        "adr": "0" if free else f"{price:.2f}",
        "required_car_parking_spaces": "1" if chance.roll("parking") < shares.parking else "0",
        "total_of_special_requests": str(chance.weighted("requests", shares.requests)),
        "reservation_status": status,
        "reservation_status_date": status_day.isoformat(),
    }


def _party(shares: Marginals, chance: Chance) -> Row:
    lot, family = chance.roll("adults"), chance.roll("children") < shares.children
    return {
        "adults": "2" if lot < 0.76 else "1" if lot < 0.95 else "3",
        "children": str(chance.whole("how_many", 1, 2)) if family else "0",
        "babies": "1" if chance.roll("babies") < 0.008 else "0",
    }


def write(file: TextIO, made: Iterable[Row]) -> int:
    """Write rows as a file of the format; how many."""
    writer = csv.DictWriter(file, c.COLUMNS, lineterminator="\n")
    writer.writeheader()
    count = 0
    for count, row in enumerate(made, start=1):  # noqa: B007 -- the last count is the answer
        writer.writerow(row)
    return count

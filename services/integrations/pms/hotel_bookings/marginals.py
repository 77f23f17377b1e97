"""How bookings of a resort and a city hotel are spread: plain tables of rounded shares, written by hand, no rows.

They follow what is published about the data set (Data in Brief 22 (2019) 41–49) as shares of the whole; everything
within them is drawn.
"""

from typing import NamedTuple

from services.integrations.pms.hotel_bookings.chance import Weighted
from services.integrations.pms.hotel_bookings.columns import CITY, RESORT


class Marginals(NamedTuple):
    """The shares of one hotel. `arrivals` are bookings a day, ADR is in euros, `mismatch` is among those who come."""

    arrivals: int
    months: tuple[float, ...]
    weekdays: tuple[float, ...]
    nights: Weighted[int]
    lead: tuple[int, ...]
    segments: Weighted[str]
    rooms: Weighted[str]
    moves: Weighted[str]
    mismatch: float
    meals: Weighted[str]
    countries: Weighted[str]
    adr: tuple[int, ...]
    room_price: dict[str, float]
    parking: float
    children: float
    requests: Weighted[int]
    changes: Weighted[int]
    repeated: float


CANCELLED = {"Online TA": 0.36, "Groups": 0.58, "Direct": 0.14, "Offline TA/TO": 0.32, "Corporate": 0.18}
"""Share of bookings cancelled, by segment; other segments as Direct."""

NO_SHOW = 0.01
CHANNELS = {"Direct": "Direct", "Corporate": "Corporate"}
"""The channel of a segment; every other sells through agencies."""

MARGINALS: dict[str, Marginals] = {
    CITY: Marginals(
        arrivals=88,
        months=(0.57, 0.82, 0.95, 1.14, 1.22, 1.22, 1.20, 1.33, 1.13, 1.13, 0.67, 0.61),
        weekdays=(1.04, 0.80, 0.99, 1.15, 1.23, 0.97, 0.81),
        nights=Weighted.of({1: 17, 2: 27, 3: 27, 4: 16, 5: 6, 6: 3, 7: 3, 0: 0.4, 10: 0.6}),
        lead=(0, 1, 4, 15, 32, 51, 74, 103, 141, 188, 277, 335, 460),
        segments=Weighted.of(
            {"Online TA": 49, "Offline TA/TO": 21, "Groups": 17, "Direct": 8, "Corporate": 4, "Complementary": 1}
        ),
        rooms=Weighted.of({"A": 79, "D": 15, "F": 2.3, "E": 2, "B": 1.4, "G": 0.6}),
        moves=Weighted.of({"D": 60, "B": 15, "E": 12, "K": 5, "F": 4, "A": 4}),
        mismatch=0.145,
        meals=Weighted.of({"BB": 78, "SC": 13, "HB": 9}),
        countries=Weighted.of(
            {
                "PRT": 39,
                "FRA": 11,
                "DEU": 8,
                "GBR": 7,
                "ESP": 6,
                "ITA": 4,
                "BEL": 2.5,
                "BRA": 2.5,
                "USA": 2,
                "NLD": 2,
                "CHE": 1.6,
                "IRL": 1.5,
                "CHN": 1.3,
                "SWE": 1,
                "AUT": 1,
                "POL": 1,
                "NULL": 0.1,
            }
        ),
        adr=(80, 80, 88, 105, 120, 117, 107, 109, 107, 100, 85, 85),
        room_price={"A": 0.95, "B": 0.9, "D": 1.3, "E": 1.6, "F": 1.8, "G": 2.1},
        parking=0.024,
        children=0.065,
        requests=Weighted.of({0: 60, 1: 27, 2: 10.5, 3: 2, 4: 0.5}),
        changes=Weighted.of({0: 87, 1: 9, 2: 3, 3: 1}),
        repeated=0.026,
    ),
    RESORT: Marginals(
        arrivals=44,
        months=(0.65, 0.98, 0.98, 1.09, 1.05, 0.92, 1.34, 1.44, 0.95, 1.05, 0.74, 0.78),
        weekdays=(1.11, 0.85, 0.86, 1.09, 0.99, 1.23, 0.86),
        nights=Weighted.of(
            {1: 19, 7: 17, 2: 16, 3: 14, 4: 12, 5: 7, 6: 4.5, 10: 3, 14: 2.5, 8: 2, 9: 1.6, 0: 1, 11: 1}
        ),
        lead=(0, 0, 1, 6, 17, 33, 57, 90, 131, 177, 238, 287, 380),
        segments=Weighted.of(
            {"Online TA": 44, "Offline TA/TO": 19, "Direct": 16, "Groups": 15, "Corporate": 6, "Complementary": 0.5}
        ),
        rooms=Weighted.of({"A": 58, "D": 19, "E": 12, "G": 4, "F": 3, "C": 2.3, "H": 1.5}),
        moves=Weighted.of({"D": 52, "C": 17, "E": 12, "F": 8, "I": 4, "G": 4, "A": 3}),
        mismatch=0.29,
        meals=Weighted.of({"BB": 75, "HB": 20, "Undefined": 3, "FB": 2}),
        countries=Weighted.of(
            {
                "PRT": 44,
                "GBR": 17,
                "ESP": 10,
                "IRL": 5.5,
                "FRA": 4,
                "DEU": 3,
                "CHN": 2,
                "NLD": 1.3,
                "USA": 1.2,
                "ITA": 1.1,
                "BEL": 1.1,
                "BRA": 1,
                "CHE": 1,
                "SWE": 0.7,
                "POL": 0.7,
                "NULL": 1.2,
            }
        ),
        adr=(48, 51, 56, 75, 73, 105, 152, 188, 86, 58, 45, 58),
        room_price={"A": 0.85, "C": 1.6, "D": 1.1, "E": 1.2, "F": 1.4, "G": 1.7, "H": 1.9},
        parking=0.137,
        children=0.09,
        requests=Weighted.of({0: 56, 1: 29, 2: 12, 3: 2.5, 4: 0.5}),
        changes=Weighted.of({0: 80.5, 1: 13.7, 2: 4, 3: 1.8}),
        repeated=0.044,
    ),
}

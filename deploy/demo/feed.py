"""The PMS of both hotels: a real window of bookings moved onto today, pushed through the public webhook."""

import datetime as dt
import zlib
from pathlib import Path

import httpx

from deploy.demo.clock import DemoClock
from deploy.demo.hotels import CURRENCY, FILE_NAMES, ZONE
from services.integrations.pms.hotel_bookings.hotels import Hotel
from services.integrations.pms.hotel_bookings.player import play
from services.integrations.pms.hotel_bookings.poster import Poster
from services.integrations.pms.hotel_bookings.schedule import Plan, Timed, build, deliveries
from services.integrations.pms.hotel_bookings.source import for_window
from services.integrations.pms.hotel_bookings.windows import Window
from shared.contracts.values import zone

FILE = Path(__file__).parents[3] / "shared" / "data" / "hotel_bookings.csv.xz"
DUPLICATES, SHUFFLE = 0.05, 0.05


def hotels() -> dict[str, Hotel]:
    """Both hotels by the file's word for them."""
    return {name: Hotel(name, at, zone(ZONE), CURRENCY) for at, name in FILE_NAMES.items()}


def _among(key: str, share: float) -> bool:
    """Whether a booking is in the share that is played: the same ones each time."""
    return zlib.crc32(key.encode()) % 1000 < share * 1000


class Feed:
    """One day of the file's own time, on the business clock: 5 % pushed twice, 5 % late and so out of order."""

    def __init__(self, file: Path | None, first: dt.date, clock: DemoClock, seed: int, share: float = 1.0) -> None:
        window = Window(first)
        found = (one for one in for_window(file, window, seed) if _among(one.key, share))
        self.schedule = build(found, hotels(), Plan(window, clock.day, seed))
        self.deliveries = deliveries(self.schedule, DUPLICATES, SHUFFLE, seed)
        self._clock = clock
        self.sent = 0

    async def run(self, http: httpx.AsyncClient, tokens: dict[str, str]) -> None:
        """Play the whole day; what a first run pushed before has no effect when it is pushed again."""
        await play(self.deliveries, self._clock.clock, Poster(http, tokens), self._count)

    def _count(self, number: int) -> None:
        self.sent += number

    def pushed(self) -> list[Timed]:
        """What was delivered so far."""
        return list(self.deliveries[: self.sent])

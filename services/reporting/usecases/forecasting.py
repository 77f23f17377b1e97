"""What comes at a hotel on the days ahead, and how far such forecasts were off there lately."""

import asyncio
import datetime as dt
from collections.abc import Callable

from services.reporting.domain.forecast import WEEKS, Booked, Books, Expected, Tested, What, back_test
from services.reporting.ports import StayStore
from services.reporting.usecases.answering import Answering
from shared.contracts.identity import Principal
from shared.contracts.staff import Property
from shared.contracts.values import Frozen, Instant, Scope, local_day, zone

AHEAD = 14
TESTED_DAYS = 28
_BACK = (WEEKS + AHEAD // 7 + 2) * 7 + TESTED_DAYS


class Outlook(Frozen):
    """The days ahead of one property, and the errors of the same forecast on the last four weeks."""

    property_id: str
    today: dt.date
    rooms: int
    days: tuple[Expected, ...]
    tested: tuple[Tested, ...]


class Forecasting:
    """Reads stays on the books. `hotel(chain, property)`: what is known of a property."""

    def __init__(
        self,
        stays: StayStore,
        answering: Answering,
        hotel: Callable[[str, str], Property | None],
        now: Callable[[], Instant],
    ) -> None:
        self._stays, self._answering, self._hotel, self._now = stays, answering, hotel, now

    async def outlook(self, caller: Principal, property_id: str) -> Outlook:
        """For somebody who may read reports of this property; else 403 or 404."""
        self._answering.may(caller, property_id)
        found = await self.ahead(Scope(chain=caller.chain), property_id)
        assert found is not None, "a property that is not there was refused"
        return found

    async def ahead(self, scope: Scope, property_id: str) -> Outlook | None:
        """The next two weeks of a property; None when it is not known."""
        hotel = self._hotel(scope.chain, property_id)
        if hotel is None:
            return None
        today = local_day(self._now(), zone(hotel.zone))
        first, last = today - dt.timedelta(days=_BACK), today + dt.timedelta(days=AHEAD)
        stays = await self._stays.around(scope, property_id, first, last)
        booked = [one.booked(hotel.zone) for one in stays]
        return await asyncio.to_thread(_outlook, hotel, today, booked)


def _outlook(hotel: Property, today: dt.date, stays: list[Booked]) -> Outlook:
    distances = list(range(AHEAD + 1))
    yesterday = today - dt.timedelta(days=1)
    days, tested = list[Expected](), list[Tested]()
    for what in What:
        books = Books.of(stays, what, distances)
        days += [books.expected(today + dt.timedelta(days=ahead), ahead) for ahead in distances]
        start = today - dt.timedelta(days=TESTED_DAYS)
        tested += [back_test(books, start, yesterday, ahead) for ahead in (1, 3, 7)]
    return Outlook(property_id=hotel.id, today=today, rooms=hotel.rooms, days=tuple(days), tested=tuple(tested))

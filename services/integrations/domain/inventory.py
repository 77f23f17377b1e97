"""What a hotel has free on each day, counted from its stays; pure."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from shared.contracts.inventory import InventoryDay
from shared.contracts.stays import Stay, StayStatus

EXPECTED = (StayStatus.BOOKED, StayStatus.CHECKED_IN)


def days_between(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Each day, both ends included."""
    return (first + dt.timedelta(days=offset) for offset in range((last - first).days + 1))


def counted(
    property_id: str, rooms: Mapping[str, int], stays: Iterable[Stay], first: dt.date, last: dt.date
) -> dict[dt.date, InventoryDay]:
    """Every day's rooms, arrivals and departures. A room type that is overbooked has a negative number free."""
    taken: dict[dt.date, Counter[str]] = {day: Counter() for day in days_between(first, last)}
    arrivals, departures = Counter[dt.date](), Counter[dt.date]()
    for stay in stays:
        arrivals[stay.arrival] += 1
        departures[stay.departure] += 1
        if stay.status in EXPECTED:
            kind = stay.room_type_assigned or stay.room_type_reserved
            for day in days_between(max(first, stay.arrival), min(last, stay.departure - dt.timedelta(days=1))):
                taken[day][kind] += 1
    return {
        day: InventoryDay(
            id=f"{property_id}:{day.isoformat()}",
            property_id=property_id,
            day=day,
            rooms=sum(rooms.values()),
            occupied=occupied.total(),
            arrivals=arrivals[day],
            departures=departures[day],
            free={kind: rooms.get(kind, 0) - occupied[kind] for kind in sorted(set(rooms) | set(occupied))},
            version=1,
        )
        for day, occupied in taken.items()
    }


def changed(known: Mapping[dt.date, InventoryDay], now: Mapping[dt.date, InventoryDay]) -> list[InventoryDay]:
    """The days that differ from what was last published, each at its next version."""
    news = []
    for day, count in now.items():
        before = known.get(day)
        if before is None:
            news.append(count)
        elif before.model_copy(update={"version": 1}) != count:
            news.append(count.model_copy(update={"version": before.version + 1}))
    return news

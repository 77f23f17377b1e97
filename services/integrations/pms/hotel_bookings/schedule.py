"""The schedule of a feed: every PMS event of a window, moved onto another day, as timed payloads; pure and seeded."""

import datetime as dt
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from services.integrations.pms.hotel_bookings import webhook
from services.integrations.pms.hotel_bookings.columns import NAME
from services.integrations.pms.hotel_bookings.guests import GuestBook
from services.integrations.pms.hotel_bookings.hotels import Hotel
from services.integrations.pms.hotel_bookings.lives import Life, life, states
from services.integrations.pms.hotel_bookings.rooms import Rooms, allocate
from services.integrations.pms.hotel_bookings.rows import Booking
from services.integrations.pms.hotel_bookings.windows import Window, select
from shared.contracts.values import derived_id

DUPLICATE_WITHIN = dt.timedelta(minutes=30)
SHUFFLE_WITHIN = dt.timedelta(minutes=90)


class Timed(NamedTuple):
    """One payload and when the PMS would push it (business time, UTC)."""

    at: dt.datetime
    property_id: str
    payload: dict[str, Any]


class Schedule(NamedTuple):
    """All events in order: before `start` each booking's last known state, from `start` on what happens live."""

    start: dt.datetime
    end: dt.datetime
    events: tuple[Timed, ...]

    @property
    def known(self) -> int:
        """How many events lie before the start: they are pushed at once."""
        return sum(1 for event in self.events if event.at < self.start)


class Plan(NamedTuple):
    """What to play: which window of the file, moved onto which local day, under which seed."""

    window: Window
    onto: dt.date
    seed: int = 7

    @property
    def shift(self) -> dt.timedelta:
        """How far the window is moved, in whole days."""
        return self.onto - self.window.first

    @property
    def series(self) -> str:
        """The series of this feed's reservation numbers: one for each played day, window and seed."""
        return f"{self.onto:%y%m%d}.{self.window.first:%y%m%d}.{self.seed}"


def _midnight(day: dt.date, hotels: Iterable[Hotel], latest: bool) -> dt.datetime:
    moments = [dt.datetime.combine(day, dt.time(), hotel.zone).astimezone(dt.UTC) for hotel in hotels]
    return max(moments) if latest else min(moments)


def build(bookings: Iterable[Booking], hotels: Mapping[str, Hotel], plan: Plan) -> Schedule:
    """The schedule of a window; `hotels` by the file's word for them, others' bookings are left out."""
    guests = GuestBook(plan.seed)
    lives = [
        life(booking, hotels[booking.hotel], guests, plan.seed, series=plan.series, shift=plan.shift)
        for booking in select(bookings, plan.window)
        if booking.hotel in hotels
    ]
    rooms = allocate(lives, plan.seed)
    start = _midnight(plan.onto, hotels.values(), latest=False)
    end = _midnight(plan.window.end + plan.shift, hotels.values(), latest=True)
    events = (event for one in lives for event in _told(_events(one, rooms.get(one.number)), start, end))
    return Schedule(start, end, tuple(sorted(events, key=lambda event: (event.at, event.payload["event_id"]))))


def _events(of: Life, rooms: Rooms | None) -> list[Timed]:
    told = states(of, rooms.last if rooms else None, rooms.first if rooms else None)
    return [
        Timed(
            state.reservation.source_time,
            of.hotel.property_id,
            webhook.write(
                derived_id(NAME, of.hotel.property_id, of.number, str(index)), state.event, state.reservation
            ),
        )
        for index, state in enumerate(told)
    ]


def _told(events: Sequence[Timed], start: dt.datetime, end: dt.datetime) -> list[Timed]:
    """What is told of a booking: as at a first connection its state at the start, then each event until the end."""
    return [event for event in events if event.at < start][-1:] + [e for e in events if start <= e.at < end]


def deliveries(schedule: Schedule, duplicates: float = 0.0, shuffle: float = 0.0, seed: int = 7) -> Sequence[Timed]:
    """When each event is really delivered: some twice, some late and so out of order, none early and none lost.

    `duplicates` and `shuffle` are shares 0..1. What was known before the start is delivered at the start.
    """
    lot = random.Random(seed)
    out: list[Timed] = []
    for event in schedule.events:
        due = max(event.at, schedule.start)
        late = lot.random() * SHUFFLE_WITHIN if lot.random() < shuffle else dt.timedelta()
        out.append(event._replace(at=due + late))
        if lot.random() < duplicates:
            out.append(event._replace(at=due + late + lot.random() * DUPLICATE_WITHIN))
    return sorted(out, key=lambda delivery: delivery.at)

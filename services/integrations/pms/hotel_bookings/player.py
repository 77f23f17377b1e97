"""Plays a schedule on the business clock as a PMS would: pushes what is due, again and again until it is taken."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from services.integrations.pms.hotel_bookings.schedule import Timed
from services.integrations.pms.hotel_bookings.webhook import MAX_EVENTS

Post = Callable[[str, list[dict[str, Any]]], Awaitable[None]]
"""Delivers payloads of one property; returns when they were accepted, raises when they never will be."""

BATCH = min(100, MAX_EVENTS)


class BusinessClock(Protocol):
    """The part of a clock the player needs."""

    def now(self) -> dt.datetime:
        """Business time, UTC."""
        ...

    def real_of(self, business: dt.datetime) -> dt.datetime:
        """The real moment at which business time gets there."""
        ...

    def real_now(self) -> dt.datetime:
        """Real time, UTC."""
        ...


async def play(
    deliveries: Sequence[Timed],
    clock: BusinessClock,
    post: Post,
    on_sent: Callable[[int], None] = lambda _: None,
) -> int:
    """Push every delivery when it is due and return how many were pushed.

    Played again from the start after a crash, what was already taken has no effect: event ids are derived.
    """
    place = 0
    while place < len(deliveries):
        due = place
        while due < len(deliveries) and deliveries[due].at <= clock.now() and due - place < BATCH:
            due += 1
        if due == place:
            await _until(deliveries[place].at, clock)
            continue
        for property_id in dict.fromkeys(one.property_id for one in deliveries[place:due]):
            await post(property_id, [one.payload for one in deliveries[place:due] if one.property_id == property_id])
        on_sent(due - place)
        place = due
    return place


async def _until(moment: dt.datetime, clock: BusinessClock) -> None:
    wait = (clock.real_of(moment) - clock.real_now()).total_seconds()
    await asyncio.sleep(min(max(wait, 0.005), 5.0))

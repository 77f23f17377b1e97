"""How many of an offer a day allows: numbered slots, each claimed by one record, so that only equal slots conflict."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping

from services.records.domain.offers import OfferTerms, Uses
from shared.contracts.stays import Stay

Taken = Mapping[str, frozenset[int]]
"""The slots that are claimed, by day as ISO text."""


def days_of(terms: OfferTerms, stay: Stay, today: dt.date) -> tuple[dt.date, ...]:
    """The days of a stay on which the offer is delivered, on the hotel's calendar: none that is past, at least one."""
    if terms.uses is Uses.DEPARTURE:
        return (stay.departure,)
    first = max(stay.arrival, today)
    if terms.uses is Uses.ARRIVAL:
        return (first,)
    nights = max(1, (stay.departure - first).days)
    return tuple(first + dt.timedelta(days=night) for night in range(nights))


def free_on(day: str, capacity: int, taken: Taken) -> int:
    """How many are left on a day; none, where more are taken than a lowered capacity allows."""
    return max(0, capacity - len(taken.get(day, frozenset())))


def claims_for(
    record_id: str, capacity: int | None, days: Iterable[dt.date], quantity: int, taken: Taken
) -> tuple[str, ...] | None:
    """The slots a record takes, as day#number; None when a day has too few left, () when there is no limit."""
    if capacity is None:
        return ()
    claims: list[str] = []
    for day in (each.isoformat() for each in days):
        slots = _slots(f"{record_id}|{day}", capacity, quantity, taken.get(day, frozenset()))
        if slots is None:
            return None
        claims += [f"{day}#{slot}" for slot in slots]
    return tuple(claims)


def _slots(key: str, capacity: int, wanted: int, taken: frozenset[int]) -> list[int] | None:
    # A slot over a lowered capacity still counts: only as many of the lower ones may be taken as it leaves.
    allowed = capacity - sum(1 for slot in taken if slot >= capacity)
    free = [slot for slot in range(max(0, allowed)) if slot not in taken]
    if len(free) < wanted:
        return None
    # Every record begins elsewhere, so that neighbours in time seldom want the same slot.
    start = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) % len(free)
    return sorted((free[start:] + free[:start])[:wanted])


def of_claim(claim: str) -> tuple[str, int]:
    """The day and the slot of a claim."""
    day, _, slot = claim.partition("#")
    return day, int(slot)

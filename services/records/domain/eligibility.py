"""Why a stay may have an offer, or may not: every condition, met or not, in words."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from services.records.domain.capacity import Taken, days_of, free_on
from services.records.domain.conditions import stay_facts
from services.records.domain.expressions import Unjudged, holds
from services.records.domain.offers import Eligibility, OfferTerms, OfferVersion, Way
from shared.contracts.stays import Stay, StayStatus
from shared.contracts.values import Code, Frozen, instant_of, local_day

NOON = dt.time(12)
HAVING = frozenset({StayStatus.BOOKED, StayStatus.CHECKED_IN})
"""Stays that can still be given something."""


class Told(Frozen):
    """One condition: whether it is met, and what it says."""

    rule: Code
    met: bool
    message: str


def facts_of(stay: Stay, zone: ZoneInfo, now: dt.datetime) -> dict[str, Any]:
    """What conditions over a stay are judged on."""
    local = now.astimezone(zone)
    return {"stay": stay_facts(stay), "now": now, "today": local.date().isoformat(), "time": f"{local:%H:%M}"}


def judged(conditions: Sequence[Eligibility], facts: Mapping[str, Any]) -> list[Told]:
    """Each of the hotel's own conditions; one that cannot be judged is not met, and says so."""
    return [_judged(each, facts) for each in conditions]


def _judged(condition: Eligibility, facts: Mapping[str, Any]) -> Told:
    try:
        met, message = holds(condition.expression, facts), condition.message
    except Unjudged as why:
        met, message = False, f"{condition.message} (It could not be judged: {why}.)"
    return Told(rule=condition.rule, met=met, message=message)


def begins(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """Noon, in the hotel, of the first day on which it is delivered: what notice and cancelling count from."""
    return instant_of(dt.datetime.combine(day, NOON), zone)


def why(
    offer: OfferVersion, stay: Stay, zone: ZoneInfo, now: dt.datetime, taken: Taken | None = None, quantity: int = 1
) -> tuple[Told, ...]:
    """All conditions of an offer for a stay. `taken` None: capacity is not asked about (it is held already)."""
    return (*_own(offer, stay, zone, now, taken, quantity), *judged(offer.terms.eligibility, facts_of(stay, zone, now)))


def _own(
    offer: OfferVersion, stay: Stay, zone: ZoneInfo, now: dt.datetime, taken: Taken | None, quantity: int
) -> Iterable[Told]:
    terms, today = offer.terms, local_day(now, zone)
    days = days_of(terms, stay, today)
    first, last = terms.valid_from or dt.date.min, terms.valid_until or dt.date.max
    yield Told(rule="live", met=offer.live, message="It is sold at present.")
    yield Told(rule="property", met=offer.property_id == stay.property_id, message="The stay is at this hotel.")
    having = HAVING | {StayStatus.CHECKED_OUT} if terms.after_stay else HAVING
    yield Told(rule="stay_status", met=stay.status in having, message="The stay can still be given it.")
    dated = all(first <= day <= last for day in days)
    yield Told(rule="valid_dates", met=dated, message=f"It is valid {_span(terms)}.")
    yield Told(rule="notice", met=_in_time(terms, days[0], zone, now, today), message=_notice(terms))
    yield Told(
        rule="currency", met=terms.price.currency == stay.rate.currency, message="It is priced in the stay's currency."
    )
    # Standbys and bids stand in line: what is free is asked when they are decided.
    if terms.capacity is not None and taken is not None and terms.way is Way.FIXED:
        left = min(free_on(day.isoformat(), terms.capacity, taken) for day in days)
        yield Told(rule="capacity", met=left >= quantity, message=f"{left} of {terms.capacity} are left on its day.")


def _in_time(terms: OfferTerms, day: dt.date, zone: ZoneInfo, now: dt.datetime, today: dt.date) -> bool:
    if not terms.notice_hours:
        return today <= day
    return now <= begins(day, zone) - dt.timedelta(hours=terms.notice_hours)


def _notice(terms: OfferTerms) -> str:
    if not terms.notice_hours:
        return "Its day is not over."
    return f"It is ordered {terms.notice_hours} hours before noon of its day."


def _span(terms: OfferTerms) -> str:
    if terms.valid_from and terms.valid_until:
        return f"from {terms.valid_from} to {terms.valid_until}"
    if terms.valid_from or terms.valid_until:
        return f"from {terms.valid_from}" if terms.valid_from else f"until {terms.valid_until}"
    return "on every day"


def unmet(told: Iterable[Told]) -> tuple[Told, ...]:
    """The conditions that do not hold."""
    return tuple(each for each in told if not each.met)

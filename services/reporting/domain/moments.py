"""The moments at which something happened to a record, by which it is found."""

import datetime as dt
from collections.abc import Iterator

from services.reporting.domain.fact import Fact


def is_place(text: str) -> bool:
    """Whether this may have been said by `place_of`."""
    moment, _, record = text.partition("|")
    try:
        return bool(record) and dt.datetime.fromisoformat(moment).utcoffset() == dt.timedelta()
    except ValueError:
        return False


def place_of(fact: Fact) -> str:
    """Where a fact stands in a list by last movement, to go on after it."""
    moments = sorted(moments_of(fact))
    return f"{moments[-1].isoformat() if moments else ''}|{fact.id}"


def moments_of(fact: Fact) -> Iterator[dt.datetime]:
    """Every moment that some report counts by."""
    if fact.life:
        yield from (fact.life.opened_at, fact.life.due_at)
        yield from (one.closed_at for one in fact.life.closes)
        yield from (one.at for one in fact.life.exceptions)
        yield from (one.at for one in fact.life.lines)
        yield from (one.at for one in fact.life.confirmed)
        yield from fact.life.repeats
        yield from (one.start for one in fact.life.stretches)
        if fact.life.sale:
            yield fact.life.sale.at
            yield fact.life.sale.sold_at or fact.life.sale.at
    yield from (one.opened_at for one in fact.alerts)
    yield from (one.made_at for one in fact.offers)

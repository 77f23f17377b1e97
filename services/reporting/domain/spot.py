"""Spot checks: which records are drawn on a busy day, and how what somebody found compares with the record."""

import datetime as dt
import hashlib
import math
from collections.abc import Iterator, Sequence

from services.reporting.domain.fact import Fact
from services.reporting.domain.local import day_of
from services.reporting.domain.tally import ALL, Entry, group
from shared.contracts.identity import Department
from shared.contracts.records import Outcome
from shared.contracts.values import Code, EntityId, Frozen, Instant, Slug, Version, derived_id

SPOTS = "spots"
DONE, VALUE = "done", "value"
MOST, SHARE = 20, 0.1


class SpotCheck(Frozen):
    """One check of one record: where to look and for what, never what the record says of it."""

    id: EntityId
    chain: Slug
    property_id: Slug
    day: dt.date
    record_id: EntityId
    kind: Code
    department: Department
    room: str | None = None
    asks: tuple[str, ...] = (DONE,)
    value_of: str | None = None
    entered_by: EntityId | None = None
    entered_at: Instant | None = None
    right: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    version: Version = 1


class Found(Frozen):
    """What is really there."""

    done: bool
    value: str | None = None


def size_of(count: int) -> int:
    """How many of so many closes are checked: a tenth, at least five where there are as many, at most twenty."""
    return min(count, MOST, max(5, math.ceil(count * SHARE)))


def drawn(facts: Sequence[Fact], property_id: str, day: dt.date) -> list[Fact]:
    """The records of a day that are checked: by chance, but the same ones whenever it is asked again."""
    closed = [fact for fact in facts if fact.property_id == property_id and _closed_on(fact, day)]
    by_chance = sorted(closed, key=lambda fact: hashlib.sha256(f"{property_id}|{day}|{fact.id}".encode()).digest())
    return by_chance[: size_of(len(closed))]


def _closed_on(fact: Fact, day: dt.date) -> bool:
    life = fact.life
    if life is None or life.is_open or not life.closes:
        return False
    last = life.closes[-1]
    return last.outcome is Outcome.FULFILLED and day_of(last.closed_at, fact.zone) == day


def planned(fact: Fact, day: dt.date) -> SpotCheck:
    """The check of one record."""
    life = fact.life
    assert life is not None
    return SpotCheck(
        id=derived_id("spot", fact.id, day.isoformat()),
        chain=fact.chain,
        property_id=fact.property_id,
        day=day,
        record_id=fact.id,
        kind=life.kind,
        department=life.department,
        room=life.room,
        asks=(DONE, VALUE) if life.promised is not None else (DONE,),
        value_of=life.promised_field,
    )


def entered(check: SpotCheck, fact: Fact, found: Found, by: str, at: dt.datetime) -> SpotCheck:
    """The check with what somebody found, compared with the record as it stands."""
    life = fact.life
    assert life is not None
    agrees = {DONE: found.done == (life.outcome is Outcome.FULFILLED)}
    if VALUE in check.asks:
        agrees[VALUE] = found.value is not None and found.value.strip().lower() == life.promised
    return check.model_copy(
        update={
            "entered_by": by,
            "entered_at": at,
            "right": tuple(name for name, yes in agrees.items() if yes),
            "wrong": tuple(name for name, yes in agrees.items() if not yes),
            "version": check.version + 1,
        }
    )


def entries(check: SpotCheck) -> Iterator[Entry]:
    """What a check gives to the sums of its day."""
    yield Entry(check.day, SPOTS, ALL, "planned")
    if check.entered_by is None:
        yield Entry(check.day, SPOTS, ALL, "waiting")
        return
    yield Entry(check.day, SPOTS, ALL, "entered")
    for measure, names in (("right", check.right), ("wrong", check.wrong)):
        for name in names:
            for where in (ALL, group(field=name), group(department=check.department.value)):
                yield Entry(check.day, SPOTS, where, measure)

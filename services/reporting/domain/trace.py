"""The business trace of one close: true times, ids that follow from the record, so that it is the same for ever."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from itertools import groupby

from services.reporting.domain.fact import Close, Fact, Stretch
from services.reporting.domain.timeline import between
from shared.contracts.values import Frozen, Instant


class BusinessSpan(Frozen):
    """One span: times are those of the hotel's day, attributes are codes only."""

    id: int
    name: str
    start: Instant
    end: Instant
    attributes: dict[str, str | bool | int]
    children: "tuple[BusinessSpan, ...]" = ()


class BusinessTrace(Frozen):
    """A whole trace; its id has 128 bits, those of its spans 64 (W3C Trace Context)."""

    id: int
    root: BusinessSpan
    links: tuple[str, ...] = ()
    """W3C traceparents of the commands that moved the record: its technical traces."""


def trace_of(fact: Fact, number: int) -> BusinessTrace | None:
    """The trace of one close: trigger to close, below it each department's stretches, below those each status.

    None when the record or that close is not known.
    """
    life = fact.life
    close = next((one for one in life.closes if one.number == number), None) if life else None
    if life is None or close is None:
        return None
    stretches = between(life.stretches, close.began_at, close.closed_at)
    seed = f"{fact.id}|{number}"
    root = BusinessSpan(
        id=_bits(f"{seed}|root", 8),
        name=life.kind,
        start=close.began_at,
        end=max(close.closed_at, close.began_at),
        attributes=_root_attributes(fact, close),
        children=_departments(seed, stretches),
    )
    return BusinessTrace(id=_bits(seed, 16), root=root, links=life.traces)


def _root_attributes(fact: Fact, close: Close) -> dict[str, str | bool | int]:
    assert fact.life is not None
    return {
        "bellboard.record": fact.id,
        "bellboard.property": fact.property_id,
        "bellboard.workflow": fact.life.workflow,
        "bellboard.outcome": close.outcome.value,
        "bellboard.close": close.number,
        "bellboard.late": close.closed_at > close.due_at,
    }


def _departments(seed: str, stretches: Sequence[Stretch]) -> tuple[BusinessSpan, ...]:
    spans = []
    for index, (department, some) in enumerate(groupby(stretches, key=lambda one: one.department)):
        held = list(some)
        inner = f"{seed}|{index}"
        children = tuple(_status(f"{inner}|{n}", stretch) for n, stretch in enumerate(held))
        spans.append(
            BusinessSpan(
                id=_bits(inner, 8),
                name=department.value,
                start=held[0].start,
                end=_end(held[-1]),
                attributes={"bellboard.department": department.value},
                children=children,
            )
        )
    return tuple(spans)


def _status(seed: str, stretch: Stretch) -> BusinessSpan:
    return BusinessSpan(
        id=_bits(seed, 8),
        name=stretch.status.value,
        start=stretch.start,
        end=_end(stretch),
        attributes={"bellboard.status": stretch.status.value, "bellboard.paused": stretch.paused},
    )


def _end(stretch: Stretch) -> dt.datetime:
    assert stretch.end is not None
    return stretch.end


def _bits(seed: str, size: int) -> int:
    """An id that is never zero, as the standard asks."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:size], "big") or 1

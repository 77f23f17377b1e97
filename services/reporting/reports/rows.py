"""Facts as rows of a table, for exports: one a close or one a money line, each column of one data class."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from services.reporting.domain.fact import Close, Fact, Life
from services.reporting.domain.local import day_of, hour_of, shift_of, whole_ms_between
from services.reporting.domain.timeline import between
from services.reporting.reports.money import state_of
from shared.contracts.identity import DataClass
from shared.contracts.values import Frozen, Instant, Slug


class Table(StrEnum):
    """What is exported."""

    CLOSES = "closes"
    LINES = "lines"


class Column(NamedTuple):
    """A column: its name, its type (text, whole, moment, day or truth), and who may see it."""

    name: str
    kind: str
    data_class: DataClass = DataClass.ORDINARY


COLUMNS: dict[Table, tuple[Column, ...]] = {
    Table.CLOSES: (
        Column("day", "day"),
        Column("property", "text"),
        Column("record", "text"),
        Column("close", "whole"),
        Column("workflow", "text"),
        Column("kind", "text"),
        Column("department", "text"),
        Column("owner", "text", DataClass.STAFF),
        Column("outcome", "text"),
        Column("shift", "text"),
        Column("hour", "whole"),
        Column("began_at", "moment"),
        Column("closed_at", "moment"),
        Column("due_at", "moment"),
        Column("late", "truth"),
        Column("raw_ms", "whole"),
        Column("worked_ms", "whole"),
        Column("exceptions", "whole"),
        Column("corrections", "whole"),
        Column("repeats", "whole"),
    ),
    Table.LINES: (
        Column("day", "day"),
        Column("property", "text"),
        Column("record", "text"),
        Column("line", "text"),
        Column("kind", "text"),
        Column("record_kind", "text"),
        Column("department", "text"),
        Column("state", "text"),
        Column("currency", "text", DataClass.PAYMENT),
        Column("minor_units", "whole", DataClass.PAYMENT),
    ),
}


def closes(fact: Fact) -> Iterator[dict[str, Any]]:
    """A row for each close."""
    life = fact.life
    for close in life.closes if life else ():
        if life is not None:
            yield _close(fact, life, close)


def _close(fact: Fact, life: Life, close: Close) -> dict[str, Any]:
    stretches = between(life.stretches, close.began_at, close.closed_at)
    whole = whole_ms_between(close.began_at, close.closed_at)
    paused = sum(whole_ms_between(one.start, one.end) for one in stretches if one.paused and one.end)
    hour = hour_of(close.began_at, fact.zone)
    return {
        "day": day_of(close.closed_at, fact.zone),
        "property": fact.property_id,
        "record": fact.id,
        "close": close.number,
        "workflow": life.workflow,
        "kind": life.kind,
        "department": (stretches[-1].department if stretches else life.department).value,
        "owner": close.owner,
        "outcome": close.outcome.value,
        "shift": shift_of(hour),
        "hour": hour,
        "began_at": close.began_at,
        "closed_at": close.closed_at,
        "due_at": close.due_at,
        "late": close.closed_at > close.due_at,
        "raw_ms": whole,
        "worked_ms": whole - paused,
        "exceptions": len(life.exceptions),
        "corrections": life.corrections,
        "repeats": close.repeats,
    }


def lines(fact: Fact) -> Iterator[dict[str, Any]]:
    """A row for each money line."""
    life = fact.life
    for line in life.lines if life else ():
        if life is not None:
            yield {
                "day": day_of(line.at, fact.zone),
                "property": fact.property_id,
                "record": fact.id,
                "line": line.id,
                "kind": line.kind.value,
                "record_kind": life.kind,
                "department": life.department.value,
                "state": state_of(fact, line),
                "currency": line.amount.currency,
                "minor_units": line.amount.amount,
            }


ROWS: dict[Table, Callable[[Fact], Iterator[dict[str, Any]]]] = {Table.CLOSES: closes, Table.LINES: lines}


def seen(table: Table, classes: frozenset[DataClass]) -> Sequence[Column]:
    """The columns that somebody may see; a column of another class is not there at all."""
    return [column for column in COLUMNS[table] if column.data_class in classes]


class ExportState(StrEnum):
    """Where an export stands."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Export(Frozen):
    """A table that somebody asked for, made in the background: how many facts were looked at and how many rows "
    "were found."""

    id: str
    chain: Slug
    property_id: Slug | None
    table: Table
    format: str
    start: dt.date
    end: dt.date
    by: str
    asked_at: Instant
    state: ExportState = ExportState.WAITING
    looked_at: int = 0
    rows: int = 0
    version: int = 1

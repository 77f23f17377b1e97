"""The timeline of a record: who held it, in which status, for how long, pauses apart."""

import datetime as dt
from collections.abc import Iterable, Sequence

from services.reporting.domain.fact import Fact, Life, Stretch
from shared.contracts.identity import Department
from shared.contracts.records import RecordSnapshot, Status
from shared.contracts.values import Frozen, Instant


class Held(Frozen):
    """A time in seconds, and the part of it in which the clock was paused."""

    total_s: float
    paused_s: float

    @property
    def worked_s(self) -> float:
        """The time without its pauses."""
        return self.total_s - self.paused_s


def extended(stretches: Sequence[Stretch], record: RecordSnapshot, at: dt.datetime) -> tuple[Stretch, ...]:
    """The stretches after an event at `at`: the open one ends when anything about it changed; a closed record has none.

    Times never run backwards: an event dated before the open stretch began counts from where that began.
    """
    done, current = _split(stretches)
    if current is not None:
        at = max(at, current.start)
        if record.status is not Status.COMPLETE and _same(current, record):
            return tuple(stretches)
        if at > current.start:
            done = (*done, current.model_copy(update={"end": at}))
    if record.status is Status.COMPLETE:
        return done
    fresh = Stretch(
        department=record.department,
        owner=record.owner,
        status=record.status,
        paused=record.paused_at is not None,
        start=at,
    )
    return (*done, fresh)


def _split(stretches: Sequence[Stretch]) -> tuple[tuple[Stretch, ...], Stretch | None]:
    if stretches and stretches[-1].end is None:
        return tuple(stretches[:-1]), stretches[-1]
    return tuple(stretches), None


def _same(stretch: Stretch, record: RecordSnapshot) -> bool:
    now = (record.department, record.owner, record.status, record.paused_at is not None)
    return (stretch.department, stretch.owner, stretch.status, stretch.paused) == now


def length_s(stretch: Stretch, now: dt.datetime) -> float:
    """How long a stretch lasted, or has lasted by now."""
    return ((stretch.end or max(now, stretch.start)) - stretch.start).total_seconds()


def held(stretches: Iterable[Stretch], now: dt.datetime) -> Held:
    """The sum of some stretches."""
    lengths = [(length_s(stretch, now), stretch.paused) for stretch in stretches]
    return Held(total_s=sum(s for s, _ in lengths), paused_s=sum(s for s, paused in lengths if paused))


def by_department(stretches: Iterable[Stretch], now: dt.datetime) -> dict[Department, Held]:
    """How long each department held the record."""
    listed = list(stretches)
    departments = dict.fromkeys(stretch.department for stretch in listed)
    return {one: held((s for s in listed if s.department is one), now) for one in departments}


def between(stretches: Iterable[Stretch], start: dt.datetime, end: dt.datetime) -> tuple[Stretch, ...]:
    """The stretches that lie within a run of the record, from its begin to its close."""
    return tuple(one for one in stretches if one.start >= start and one.end is not None and one.end <= end)


class Timing(Frozen):
    """Where a record stands against its deadline at a moment."""

    late: bool
    at_risk: bool


def timing(life: Life, now: dt.datetime) -> Timing:
    """`late`: past its due moment, by its close or by now; a pause that began in time stops the clock."""
    stopped = life.paused_at is not None and life.paused_at <= life.due_at
    if life.closed_at is not None:
        return Timing(late=life.closed_at > life.due_at, at_risk=False)
    late = now > life.due_at and not stopped
    return Timing(late=late, at_risk=not late and not stopped and now >= life.warn_at)


class Row(Frozen):
    """One stretch of a waterfall."""

    department: Department
    status: Status
    owner: str
    paused: bool
    start: Instant
    end: Instant | None
    seconds: float


class Waterfall(Frozen):
    """The picture of where a record's time went, up to now."""

    record_id: str
    kind: str
    started_at: Instant
    ended_at: Instant | None
    total_s: float
    paused_s: float
    departments: dict[Department, Held]
    rows: tuple[Row, ...]


def waterfall(fact: Fact, now: dt.datetime) -> Waterfall | None:
    """The waterfall of a record, or None before its own first event came."""
    life = fact.life
    if life is None:
        return None
    whole = held(life.stretches, now)
    rows = tuple(Row(**stretch.model_dump(), seconds=length_s(stretch, now)) for stretch in life.stretches)
    return Waterfall(
        record_id=fact.id,
        kind=life.kind,
        started_at=life.opened_at,
        ended_at=life.closed_at,
        total_s=whole.total_s,
        paused_s=whole.paused_s,
        departments=by_department(life.stretches, now),
        rows=rows,
    )

"""The life of a record: each snapshot adds to what the ones before have told."""

import datetime as dt
from typing import Any

from services.reporting.domain.fact import Close, ExceptionRaised, Life, Line, whole_ms
from services.reporting.domain.timeline import extended
from shared.contracts.records import Outcome, RecordSnapshot, Status

UNKNOWN_CAUSE = "unnamed"


def lived(before: Life | None, record: RecordSnapshot, at: dt.datetime) -> Life:
    """The life after an event at `at`. A version that never came costs detail, never the figures of the state."""
    opened = whole_ms(record.opened_at)
    start = opened if before is None else at
    return Life(
        version=record.version,
        workflow=record.workflow,
        kind=record.kind,
        slot=record.slot,
        department=record.department,
        owner=record.owner,
        status=record.status,
        outcome=record.outcome,
        stay_id=record.stay_id,
        room=record.room,
        opened_at=opened,
        accept_by=whole_ms(record.accept_by),
        due_at=whole_ms(record.due_at),
        warn_at=whole_ms(record.due_at) - dt.timedelta(seconds=record.sla.warn_s),
        accepted_at=_accepted_at(before, record, at),
        paused_at=whole_ms(record.paused_at) if record.paused_at else None,
        closed_at=whole_ms(record.closed_at) if record.closed_at else None,
        stretches=extended(before.stretches if before else (), record, start),
        closes=_closes(before, record, at),
        exceptions=_exceptions(before, record, at),
        lines=_lines(before, record, at),
        handoffs=record.handoffs,
        corrections=record.corrections,
        score=_score(record.fields.get("score")),
    )


def _accepted_at(before: Life | None, record: RecordSnapshot, at: dt.datetime) -> dt.datetime | None:
    known = before.accepted_at if before else None
    return known or (at if record.accepted else None)


def _closes(before: Life | None, record: RecordSnapshot, at: dt.datetime) -> tuple[Close, ...]:
    closes = before.closes if before else ()
    if record.status is not Status.COMPLETE or any(one.number == record.close_count for one in closes):
        return closes
    fresh = Close(
        number=record.close_count,
        began_at=_began(before, record),
        closed_at=whole_ms(record.closed_at or at),
        due_at=whole_ms(record.due_at),
        outcome=record.outcome or Outcome.CANCELLED,
    )
    return (*closes, fresh)


def _began(before: Life | None, record: RecordSnapshot) -> dt.datetime:
    """The trigger for a first close; for a later one the first stretch after the close before."""
    if before is None or not before.closes:
        return whole_ms(record.opened_at)
    last = before.closes[-1].closed_at
    return next((stretch.start for stretch in before.stretches if stretch.start >= last), last)


def _exceptions(before: Life | None, record: RecordSnapshot, at: dt.datetime) -> tuple[ExceptionRaised, ...]:
    """Counted by the snapshot's own number, so that a version that never came loses none."""
    known = before.exceptions if before else ()
    fresh = ExceptionRaised(at=at, department=record.department, cause=record.exception_cause or UNKNOWN_CAUSE)
    return (*known, *[fresh] * (record.exceptions - len(known)))


def _lines(before: Life | None, record: RecordSnapshot, at: dt.datetime) -> tuple[Line, ...]:
    since = {line.id: line.at for line in before.lines} if before else {}
    return tuple(
        Line(id=line.id, kind=line.kind, amount=line.amount, state=line.state, at=since.get(line.id, at))
        for line in record.money
    )


def _score(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None

"""The life of a record: each snapshot adds to what the ones before have told."""

import datetime as dt
import re
from typing import Any

from services.reporting.domain.fact import Close, ExceptionRaised, Life, Line, whole_ms
from services.reporting.domain.retelling import asked, confirmed, sold
from services.reporting.domain.timeline import extended
from shared.contracts.records import Outcome, RecordSnapshot, Status, TriggerKind

UNKNOWN_CAUSE = "unnamed"
MOST_TRACES = 32
_CAUSES = ("cause", "topic", "problem", "service", "offer")
"""Fields that say by a code what a record is about, the most telling first."""
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")


class Telling:
    """A life that is being told: what grows from snapshot to snapshot; all else is in the last one.

    A version that never came costs detail, never the figures of the state.
    """

    def __init__(self, before: Life | None) -> None:
        self._before = before
        self._version = before.version if before else 0
        self._accepted_at = before.accepted_at if before else None
        self._stretches = before.stretches if before else ()
        self._closes = before.closes if before else ()
        self._exceptions = before.exceptions if before else ()
        self._asked_at = {line.id: line.at for line in before.lines} if before else {}
        self._confirmed = before.confirmed if before else ()
        self._corrections = before.corrections if before else 0
        self._questions = before.questions if before else ()
        self._repeats = before.repeats if before else ()
        self._sale = before.sale if before else None
        self._traces = before.traces if before else ()
        self._last: RecordSnapshot | None = None

    def hear(
        self, record: RecordSnapshot, version: int, at: dt.datetime, reason: str | None = None, trace: str | None = None
    ) -> None:
        """Add the snapshot of an event at `at` (whole milliseconds), unless it was heard before.

        `reason` is the code that the event gave, `trace` the traceparent of the command behind it.
        """
        if version <= self._version:
            return
        if trace is not None and trace not in self._traces:
            self._traces = (*self._traces, trace)[-MOST_TRACES:]
        self._repeats = (*self._repeats, *[at] * (record.repeats - len(self._repeats)))
        self._confirmed = confirmed(self._confirmed, record, record.corrections - self._corrections, at)
        self._corrections = record.corrections
        self._questions = asked(self._questions, record, at)
        self._sale = sold(self._sale, record, at)
        start = at if self._version else whole_ms(record.opened_at)
        self._closes = self._closed(record, at, reason)
        self._stretches = extended(self._stretches, record, start)
        self._accepted_at = self._accepted_at or (at if record.accepted else None)
        self._exceptions = self._raised(record, at)
        self._asked_at = {line.id: self._asked_at.get(line.id, at) for line in record.money}
        self._version, self._last = version, record

    @property
    def zone(self) -> str | None:
        """The time zone as last heard; None when nothing new was."""
        return self._last.zone if self._last else None

    def told(self) -> Life | None:
        """The life by now; what it was before when nothing new was heard."""
        record = self._last
        if record is None:
            return self._before
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
            opened_at=whole_ms(record.opened_at),
            accept_by=whole_ms(record.accept_by),
            due_at=whole_ms(record.due_at),
            warn_at=whole_ms(record.due_at) - dt.timedelta(seconds=record.sla.warn_s),
            accepted_at=self._accepted_at,
            paused_at=whole_ms(record.paused_at) if record.paused_at else None,
            closed_at=whole_ms(record.closed_at) if record.closed_at else None,
            stretches=self._stretches,
            closes=self._closes,
            exceptions=self._exceptions,
            lines=tuple(
                Line(
                    id=line.id,
                    kind=line.kind,
                    amount=line.amount,
                    state=line.state,
                    at=self._asked_at[line.id],
                    adjusts=line.adjusts,
                )
                for line in record.money
            ),
            handoffs=record.handoffs,
            corrections=record.corrections,
            score=_score(record.fields.get("score")),
            asked_for=record.trigger.kind is TriggerKind.GUEST_REQUEST,
            cause=_cause(record),
            confirmed=self._confirmed,
            questions=self._questions,
            repeats=self._repeats,
            sale=self._sale,
            traces=self._traces,
            promised=_promised(record),
            promised_field=record.checked.field if record.checked and _promised(record) is not None else None,
        )

    def _closed(self, record: RecordSnapshot, at: dt.datetime, reason: str | None) -> tuple[Close, ...]:
        if record.status is not Status.COMPLETE or any(one.number == record.close_count for one in self._closes):
            return self._closes
        fresh = Close(
            number=record.close_count,
            began_at=self._began(record),
            closed_at=whole_ms(record.closed_at or at),
            due_at=whole_ms(record.due_at),
            outcome=record.outcome or Outcome.CANCELLED,
            owner=record.owner,
            department=record.department,
            reason=reason if reason and _CODE.fullmatch(reason) else None,
            repeats=record.repeats,
        )
        return (*self._closes, fresh)

    def _began(self, record: RecordSnapshot) -> dt.datetime:
        """The trigger for a first close; for a later one the first stretch after the close before."""
        if not self._closes:
            return whole_ms(record.opened_at)
        last = self._closes[-1].closed_at
        return next((stretch.start for stretch in self._stretches if stretch.start >= last), last)

    def _raised(self, record: RecordSnapshot, at: dt.datetime) -> tuple[ExceptionRaised, ...]:
        """Counted by the snapshot's own number, so that a version that never came loses none."""
        missing = record.exceptions - len(self._exceptions)
        if missing <= 0:
            return self._exceptions
        fresh = ExceptionRaised(at=at, department=record.department, cause=record.exception_cause or UNKNOWN_CAUSE)
        return (*self._exceptions, *[fresh] * missing)


def _score(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _cause(record: RecordSnapshot) -> str | None:
    said = (record.fields.get(name) for name in _CAUSES)
    return next((one for one in said if isinstance(one, str) and _CODE.fullmatch(one)), None)


def _promised(record: RecordSnapshot) -> str | None:
    """The confirmed value as it would be read off: a text's reference is none of ours."""
    value = record.checked.value if record.checked else None
    return str(value).strip().lower() if isinstance(value, str | int | bool) else None

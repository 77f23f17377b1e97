"""A handover: all open work of a department as one shift leaves it to the next, and what changed in between (F1)."""

import datetime as dt
import enum
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from pydantic import Field

from services.records.domain.state import RecordState
from services.records.domain.views import risk
from shared.contracts.envelope import TextRef
from shared.contracts.handovers import Acknowledgement, Handover, HandoverCounts, HandoverState
from shared.contracts.identity import Department
from shared.contracts.records import NextAction, Outcome, Review, Status
from shared.contracts.values import Code, EntityId, Frozen, Instant

LOOK_BACK = dt.timedelta(hours=24)
"""How far the first handover of a department looks back for what changed."""


MOST_INCOMING = 200


class OpenQuestion(Frozen):
    """A question that waits for its answer; the words are on the record."""

    id: EntityId
    asked_by: EntityId
    to_department: Department | None = None
    to_staff: EntityId | None = None
    answer_by: Instant


class Change(enum.StrEnum):
    """What happened to a record in the shift."""

    NEW = "new"
    MOVED = "moved"
    OWNER = "owner"
    DUE = "due"
    NOTED = "noted"
    CAME = "came"


class Item(Frozen):
    """One open record as it was handed over. `theirs`: it is another department's, with a question to this one."""

    record_id: EntityId
    version: int
    kind: Code
    topic: Code | None = None
    room: str | None = None
    stay_id: EntityId | None = None
    department: Department
    owner: EntityId
    owner_rule: str
    accepted: bool
    status: Status
    status_before: Status | None = None
    owner_before: EntityId | None = None
    next_action: NextAction
    due_at: Instant
    risk: Code
    blocked_reason: Code | None = None
    reviews: tuple[Review, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()
    notes: int = 0
    changes: tuple[Change, ...] = ()
    theirs: bool = False


class Gone(Frozen):
    """A record that is not the department's open work any more: closed in the shift, or another department's now."""

    record_id: EntityId
    kind: Code
    topic: Code | None = None
    room: str | None = None
    owner: EntityId
    department: Department
    status: Status
    outcome: Outcome | None = None
    opened_in_shift: bool = False


class HandoverDocument(Frozen):
    """The whole handover. `head` is the part that travels; the items stay in our own store."""

    head: Handover
    items: tuple[Item, ...] = ()
    gone: tuple[Gone, ...] = ()
    reason_code: Code | None = None
    reason: TextRef | None = None


class Handing(Frozen):
    """What a handover is made for. `at` is the shift change, or the moment somebody asked for one (`by`)."""

    id: EntityId
    chain: str
    property_id: str
    zone: str
    department: Department
    at: Instant
    since: Instant
    incoming: tuple[EntityId, ...] = Field(default=(), max_length=MOST_INCOMING)
    by: EntityId | None = None


def open_questions(state: RecordState) -> tuple[OpenQuestion, ...]:
    """The questions of a record that nobody has answered."""
    names = OpenQuestion.model_fields
    return tuple(
        OpenQuestion(**{name: getattr(one, name) for name in names}) for one in state.asked if one.answer is None
    )


def item(state: RecordState, before: Item | None, handing: Handing, now: dt.datetime) -> Item:
    """One open record held against how the last handover left it."""
    same = {name: getattr(state, name) for name in Item.model_fields if name in RecordState.model_fields}
    same |= {"questions": open_questions(state), "risk": risk(state, now).value, "record_id": state.id}
    return Item(
        **same,
        status_before=before.status if before and before.status is not state.status else None,
        owner_before=before.owner if before and before.owner != state.owner else None,
        changes=tuple(_changes(state, before, handing)),
        theirs=state.department is not handing.department,
    )


def _changes(state: RecordState, before: Item | None, handing: Handing) -> Iterable[Change]:
    if before is None:
        yield Change.NEW if state.opened_at >= handing.since else Change.CAME
        return
    if before.status is not state.status:
        yield Change.MOVED
    if before.owner != state.owner:
        yield Change.OWNER
    if before.due_at != state.due_at:
        yield Change.DUE
    if before.notes < state.notes:
        yield Change.NOTED


def gone(state: RecordState, handing: Handing) -> Gone:
    """A record that left the department's open work."""
    same = {name: getattr(state, name) for name in Gone.model_fields if name in RecordState.model_fields}
    return Gone(**same, record_id=state.id, opened_in_shift=state.opened_at >= handing.since)


def prepared(
    handing: Handing,
    open_work: Sequence[RecordState],
    ended: Sequence[RecordState],
    before: Mapping[str, Item],
    now: dt.datetime,
    patience: dt.timedelta,
) -> HandoverDocument:
    """A new handover of all open work given, soonest due first, to be acknowledged within `patience`."""
    by_due = sorted(open_work, key=lambda state: (state.due_at, state.id))
    items = tuple(item(state, before.get(state.id), handing, now) for state in by_due)
    left = tuple(gone(state, handing) for state in sorted(ended, key=lambda state: state.id))
    local = handing.at.astimezone(ZoneInfo(handing.zone))
    head = Handover(
        id=handing.id,
        property_id=handing.property_id,
        department=handing.department,
        business_day=local.date(),
        shift="on_request" if handing.by else f"from_{local:%H%M}",
        open_records=len(items),
        zone=handing.zone,
        at=handing.at,
        since=handing.since,
        prepared_at=now,
        late_ms=max(0, int((now - handing.at).total_seconds() * 1000)),
        acknowledge_by=max(handing.at, now) + patience,
        incoming=handing.incoming,
        counts=counts(items, left),
        digest=digest(items),
        version=1,
    )
    return HandoverDocument(head=head, items=items, gone=left)


def counts(items: Sequence[Item], left: Sequence[Gone]) -> HandoverCounts:
    """The handover in figures."""
    own = [one for one in items if not one.theirs]
    return HandoverCounts(
        late=sum(one.risk == "late" for one in own),
        at_risk=sum(one.risk == "at_risk" for one in own),
        blocked=sum(one.status is Status.BLOCKED for one in own),
        unaccepted=sum(not one.accepted for one in own),
        reviews=sum(len(one.reviews) for one in own),
        questions=sum(len(one.questions) for one in items),
        notes=sum(one.notes for one in own),
        new=sum(Change.NEW in one.changes for one in own),
        moved=sum(Change.MOVED in one.changes for one in own),
        closed=sum(one.status is Status.COMPLETE for one in left),
        asked=len(items) - len(own),
    )


def digest(items: Iterable[Item]) -> str:
    """SHA-256 over id, version, status and owner of every item, so that the document can be held to its event."""
    what = sorted([one.record_id, one.version, one.status.value, one.owner] for one in items)
    return hashlib.sha256(json.dumps(what, separators=(",", ":")).encode()).hexdigest()


def acknowledged(head: Handover, by: str, now: dt.datetime) -> Handover:
    """One person more has taken it over, by name."""
    first = head.acknowledged_by or by
    said = (*head.acknowledgements, Acknowledgement(by=by, at=now))
    return _next(head, state=HandoverState.ACKNOWLEDGED, acknowledged_by=first, acknowledgements=said)


def overdue(head: Handover) -> Handover:
    """Nobody took it over in time."""
    return _next(head, overdue=True)


def superseded(head: Handover, by: str) -> Handover:
    """A newer handover of the department takes its place before anybody took it over."""
    return _next(head, state=HandoverState.SUPERSEDED, superseded_by=by)


def _next(head: Handover, **update: object) -> Handover:
    return head.model_copy(update={**update, "version": head.version + 1})

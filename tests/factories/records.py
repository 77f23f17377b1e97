"""Makes records, their events and envelopes with sensible defaults, for every test that needs one."""

import datetime as dt
import itertools
from collections.abc import Iterable
from typing import Any

from shared.contracts import catalogue
from shared.contracts.envelope import Envelope, EventBody, encode
from shared.contracts.identity import Actor, ActorKind, Department, Role
from shared.contracts.records import (
    EscalationStep,
    NextAction,
    Outcome,
    RecordEvent,
    RecordSnapshot,
    Sla,
    Status,
    Trigger,
    TriggerKind,
    Workflow,
)
from shared.contracts.values import Scope, derived_id

CHAIN = "demo"
PROPERTY = "city"
ZONE = "Europe/Lisbon"
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
OWNER = "staff-ana"
ACTOR = Actor(kind=ActorKind.STAFF, id=OWNER, role="associate")
SCOPE = Scope(chain=CHAIN)

STEPS = (
    EscalationStep(after_s=600, role=Role.SUPERVISOR),
    EscalationStep(after_s=1800, role=Role.DUTY_MANAGER),
    EscalationStep(after_s=3600, role=Role.GENERAL_MANAGER),
)


def minutes(count: float) -> dt.timedelta:
    """A stretch of minutes."""
    return dt.timedelta(minutes=count)


def sla(accept_s: int = 900, complete_s: int = 3600, warn_s: int = 600) -> Sla:
    """A clock of an hour, at risk ten minutes before, with three steps after the owner."""
    return Sla(accept_s=accept_s, complete_s=complete_s, warn_s=warn_s, steps=STEPS)


def snapshot(record_id: str = "rec-1", **changes: Any) -> RecordSnapshot:
    """An open guest request of housekeeping, opened at NOON, due an hour later; any field may be given."""
    opened = changes.get("opened_at", NOON)
    clock = changes.get("sla", sla())
    plain: dict[str, Any] = {
        "id": record_id,
        "chain": CHAIN,
        "property_id": PROPERTY,
        "zone": ZONE,
        "version": 1,
        "workflow": Workflow.GUEST_EXPERIENCE,
        "kind": "guest_request",
        "slot": "B",
        "department": Department.HOUSEKEEPING,
        "status": Status.NEW,
        "owner": OWNER,
        "owner_rule": "on_shift",
        "accepted": False,
        "stay_id": "stay-1",
        "room": "412",
        "trigger": Trigger(kind=TriggerKind.GUEST_REQUEST, key=f"key-{record_id}"),
        "next_action": NextAction(code="accept", staff_id=OWNER),
        "sla": clock,
        "opened_at": opened,
        "accept_by": opened + dt.timedelta(seconds=clock.accept_s),
        "due_at": opened + dt.timedelta(seconds=clock.complete_s),
    }
    return RecordSnapshot(**(plain | changes))


def envelope(
    event_type: str, subject: str, sequence: int, at: dt.datetime, body: EventBody, *, property_id: str = PROPERTY
) -> Envelope:
    """The envelope of a body as a consumer receives it; its id follows from type, subject and sequence."""
    return Envelope(
        id=derived_id(event_type, subject, str(sequence)),
        type=event_type,
        source="bellboard/test",
        subject=subject,
        time=at,
        chain=CHAIN,
        property_id=property_id,
        sequence=sequence,
        topic=catalogue.topic_of(event_type),
        correlation="test",
        value=encode(body),
    )


def record_event(verb: str, record: RecordSnapshot, at: dt.datetime, **changes: Any) -> Envelope:
    """A record's event of a verb such as `opened`; its sequence is the record's version."""
    body = RecordEvent(actor=ACTOR, record=record, **changes)
    return envelope(f"record.{verb}.v1", record.id, record.version, at, body, property_id=record.property_id)


class Story:
    """One record told event by event: each call changes the snapshot and takes the next version."""

    def __init__(self, record_id: str = "rec-1", at: dt.datetime = NOON, **start: Any) -> None:
        self.record = snapshot(record_id, opened_at=at, **start)
        self.events = [record_event("opened", self.record, at)]

    def then(self, verb: str, at: dt.datetime, **changes: Any) -> "Story":
        """The next event: `changes` are fields of the snapshot after it."""
        before = self.record
        self.record = before.model_copy(update={"version": before.version + 1, **changes})
        self.events.append(
            record_event(verb, self.record, at, previous_status=before.status, department_before=before.department)
        )
        return self

    def accepted(self, at: dt.datetime) -> "Story":
        """Its owner took it."""
        return self.then("accepted", at, accepted=True, status=Status.PENDING)

    def blocked(self, at: dt.datetime) -> "Story":
        """It waits for something: the clock is paused."""
        before = self.record.status
        return self.then("blocked", at, status=Status.BLOCKED, blocked_from=before, paused_at=at)

    def unblocked(self, at: dt.datetime) -> "Story":
        """It goes on: the deadline moves by the pause."""
        record = self.record
        gone = at - (record.paused_at or at)
        return self.then(
            "unblocked",
            at,
            status=record.blocked_from,
            blocked_from=None,
            paused_at=None,
            paused_s=record.paused_s + int(gone.total_seconds()),
            due_at=record.due_at + gone,
        )

    def handed_to(self, department: Department, owner: str, at: dt.datetime) -> "Story":
        """Another department has it now."""
        record = self.record
        return self.then("handed_off", at, department=department, owner=owner, handoffs=record.handoffs + 1)

    def completed(self, at: dt.datetime, outcome: Outcome = Outcome.FULFILLED) -> "Story":
        """It is closed."""
        count = self.record.close_count + 1
        return self.then("completed", at, status=Status.COMPLETE, outcome=outcome, closed_at=at, close_count=count)

    def reopened(self, at: dt.datetime, due_at: dt.datetime) -> "Story":
        """It was not done after all."""
        return self.then(
            "reopened", at, status=Status.PENDING, outcome=None, closed_at=None, due_at=due_at, paused_at=None
        )


def mixed(stories: Iterable[Story]) -> list[Envelope]:
    """The events of several records in order of time, as a topic carries them."""
    return sorted(itertools.chain.from_iterable(story.events for story in stories), key=lambda event: event.time)

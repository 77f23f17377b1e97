"""Turns the snapshots that events carry into subjects: flat facts that rules compare, and where an alert belongs."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from services.alerts.domain.rules import Noun
from shared.contracts.audit import Gap
from shared.contracts.commands_out import CommandOut
from shared.contracts.envelope import Change
from shared.contracts.guests import Erasure
from shared.contracts.handovers import Handover
from shared.contracts.identity import Department, Role
from shared.contracts.messages import Message
from shared.contracts.money import Posting
from shared.contracts.partners import SubscriptionState
from shared.contracts.records import EscalationStep, OpenQuestion, RecordSnapshot, Review, Status
from shared.contracts.reports import ReportRun
from shared.contracts.staff import Absence, Glass, StaffMember
from shared.contracts.values import EntityId, Frozen


class Subject(Frozen):
    """Something that may need an alert: what it is, where, whose, and the facts that rules compare."""

    noun: Noun
    id: EntityId
    property_id: str
    zone: str | None = None
    record_id: EntityId | None = None
    stay_id: EntityId | None = None
    room: str | None = None
    kind: str | None = None
    topic: str | None = None
    department: Department | None = None
    owner: EntityId | None = None
    role: Role | None = None
    steps: tuple[EscalationStep, ...] = ()
    facts: dict[str, Any] = Field(default_factory=dict)


def whole_ms(moment: dt.datetime) -> dt.datetime:
    """A moment cut to milliseconds, as the store keeps it, so that a deadline read back equals itself."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def running(record: RecordSnapshot) -> bool:
    """Whether the deadline's clock runs; a pause that began after the deadline does not undo the breach."""
    return record.paused_at is None or record.paused_at > record.due_at


def record_subjects(record: RecordSnapshot, now: dt.datetime) -> tuple[Subject, ...]:
    """A record and each of its waiting reviews as subjects, at the time of their event."""
    shared = {
        "property_id": record.property_id,
        "zone": record.zone,
        "record_id": record.id,
        "stay_id": record.stay_id,
        "room": record.room,
        "kind": record.kind,
        "topic": record.topic,
        "department": record.department,
        "owner": record.owner,
        "steps": record.sla.steps,
    }
    is_open = record.status is not Status.COMPLETE
    reviews = [
        Subject(noun=Noun.REVIEW, id=review.id, role=review.reviewer_role, facts=_review(is_open, review), **shared)
        for review in record.reviews
    ]
    questions = [_question(each, shared) for each in record.open_questions]
    facts = _cut({**_plain_facts(record), **_moments(record), "open": is_open, "now": now})
    return (Subject(noun=Noun.RECORD, id=record.id, facts=facts, **shared), *reviews, *questions)


def _plain_facts(record: RecordSnapshot) -> dict[str, Any]:
    return {
        "accepted": record.accepted,
        "running": running(record),
        "owner_rule": record.owner_rule,
        "handoffs": record.handoffs,
        "sale": record.sale.state if record.sale else None,
        "kind": record.kind,
        "workflow": record.workflow,
        "department": record.department.value,
        "status": record.status.value,
        "outcome": record.outcome.value if record.outcome else None,
        "blocked_reason": record.blocked_reason,
        "repeats": record.repeats,
        "reopened": record.reopened,
        "exceptions": record.exceptions,
        "guest_must_know": record.guest_must_know,
        "guest_informed": record.guest_informed,
        "items_open": record.items_open,
        "subtasks": record.subtasks,
        "room": record.room,
        "vip": False,
        "tier": None,
        # Private words are digests here: a condition may ask whether there are any.
        "fields": {name: True if isinstance(value, dict) else value for name, value in record.fields.items()},
        "lines": {line.id: [line.amount.amount, line.amount.currency] for line in record.money},
    }


def _moments(record: RecordSnapshot) -> dict[str, Any]:
    warn, near = dt.timedelta(seconds=record.sla.warn_s), dt.timedelta(seconds=record.sla.accept_s // 3)
    return {
        "opened_at": record.opened_at,
        "accept_by": record.accept_by,
        "accept_near": record.accept_by - near,
        "warn_at": record.due_at - warn,
        "due_at": record.due_at,
        "closed_at": record.closed_at,
        "blocked_since": record.paused_at if record.status is Status.BLOCKED else None,
        "wait_until": record.waits_for.until if record.waits_for else None,
    }


def _question(question: OpenQuestion, shared: dict[str, Any]) -> Subject:
    """A question that waits for its answer: it is of whom it was put to, not of who has the record."""
    theirs = {"owner": question.to_staff, "department": question.to_department or shared["department"]}
    facts = _cut({"open": True, "answer_by": question.answer_by, "asked_at": question.asked_at, "kind": shared["kind"]})
    return Subject(noun=Noun.QUESTION, id=question.id, facts=facts, **{**shared, **theirs})


def _cut(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: whole_ms(fact) if isinstance(fact, dt.datetime) else fact for name, fact in facts.items()}


def _review(is_open: bool, review: Review) -> dict[str, Any]:
    return {"open": is_open, "since": whole_ms(review.since), "what": review.what}


def message_subject(message: Message, now: dt.datetime) -> Subject:
    """A guest message as a subject."""
    return Subject(
        noun=Noun.MESSAGE,
        id=message.id,
        property_id=message.property_id,
        record_id=message.record_id,
        stay_id=message.stay_id,
        facts=_cut(
            {
                "state": message.state.value,
                "direction": message.direction.value,
                "channel": message.channel,
                "topic": message.topic_code,
                "failure": message.failure,
                "has_record": message.record_id is not None or message.settled is not None,
                "is_answer": any(each is not None for each in (message.answer, message.bid, message.score)),
                "at": message.at,
                "now": now,
            }
        ),
    )


def posting_subject(posting: Posting, now: dt.datetime) -> Subject:
    """A posting of a money line as a subject."""
    return Subject(
        noun=Noun.POSTING,
        id=posting.id,
        property_id=posting.property_id,
        record_id=posting.record_id,
        stay_id=posting.stay_id,
        facts=_cut(
            {
                "state": posting.state.value,
                "kind": posting.kind.value,
                "failure": posting.failure,
                "amount": posting.amount.amount,
                "currency": posting.amount.currency,
                "line": posting.line_id,
                "expected": None,
                "differs": False,
                "at": posting.at,
                "now": now,
            }
        ),
    )


def command_subject(command: CommandOut, now: dt.datetime) -> Subject:
    """A command to the PMS that nobody could carry out as a subject; a posting rings as such."""
    return Subject(
        noun=Noun.COMMAND,
        id=command.id,
        property_id=command.property_id,
        record_id=command.record_id,
        stay_id=command.stay_id,
        facts={"state": command.state.value, "sort": command.sort.value, "now": now},
    )


def subscription_subject(subscription: SubscriptionState, property_id: str, now: dt.datetime) -> Subject:
    """A partner's subscription: it rings while its endpoint is switched off because nobody answered there.

    One for a single hotel rings at that hotel; one for several, or all, rings for the chain.
    """
    hotels = subscription.properties or ()
    return Subject(
        noun=Noun.SUBSCRIPTION,
        id=f"subscription:{subscription.id}",
        property_id=hotels[0] if len(hotels) == 1 else property_id,
        facts=_cut(
            {
                "state": subscription.state,
                "why": subscription.why,
                "partner": subscription.partner,
                "field": subscription.partner,
                "now": now,
            }
        ),
    )


def report_subject(run: ReportRun, now: dt.datetime) -> Subject:
    """A delivered report that waits for its review as a subject."""
    return Subject(
        noun=Noun.REPORT,
        id=run.id,
        property_id=run.property_id,
        role=run.audience,
        facts=_cut(
            {
                "report": run.report,
                "reviewed": run.reviewed_by is not None,
                "review_by": run.review_by,
                "delivered_at": run.delivered_at,
                "now": now,
            }
        ),
    )


def handover_subject(handover: Handover, now: dt.datetime) -> Subject:
    """A handover that waits for somebody to take it over as a subject; one without a deadline rings never."""
    return Subject(
        noun=Noun.HANDOVER,
        id=handover.id,
        property_id=handover.property_id,
        zone=handover.zone,
        department=handover.department,
        facts=_cut(
            {
                "state": handover.state.value,
                "open_records": handover.open_records,
                "overdue": handover.overdue,
                "acknowledge_by": handover.acknowledge_by,
                "now": now,
            }
        ),
    )


def glass_subject(glass: Glass, now: dt.datetime) -> Subject:
    """Rights that somebody took in an emergency as a subject: it rings, quiet hours or not, until that is reviewed."""
    state = "broken" if glass.reviewed_by is None else "reviewed"
    return Subject(
        noun=Noun.GLASS,
        id=glass.id,
        property_id=glass.property_id,
        zone=glass.zone,
        facts=_cut({"state": state, "by": glass.staff_id, "now": now}),
    )


def absence_subjects(
    staff: StaffMember, changes: Sequence[Change], property_id: str, now: dt.datetime
) -> tuple[Subject, ...]:
    """Somebody's being missing in today's or the next shift: it rings until they are back, or the shift is over."""
    missed = [each for each in staff.absences if each.missed is not None]
    if not missed and not any(each.field == "absences" and each.before for each in changes):
        return ()
    waits = [each for each in missed if _missing(each, staff, now)]
    duty = waits[0].missed if waits else None
    return (
        Subject(
            noun=Noun.ABSENCE,
            id=f"absence:{staff.id}",
            property_id=duty.property_id if duty else property_id,
            zone=duty.zone if duty else None,
            department=duty.department if duty else None,
            facts=_cut({"state": "missing" if duty else "settled", "now": now}),
        ),
    )


def _missing(absence: Absence, staff: StaffMember, now: dt.datetime) -> bool:
    duty = absence.missed
    if duty is None or duty.over or not staff.active:
        return False
    return absence.end is None or (absence.end > duty.start and absence.end > now)


def erasure_subject(erasure: Erasure, now: dt.datetime) -> Subject:
    """A request to forget a guest as a subject: it rings when a store has not confirmed in time."""
    return Subject(
        noun=Noun.ERASURE,
        id=erasure.id,
        property_id=erasure.property_id,
        facts=_cut({"state": erasure.state.value, "confirm_by": erasure.confirm_by, "now": now}),
    )


def gap_subject(gap: Gap, property_id: str) -> Subject:
    """Versions that the audit log misses as a subject: it rings when they do not come."""
    facts = _cut({"state": gap.state.value, "fill_by": gap.fill_by})
    return Subject(noun=Noun.GAP, id=gap.id, property_id=property_id, facts=facts)


def at_home(subject: Subject, record: Subject | None) -> Subject:
    """A message or posting with room, owner and department of its record, where that record is known.

    A posting whose amount is another than that of its money line differs.
    """
    if record is None:
        return subject
    names = ("zone", "room", "kind", "topic", "department", "owner", "stay_id")
    known: dict[str, Any] = {name: getattr(record, name) for name in names if getattr(subject, name) is None}
    line = record.facts.get("lines", {}).get(subject.facts.get("line"))
    if line is not None:
        differs = [subject.facts["amount"], subject.facts["currency"]] != list(line)
        known["facts"] = subject.facts | {"expected": line[0], "differs": differs}
    return subject.model_copy(update=known)

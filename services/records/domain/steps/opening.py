"""Opening a record: checked, owned and on a clock from the moment it exists."""

import datetime as dt
from typing import Any

from services.records.domain.changes import field_changes
from services.records.domain.commands import Doer, OpenRecord
from services.records.domain.conditions import About, at_stage, condition_breaches
from services.records.domain.deadlines import accept_by, due
from services.records.domain.journey import settled
from services.records.domain.kinds import Stage
from services.records.domain.late_entry import late_breaches
from services.records.domain.stakes import money_held
from services.records.domain.state import RecordState, Stake
from services.records.domain.steps.checklist import template_items
from services.records.domain.terms import Terms
from services.records.domain.texts import Reason
from services.records.domain.validation import limit_breaches, missing_breaches, normalise, notice_breaches
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import breached
from shared.contracts.records import NextAction, RecordEvent, Status, Trigger


def opened(command: OpenRecord, doer: Doer, terms: Terms, now: dt.datetime) -> tuple[RecordState, NewEvent]:
    """The first version of a record and the event that says so; breaches refuse it, all at once."""
    opening, rules = command.opening, terms.rules
    values = _checked(command, doer, terms, now)
    began = opening.happened_at or now
    due_at = due(rules.sla, began, opening.due_at)
    state = RecordState(
        id=command.record_id,
        chain=command.chain,
        property_id=opening.property_id,
        zone=command.zone,
        version=1,
        workflow=terms.kind.workflow,
        kind=terms.kind.code,
        slot=terms.kind.slot,
        department=opening.department or terms.kind.department,
        status=Status.NEW,
        owner=command.ownership.owner,
        owner_rule=command.ownership.rule,
        owner_because=command.ownership.because,
        accepted=False,
        stay_id=opening.stay_id,
        guest_id=opening.guest_id,
        room=opening.room,
        language=opening.language,
        trigger=Trigger(kind=opening.source, key=opening.key, source_event=opening.source_event),
        fields={name: value for name, value in values.items() if value is not None},
        next_action=NextAction(code="accept"),
        sla=rules.sla,
        opened_at=began,
        changed_at=now,
        entered_late_at=now if opening.happened_at else None,
        accept_by=accept_by(rules.sla, began, due_at),
        due_at=due_at,
        expires_at=opening.expires_at,
        guest_must_know=terms.kind.guest_must_know,
        rules_version=terms.version,
        chain_rules_version=terms.chain_version,
        parent=opening.parent,
        sale=opening.sale,
        links=opening.links,
        expire_after_s=rules.expire_after_s,
        stakes=_stakes(command, values, doer, terms, now),
        checklist=template_items(command.record_id, terms),
    )
    state = settled(state, terms)
    return state, _event(state, opening.insisted, doer, terms, now)


def _checked(command: OpenRecord, doer: Doer, terms: Terms, now: dt.datetime) -> dict[str, Any]:
    """The values as they are kept. A hotel's limits bind people; what a machine reports is kept as it came."""
    values, breaches = normalise(command.opening.fields, terms)
    breaches += late_breaches(command.opening.happened_at, now)
    breaches += missing_breaches(values, terms, Stage.OPEN)
    if doer.bound:
        about = _about(command, terms, now)
        breaches += limit_breaches(values, terms) + notice_breaches(values, values, terms, about)
        broken = {each.field for each in breaches}
        asked = at_stage(terms.rules.conditions, Stage.OPEN)
        breaches += condition_breaches(asked, values, terms.kind, about, broken)
    if breaches:
        raise breached(breaches)
    return values


def _stakes(
    command: OpenRecord, values: dict[str, Any], doer: Doer, terms: Terms, now: dt.datetime
) -> tuple[Stake, ...]:
    """The money that a person opens a record with; what a topic reports was asked for by nobody here."""
    amount = money_held(terms.kind, values) if doer.bound else 0
    return (Stake(id=command.record_id, by=doer.id, at=now, amount=amount),) if amount else ()


def _about(command: OpenRecord, terms: Terms, now: dt.datetime) -> About:
    opening = command.opening
    record = {
        "kind": terms.kind.code,
        "status": Status.NEW.value,
        "department": (opening.department or terms.kind.department).value,
        "room": opening.room,
        "language": opening.language,
    }
    return About(record, command.zone, now, terms.stay)


def _event(state: RecordState, insisted: Reason, doer: Doer, terms: Terms, now: dt.datetime) -> NewEvent:
    changes = tuple(field_changes({}, state.fields, terms.kind))
    return NewEvent(
        type="record.opened.v1",
        chain=state.chain,
        property_id=state.property_id,
        subject=state.id,
        sequence=1,
        time=now,
        body=RecordEvent(
            actor=doer.actor,
            changes=changes,
            record=state.public,
            reason_code=insisted.code,
            reason=insisted.text.as_ref if insisted.text else None,
        ),
    )

"""`decide`: a record and a command in, the record after it and its events out, or a refusal."""

import datetime as dt
from dataclasses import dataclass

from services.records.domain.act import Act, Step
from services.records.domain.commands import Command, Doer, OpenRecord
from services.records.domain.state import RecordState
from services.records.domain.steps import (
    approval,
    checklist,
    closing,
    exceptions,
    fields,
    files,
    kin,
    money,
    people,
    proposals,
    selling,
    standby,
    talk,
    watching,
    work,
    writebacks,
)
from services.records.domain.steps.opening import opened
from services.records.domain.terms import Terms
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import conflict
from shared.contracts.records import Status


@dataclass(frozen=True)
class Decision:
    """The record after the command, and one event for each version it took."""

    state: RecordState
    events: tuple[NewEvent, ...]


STEPS: dict[type[Command], Step] = {
    **work.STEPS,
    **people.STEPS,
    **approval.STEPS,
    **fields.STEPS,
    **proposals.STEPS,
    **writebacks.STEPS,
    **exceptions.STEPS,
    **money.STEPS,
    **talk.STEPS,
    **closing.STEPS,
    **selling.STEPS,
    **standby.STEPS,
    **watching.STEPS,
    **checklist.STEPS,
    **kin.STEPS,
    **files.STEPS,
}


def decide(state: RecordState, command: Command, doer: Doer, terms: Terms, now: dt.datetime) -> Decision:
    """What a command does to a record. Whatever is not allowed raises AppError and changes nothing."""
    step = STEPS[type(command)]
    if state.status is Status.COMPLETE and not step.when_closed:
        raise conflict("record_closed", "This record is closed; reopen it first.")
    act = step.decide(Act(state, terms, doer, now), command)
    return Decision(act.state, act.events)


def open_record(command: OpenRecord, doer: Doer, terms: Terms, now: dt.datetime) -> Decision:
    """The first version of a record, from what triggered it; breaches refuse it, all at once."""
    state, event = opened(command, doer, terms, now)
    return Decision(state, (event,))

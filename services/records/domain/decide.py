"""`decide`: a record and a command in, the record after it and its events out, or a refusal."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.records.domain import commands as c
from services.records.domain.act import Act
from services.records.domain.state import RecordState
from services.records.domain.steps import approval, closing, exceptions, fields, money, proposals, talk, work
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


@dataclass(frozen=True)
class Step:
    """How a command is decided, and whether a closed record still takes it."""

    decide: Callable[[Act, Any], Act]
    when_closed: bool = False


STEPS: dict[type, Step] = {
    c.AcceptRecord: Step(work.accept),
    c.BlockRecord: Step(work.block),
    c.UnblockRecord: Step(work.unblock),
    c.HandOff: Step(work.hand_off),
    c.UpdateStay: Step(work.update_stay),
    c.CheckValue: Step(approval.check_value),
    c.ApproveRecord: Step(approval.approve),
    c.ResumeRecord: Step(approval.resume),
    c.EditFields: Step(fields.edit),
    c.ProposeChange: Step(proposals.propose),
    c.DecideProposal: Step(proposals.decide_proposal),
    c.RaiseException: Step(exceptions.raise_exception),
    c.ReviewException: Step(exceptions.review_exception, when_closed=True),
    c.AddLine: Step(money.add_line),
    c.SettleLine: Step(money.settle_line, when_closed=True),
    c.AddNote: Step(talk.add_note, when_closed=True),
    c.AskQuestion: Step(talk.ask),
    c.AnswerQuestion: Step(talk.answer, when_closed=True),
    c.RequestMessage: Step(talk.request_message),
    c.SettleMessage: Step(talk.settle_message, when_closed=True),
    c.CompleteRecord: Step(closing.complete),
    c.ExpireRecord: Step(closing.expire),
    c.ReopenRecord: Step(closing.reopen, when_closed=True),
}


def decide(state: RecordState, command: c.Command, doer: c.Doer, terms: Terms, now: dt.datetime) -> Decision:
    """What a command does to a record. Whatever is not allowed raises AppError and changes nothing."""
    step = STEPS[type(command)]
    if state.status is Status.COMPLETE and not step.when_closed:
        raise conflict("record_closed", "This record is closed; reopen it first.")
    act = step.decide(Act(state, terms, doer, now), command)
    return Decision(act.state, act.events)


def open_record(command: c.OpenRecord, doer: c.Doer, terms: Terms, now: dt.datetime) -> Decision:
    """The first version of a record, from what triggered it; breaches refuse it, all at once."""
    state, event = opened(command, doer, terms, now)
    return Decision(state, (event,))

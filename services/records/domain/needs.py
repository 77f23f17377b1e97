"""What has to be looked up before a command can be decided: the stay it names, the money it adds to."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.records.domain.commands import (
    AcceptRecord,
    AddLine,
    ApproveRecord,
    CheckValue,
    Command,
    CompleteRecord,
    DecideProposal,
    Doer,
    EditFields,
    ProposeChange,
    ProposeWriteback,
)
from services.records.domain.kinds import FieldType
from services.records.domain.stakes import asker
from services.records.domain.state import RecordState
from services.records.domain.terms import Terms
from shared.contracts.writebacks import PmsField


def names_the_stay(state: RecordState, command: Command) -> bool:
    """Whether it asks for, or decides on, a change of what the PMS holds."""
    if isinstance(command, DecideProposal):
        proposal = state.proposal(command.proposal_id)
        return proposal is not None and proposal.writeback is not None
    return isinstance(command, ProposeWriteback)


@dataclass(frozen=True)
class Asking:
    """Whose money a command is about; `since`: a proposal's, which was asked for then (None: it is asked for now)."""

    by: str
    since: dt.datetime | None = None


def asks_for_money(state: RecordState, command: Command, doer: Doer, terms: Terms) -> Asking | None:
    """Whose sums of the stay and of the day bear on it, if any do."""
    if isinstance(command, DecideProposal):
        return _decided(state, command, terms)
    if _is_asked_now(command, terms) and doer.bound:
        return Asking(doer.id)
    approves = isinstance(command, ApproveRecord) or _may_approve(command, terms)
    return Asking(asker(state, doer.id)) if approves and terms.rules.tiers else None


def _decided(state: RecordState, command: DecideProposal, terms: Terms) -> Asking | None:
    proposal = state.proposal(command.proposal_id)
    staked = any(stake.id == command.proposal_id for stake in state.stakes)
    if proposal is None or not (command.approve and staked and terms.rules.tiers):
        return None
    return Asking(proposal.requested_by, proposal.requested_at)


def _is_asked_now(command: Command, terms: Terms) -> bool:
    if isinstance(command, ProposeWriteback):
        return command.field is PmsField.RATE
    if isinstance(command, CheckValue):
        return command.value is not None and _of_money({terms.kind.checked_field: command.value}, terms)
    if isinstance(command, EditFields | ProposeChange | CompleteRecord):
        return _of_money(command.values, terms)
    return isinstance(command, AddLine)


def _of_money(values: Mapping[str, Any], terms: Terms) -> bool:
    specs = [terms.kind.field(name) for name in values]
    return any(spec is not None and spec.type is FieldType.MONEY for spec in specs)


def _may_approve(command: Command, terms: Terms) -> bool:
    """Whether the policy may approve by itself when this is done."""
    return isinstance(command, AcceptRecord | CheckValue) and terms.rules.auto is not None

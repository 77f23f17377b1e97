"""What has to be looked up before a command can be decided: the stay it names, the money it adds to."""

from services.records.domain.commands import (
    AddLine,
    ApproveRecord,
    Command,
    CompleteRecord,
    DecideProposal,
    EditFields,
    ProposeChange,
    ProposeWriteback,
)
from services.records.domain.kinds import FieldType
from services.records.domain.state import RecordState
from services.records.domain.terms import Terms
from shared.contracts.writebacks import PmsField


def names_the_stay(state: RecordState, command: Command) -> bool:
    """Whether it asks for, or decides on, a change of what the PMS holds."""
    if isinstance(command, DecideProposal):
        proposal = state.proposal(command.proposal_id)
        return proposal is not None and proposal.writeback is not None
    return isinstance(command, ProposeWriteback)


def asks_for_money(command: Command, terms: Terms) -> bool:
    """Whether sums of the stay and of the day bear on it."""
    if isinstance(command, ProposeWriteback):
        return command.field is PmsField.RATE
    if isinstance(command, EditFields | ProposeChange | CompleteRecord):
        specs = [terms.kind.field(name) for name in command.values]
        return any(spec is not None and spec.type is FieldType.MONEY for spec in specs)
    return isinstance(command, AddLine) or (isinstance(command, ApproveRecord) and bool(terms.rules.tiers))

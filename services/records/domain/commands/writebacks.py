"""Changes of what the PMS holds, asked for on a record."""

from dataclasses import dataclass
from typing import Any

from services.records.domain.commands.command import Command
from services.records.domain.texts import Reason
from shared.contracts.writebacks import PmsField, WritebackState


@dataclass(frozen=True)
class ProposeWriteback(Command):
    """Ask another person to have a value of the stay changed in the PMS."""

    proposal_id: str
    field: PmsField
    value: Any
    reason: Reason


@dataclass(frozen=True)
class SettleWriteback(Command):
    """What became of a change in the PMS."""

    writeback_id: str
    state: WritebackState
    failure: str | None = None

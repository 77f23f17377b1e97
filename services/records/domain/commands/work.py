"""Opening, taking on, stopping and handing on."""

import datetime as dt
from dataclasses import dataclass

from services.records.domain.commands.command import Command
from services.records.domain.commands.doing import Ownership
from services.records.domain.occurrences import Opening
from services.records.domain.texts import NO_REASON, Reason
from shared.contracts.identity import Department
from shared.contracts.records import Wait


@dataclass(frozen=True)
class OpenRecord(Command):
    """Open a record from what triggered it, with the owner the rule chose."""

    record_id: str
    opening: Opening
    chain: str
    zone: str
    ownership: Ownership


@dataclass(frozen=True)
class AcceptRecord(Command):
    """Take the work on; whoever accepts owns it."""


@dataclass(frozen=True)
class BlockRecord(Command):
    """Stop the clock: the work waits for somebody outside."""

    reason: Reason
    waits_for: Wait


@dataclass(frozen=True)
class EndWait(Command):
    """Remind: whoever was waited for has had their time."""


@dataclass(frozen=True)
class UnblockRecord(Command):
    """Start the clock again, in the status before the block."""


@dataclass(frozen=True)
class HandOff(Command):
    """Give the work to a department or a person; `supervisor` takes it when hand-offs lead nowhere."""

    department: Department
    ownership: Ownership
    supervisor: Ownership
    reason: Reason = NO_REASON


@dataclass(frozen=True)
class UpdateStay(Command):
    """The stay moved: its room, guest, or the deadlines that hang on it."""

    room: str | None
    guest_id: str | None
    due_at: dt.datetime
    expires_at: dt.datetime | None

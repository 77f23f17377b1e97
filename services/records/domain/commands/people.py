"""Declining work, giving it to somebody by name, taking it from somebody who is absent."""

from dataclasses import dataclass

from services.records.domain.commands.command import Command
from services.records.domain.commands.doing import Ownership
from services.records.domain.texts import Reason


@dataclass(frozen=True)
class DeclineRecord(Command):
    """Its owner will not take it: it goes to the next; `supervisor` takes it when hand-offs lead nowhere."""

    ownership: Ownership
    supervisor: Ownership
    reason: Reason


@dataclass(frozen=True)
class ReassignRecord(Command):
    """Somebody with authority gives it to a person."""

    staff_id: str
    reason: Reason


@dataclass(frozen=True)
class ReplaceAbsent(Command):
    """Its owner is absent: it goes to the next."""

    absent: str
    ownership: Ownership

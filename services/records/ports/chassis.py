"""What the chassis gives: journal, transactions, keys, timers, people, time."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept
from shared.chassis.mongo import Tx
from shared.chassis.policy import Verdict
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.envelope import Envelope, NewEvent
from shared.contracts.identity import Department, Principal
from shared.contracts.staff import Property, StaffMember
from shared.contracts.values import Scope

Result = TypeVar("Result")


class Journal(Protocol):
    """Appends events in the transaction of the state they describe, and reads an aggregate's history."""

    async def append(self, tx: Tx, events: Sequence[NewEvent], provenance: Provenance) -> list[Envelope]:
        """Write event rows."""
        ...

    async def history(self, scope: Scope, subject: str, event_type: str | None = None) -> list[Envelope]:
        """All events of one aggregate, or those of one type, oldest first."""
        ...


class Transactions(Protocol):
    """Runs work in one transaction."""

    async def run(self, work: Callable[[Tx], Awaitable[Result]]) -> Result:
        """Do it; transient conflicts do it again."""
        ...


class Once(Protocol):
    """Idempotency keys."""

    async def seen(self, ctx: CommandContext) -> Kept | None:
        """What this key did before."""
        ...

    async def keep(self, tx: Tx, ctx: CommandContext, status: int, subject: str, version: int) -> None:
        """Remember what it does, in the effect's transaction."""
        ...


class Alarm(Protocol):
    """Timers of this service."""

    async def arm(self, tx: Tx, timers: Sequence[Timer]) -> None:
        """Set timers."""
        ...

    async def disarm(self, tx: Tx, ids: Sequence[str]) -> None:
        """Take timers back."""
        ...


class People(Protocol):
    """Staff, properties and permissions, from the local projection."""

    def staff(self, chain: str, property_id: str | None = None) -> list[StaffMember]:
        """The active staff of a chain or property."""
        ...

    def bearers(self, chain: str, property_id: str) -> list[StaffMember]:
        """The active staff of a property with the roles they may act in there now, lent ones too."""
        ...

    def property(self, chain: str, property_id: str) -> Property | None:
        """One property."""
        ...

    def hotels(self) -> list[Property]:
        """Every property of every chain."""
        ...

    def decide(
        self,
        principal: Principal,
        action: str,
        kind: str = "*",
        property_id: str | None = None,
        department: Department | None = None,
    ) -> Verdict:
        """May this caller do this here?"""
        ...


class Clock(Protocol):
    """Business time, real time and ids."""

    def real_now(self) -> dt.datetime:
        """Real time, UTC."""
        ...

    def now(self) -> dt.datetime:
        """Business time, UTC."""
        ...

    def new_id(self) -> str:
        """A new id."""
        ...

"""What the use cases need from the outside, by role."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.reporting.domain.fact import Fact
from services.reporting.domain.trace import BusinessTrace
from shared.chassis.mongo import Tx
from shared.chassis.policy import Verdict
from shared.contracts.identity import Department, Principal
from shared.contracts.staff import Property
from shared.contracts.values import Instant, Scope


@dataclass(frozen=True)
class CloseMark:
    """One close of one record whose trace is to be told once."""

    chain: str
    record_id: str
    number: int


@dataclass(frozen=True)
class HandOff:
    """A record went from one department to another, or passed its deadline, as it was seen."""

    what: str
    record_id: str
    before: str
    after: str


class FactStore(Protocol):
    """Keeps facts."""

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx | None = None) -> dict[str, Fact]:
        """Facts by id."""
        ...

    async def save(self, scope: Scope, facts: Sequence[Fact], tx: Tx) -> None:
        """Keep facts."""
        ...

    async def holding(self, scope: Scope, subject: str, tx: Tx) -> list[Fact]:
        """The facts that hold something of one aggregate."""
        ...

    async def get(self, scope: Scope, record_id: str) -> Fact | None:
        """One fact within the scope."""
        ...

    async def touching(self, scope: Scope, start: Instant, end: Instant) -> list[Fact]:
        """Facts that something happened to in a time, and all that are open."""
        ...

    def every(self, scope: Scope) -> AsyncIterator[Fact]:
        """All facts of a scope, in the order of their ids."""
        ...


class TraceStore(Protocol):
    """Keeps which closes were traced, for ever, so that a rebuild traces none again."""

    async def mark(self, scope: Scope, marks: Sequence[CloseMark], tx: Tx) -> None:
        """Note closes to be traced; those noted before stay as they are."""
        ...

    async def waiting(self, scope: Scope, limit: int) -> list[CloseMark]:
        """Closes not yet traced, oldest first; the system scope sees all chains."""
        ...

    async def done(self, scope: Scope, marks: Sequence[CloseMark]) -> None:
        """These are traced."""
        ...


class TraceSink(Protocol):
    """Where business traces go."""

    async def send(self, traces: Sequence[BusinessTrace]) -> bool:
        """Send whole traces; False when they were not taken and must be sent again."""
        ...


class Permissions(Protocol):
    """Decides who may do what."""

    def decide(
        self,
        principal: Principal,
        action: str,
        kind: str = ...,
        property_id: str | None = ...,
        department: Department | None = ...,
    ) -> Verdict:
        """May this caller do this here?"""
        ...

    def property(self, chain: str, property_id: str) -> Property | None:
        """One property of a chain."""
        ...


Noted = Callable[[HandOff], None]
"""What is done, after the commit, with each hand-off or overdue moment: a metric and a log event."""

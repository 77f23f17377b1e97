"""What forgetting somebody needs: where requests are kept, and a ledger outside the database."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.integrations.domain.erasures import ErasureRow
from shared.chassis.commands import CommandContext
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.guests import ErasureState, StoreErased
from shared.contracts.values import Scope

Decide = Callable[[range, tuple[str, ...]], tuple[ErasureRow, list[NewEvent]]]
"""From the runs to come and the person's stays to the request after it and what is told.

There is one run to come, or more where a restored database lost some.
"""


@dataclass(frozen=True)
class KnownGuest:
    """Where somebody stayed; the hotel of the latest stay is the one whose people hear of it."""

    properties: frozenset[str]
    latest: str


@dataclass(frozen=True)
class LedgerLine:
    """One erasure as it is kept outside the database: ids only."""

    row: ErasureRow
    stay_ids: tuple[str, ...]


@dataclass(frozen=True)
class Begun:
    """A run whose own part waits for its second pass, with what the first one deleted."""

    row: ErasureRow
    stay_ids: tuple[str, ...]
    values: int


class ErasureStore(Protocol):
    """Keeps requests, and deletes what integrations holds of a person."""

    async def guest(self, scope: Scope, guest_id: str) -> KnownGuest | None:
        """Where a person stayed; None for nobody known within the scope."""
        ...

    async def ask(self, scope: Scope, row: ErasureRow, known: KnownGuest, event: NewEvent, ctx: CommandContext) -> None:
        """Keep a request; while another one for the same person is open it is a conflict."""
        ...

    async def find(self, scope: Scope, erasure_id: str) -> ErasureRow | None:
        """One request about a guest of the scope's hotels."""
        ...

    async def open_for(self, scope: Scope, guest_id: str) -> ErasureRow | None:
        """The request about a person that waits for a decision or for stores."""
        ...

    async def properties(self, scope: Scope, erasure_id: str) -> frozenset[str]:
        """The hotels the person of a request stayed at."""
        ...

    async def page(self, scope: Scope, state: ErasureState | None, after: str | None, limit: int) -> list[ErasureRow]:
        """Requests, newest first, after one of them."""
        ...

    async def turn_down(self, scope: Scope, row: ErasureRow, event: NewEvent, ctx: CommandContext) -> None:
        """Keep the version in which somebody said no."""
        ...

    async def erase(
        self,
        scope: Scope,
        erasure_id: str,
        guest_id: str,
        decide: Decide,
        provenance: Provenance,
        *,
        ctx: CommandContext | None = None,
        at_least: LedgerLine | None = None,
    ) -> ErasureRow:
        """Delete what is held of a person and tell every store, in one transaction.

        `at_least` is what a restored database may not know any more: the runs and stays of then.
        """
        ...

    async def begun(self, scope: Scope, before: dt.datetime) -> list[Begun]:
        """Runs that began before a moment (real time) and of which our own part is not confirmed."""
        ...

    async def again(self, scope: Scope, begun: Begun) -> int:
        """The second pass over one person; how many values it found."""
        ...

    async def confirm(
        self, scope: Scope, tx: Tx | None, said: StoreErased, now: dt.datetime, provenance: Provenance
    ) -> bool:
        """Note that one store is done, with the event; False when it was known, or is of an older run."""
        ...

    async def unnoted(self, scope: Scope) -> list[LedgerLine]:
        """Runs that the ledger does not have yet."""
        ...

    async def noted(self, scope: Scope, lines: Sequence[LedgerLine]) -> None:
        """The ledger has these now."""
        ...


class ErasureLedger(Protocol):
    """Who was erased, outside the database: a restored backup is erased again by it."""

    async def write(self, chain: str, lines: Sequence[LedgerLine]) -> None:
        """Append durably."""
        ...

    async def read(self, chain: str) -> list[LedgerLine]:
        """The newest line of each person."""
        ...

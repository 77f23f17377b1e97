"""People who are to be forgotten, until what we hold of them is gone and confirmed."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.guests import GuestErased
from shared.contracts.values import Scope


@dataclass(frozen=True)
class PendingErasure:
    """One run of forgetting one person, and how much of it is done. `heard_at` is real time."""

    chain: str
    property_id: str
    body: GuestErased
    run: int
    values: int
    files: int
    heard_at: dt.datetime
    provenance: Provenance

    @property
    def key(self) -> str:
        """One for each person and run."""
        return f"{self.chain}|{self.body.guest_id}|{self.run}"


class ErasureStore(Protocol):
    """Keeps runs that are not confirmed yet."""

    async def note(self, scope: Scope, pending: PendingErasure, tx: Tx) -> None:
        """Keep one; the same run again changes nothing."""
        ...

    async def waiting(self, scope: Scope, before: dt.datetime) -> list[PendingErasure]:
        """Those heard of before a moment and not confirmed; the system's scope sees every chain's."""
        ...

    async def done(self, scope: Scope, pending: PendingErasure, tx: Tx) -> bool:
        """Mark one as confirmed; False when it was."""
        ...

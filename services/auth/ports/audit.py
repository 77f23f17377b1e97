"""What use cases need of the audit log: its store, and a witness outside the database."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

from services.auth.domain.completeness import Tally
from services.auth.domain.entries import Entry, Facts
from services.auth.domain.merkle import Span
from services.auth.domain.sequencing import Head
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.audit import Checkpoint
from shared.contracts.envelope import Envelope, NewEvent
from shared.contracts.values import Frozen, Scope


class AuditQuery(Frozen):
    """Which entries to read: newest first, below `before`. All that is named must match; `any_of` are whole keys."""

    subject: str | None = None
    stay_id: str | None = None
    guest_id: str | None = None
    record_id: str | None = None
    type: str | None = None
    actor: str | None = None
    field: str | None = None
    any_of: tuple[str, ...] = ()
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    before: int | None = None
    limit: int = 50

    @property
    def keys(self) -> tuple[str, ...]:
        """What must match, as the index holds it."""
        named = {
            "subject": self.subject,
            "stay": self.stay_id,
            "guest": self.guest_id,
            "record": self.record_id,
            "type": self.type,
            "actor": self.actor,
            "field": self.field,
        }
        return tuple(f"{tag}:{value}" for tag, value in named.items() if value is not None)


class ArrivalStore(Protocol):
    """Where events wait for their place in the log."""

    async def add(self, scope: Scope, tx: Tx, events: Sequence[Envelope], now: dt.datetime) -> list[str]:
        """Keep what is new of one chain's events, in order; returns the keys that came before with other content."""
        ...


class AuditStore(Protocol):
    """The audit log."""

    async def waiting(self, scope: Scope) -> list[str]:
        """Chains with events to sequence or a grown tree to sign; the scope is the system's."""
        ...

    async def drain(self, scope: Scope, limit: int) -> int:
        """Give the oldest arrived events their place in the log; how many. Another sequencer's batch gives 0."""
        ...

    async def head(self, scope: Scope) -> Head:
        """The end of the chain's log."""
        ...

    async def sign(
        self, scope: Scope, head: Head, checkpoint: Checkpoint, event: NewEvent, key: dict[str, Any]
    ) -> bool:
        """Keep a checkpoint with its event and public key; False when the head was signed by somebody else."""
        ...

    async def checkpoints(self, scope: Scope, *, after: int = 0, limit: int = 0) -> list[Checkpoint]:
        """Checkpoints of later versions, oldest first."""
        ...

    async def covering(self, scope: Scope, index: int) -> Checkpoint | None:
        """The newest checkpoint whose tree holds this entry."""
        ...

    async def find(self, scope: Scope, query: AuditQuery) -> list[tuple[Entry, Facts]]:
        """Entries of the scope's properties that match, newest first."""
        ...

    async def entry(self, scope: Scope, index: int) -> Entry | None:
        """One entry, if its property is in scope."""
        ...

    def stream(self, scope: Scope, size: int) -> AsyncIterator[Entry]:
        """The first `size` entries in order."""
        ...

    async def roots(self, scope: Scope, spans: Sequence[Span]) -> list[bytes]:
        """The root of each span of the tree."""
        ...

    async def keys(self, scope: Scope) -> list[dict[str, Any]]:
        """The public keys that ever signed this log."""
        ...

    async def note_read(self, scope: Scope, event: NewEvent, provenance: Provenance) -> None:
        """Write that somebody read the log; if it cannot be written, the read is refused."""
        ...


class SearchIndex(Protocol):
    """What entries are found by."""

    async def behind(self, scope: Scope) -> list[str]:
        """Chains with entries that are not indexed yet; the scope is the system's."""
        ...

    async def follow(self, scope: Scope, limit: int) -> int:
        """Index the next entries of one chain; how many."""
        ...

    async def subjects(self, scope: Scope, key: str) -> list[str]:
        """The aggregates of entries that are found by this key."""
        ...


class VersionStore(Protocol):
    """Which versions of which aggregates stand in the log."""

    async def gaps(self, scope: Scope, before: dt.datetime, asked_before: dt.datetime) -> list[Tally]:
        """Aggregates that miss versions since before a moment (real time) and were not asked for since another."""
        ...

    async def filled(self, scope: Scope) -> list[Tally]:
        """Aggregates whose gap was told and is closed, and that was not told yet."""
        ...

    async def count(self, scope: Scope) -> int:
        """How many aggregates miss versions."""
        ...

    async def tell(self, scope: Scope, before: Tally, after: Tally, event: NewEvent, *, still: bool) -> bool:
        """Keep that a gap was told, with its event; False when it moved meanwhile."""
        ...


class Witness(Protocol):
    """Where checkpoints are kept outside the database."""

    async def last_version(self, chain: str) -> int:
        """The newest version written, 0 for none."""
        ...

    async def write(self, chain: str, checkpoints: Sequence[Checkpoint], key: dict[str, Any]) -> None:
        """Append checkpoints durably, and keep the public key beside them."""
        ...

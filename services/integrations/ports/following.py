"""What following a PMS needs of our own stores: marks, comments, endpoints and how far we have looked."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.integrations.domain.comments import KeptComment
from services.integrations.domain.connections import Connection
from services.integrations.domain.endpoints import Endpoint
from services.integrations.domain.following import Followed, Loaded
from services.integrations.domain.marks import Claimed, Hint
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.stays import StayStatus
from shared.contracts.values import Scope


class Superseded(Exception):
    """Somebody else has taken this mark since: what was asked for by us is stored by nobody."""


@dataclass(frozen=True)
class Backlog:
    """How much of one hotel is still to be asked about, and since when."""

    waiting: int
    oldest: dt.datetime | None


@dataclass(frozen=True)
class Looked:
    """How far we have looked at one hotel by ourselves. `offset` is where its stream of events stands."""

    changes_until: dt.datetime | None = None
    night: dt.date | None = None
    tasks_until: dt.datetime | None = None
    offset: str | None = None


class FollowedStays(Protocol):
    """Stays as they follow their PMS."""

    async def follow(
        self,
        scope: Scope,
        stay_ids: Sequence[str],
        guest_ids: Sequence[str],
        decide: Callable[[Loaded], Followed],
        provenance: Provenance,
        first: Callable[[Tx], Awaitable[None]] | None = None,
    ) -> Followed:
        """Load, decide and save in one transaction; `first` is done in it before anything is loaded."""
        ...

    async def erased(self, scope: Scope, guest_id: str, tx: Tx) -> bool: ...
    async def source_times(self, scope: Scope, stay_ids: Sequence[str]) -> dict[str, dt.datetime]: ...
    async def open_numbers(
        self, scope: Scope, pms: str, *, status: StayStatus | None = None, guest_id: str | None = None
    ) -> list[str]: ...


class Marks(Protocol):
    """Marks on what must be asked about."""

    async def raise_all(self, scope: Scope, connection: Connection, hints: Sequence[Hint], now: dt.datetime) -> int: ...
    async def claim(
        self, scope: Scope, now: dt.datetime, before: dt.datetime, most: int, skip: Sequence[str] = ()
    ) -> list[Claimed]: ...
    async def settle(self, scope: Scope, claimed: Claimed, now: dt.datetime, tx: Tx | None = None) -> None:
        """Raises Superseded when somebody else has the mark by now."""
        ...

    async def put_off(self, scope: Scope, claimed: Claimed, until: dt.datetime, failure: str) -> None: ...
    async def backlog(self, scope: Scope, property_id: str) -> Backlog: ...


class Comments(Protocol):
    """Comments of the PMS."""

    async def of_stay(self, scope: Scope, stay_id: str, tx: Tx | None = None) -> list[KeptComment]: ...
    async def save(self, scope: Scope, comments: Sequence[KeptComment], tx: Tx) -> None: ...


class Endpoints(Protocol):
    """How each hotel's PMS does."""

    async def find(self, scope: Scope, property_id: str) -> Endpoint: ...
    async def failing(self, scope: Scope) -> list[Endpoint]: ...
    async def failed(self, scope: Scope, property_id: str, code: str, now: dt.datetime) -> Endpoint: ...
    async def worked(self, scope: Scope, property_id: str, now: dt.datetime) -> None: ...


class Looks(Protocol):
    """How far we have looked at each hotel."""

    async def find(self, scope: Scope, property_id: str) -> Looked: ...
    async def note(self, scope: Scope, property_id: str, **fields: object) -> None: ...

"""The stores that following a PMS needs, in memory; one suite holds them to the real ones."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.integrations.domain.comments import KeptComment
from services.integrations.domain.connections import Connection
from services.integrations.domain.endpoints import Endpoint
from services.integrations.domain.following import Followed, Kept, Loaded
from services.integrations.domain.guests import Profile
from services.integrations.domain.marks import Claimed, Hint
from services.integrations.ports.following import Backlog, Looked, Superseded
from services.integrations.ports.vendors import PmsBusy
from shared.chassis.clock import Clock
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.stays import Stay, StayStatus
from shared.contracts.values import Scope


class Hands(Clock):
    """A clock whose real time stands where the test puts it."""

    def __init__(self, at: dt.datetime) -> None:
        super().__init__()
        self.at = at

    def real_now(self) -> dt.datetime:
        """As it was put."""
        return self.at


class FakeStays:
    """Stays and profiles in memory; a decision that raises saves nothing."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}
        self.people: dict[str, Profile] = {}
        self.events: list[NewEvent] = []

    async def follow(
        self,
        scope: Scope,
        stay_ids: Sequence[str],
        guest_ids: Sequence[str],
        decide: Callable[[Loaded], Followed],
        provenance: Provenance,
        first: Callable[[Tx], Awaitable[None]] | None = None,
    ) -> Followed:
        """Load, decide, save."""
        if first:
            await first(Tx(None))
        done = decide(Loaded(dict(self.kept), dict(self.people)))
        self.kept |= done.stays
        self.people |= done.profiles
        self.events += done.events
        return done

    async def erased(self, scope: Scope, guest_id: str, tx: Tx) -> bool:
        """Nobody."""
        return False

    async def source_times(self, scope: Scope, stay_ids: Sequence[str]) -> dict[str, dt.datetime]:
        """The PMS's own time of those that are there."""
        return {each: self.kept[each].stay.source_time for each in stay_ids if each in self.kept}

    async def open_numbers(
        self, scope: Scope, pms: str, *, status: StayStatus | None = None, guest_id: str | None = None
    ) -> list[str]:
        """Numbers of those that have not ended."""
        wanted = {status} if status else {StayStatus.BOOKED, StayStatus.CHECKED_IN}
        return [
            one.stay.reservation
            for one in self.kept.values()
            if one.stay.pms == pms and one.stay.status in wanted and guest_id in (None, one.stay.guest_id)
        ]

    def stay(self, reservation: str) -> Stay:
        """The stay of a reservation."""
        return next(one.stay for one in self.kept.values() if one.stay.reservation == reservation)


@dataclass
class Row:
    """One mark."""

    connection: Connection
    hint: Hint
    next_try: dt.datetime
    rev: int = 0
    fence: int = 0
    tries: int = 0
    dirty: bool = True
    claimed: dt.datetime | None = None
    failure: str | None = None


class FakeMarks:
    """Marks in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    async def raise_all(self, scope: Scope, connection: Connection, hints: Sequence[Hint], now: dt.datetime) -> int:
        """Raise marks."""
        wanted = dict.fromkeys(hints)
        for hint in wanted:
            key = f"{connection.property_id}|{connection.pms}|{hint.about.value}|{hint.ref}"
            row = self.rows.setdefault(key, Row(connection, hint, now))
            row.rev, row.dirty = row.rev + 1, True
        return len(wanted)

    async def claim(
        self, scope: Scope, now: dt.datetime, before: dt.datetime, most: int, skip: Sequence[str] = ()
    ) -> list[Claimed]:
        """Take what is due."""
        due = [
            (key, row)
            for key, row in self.rows.items()
            if row.dirty and row.next_try <= now and (row.claimed is None or row.claimed < before)
            if row.connection.property_id not in skip
        ]
        out = []
        for key, row in sorted(due, key=lambda pair: pair[1].next_try)[:most]:
            row.claimed, row.fence = now, row.fence + 1
            of = row.connection
            out.append(Claimed(key, of.chain, of.property_id, of.pms, row.hint, row.rev, row.fence, row.tries))
        return out

    async def settle(self, scope: Scope, claimed: Claimed, now: dt.datetime, tx: Tx | None = None) -> None:
        """What was asked is stored."""
        row = self.rows[claimed.id]
        if row.fence != claimed.fence:
            raise Superseded(claimed.id)
        row.dirty, row.claimed, row.tries, row.next_try = row.rev > claimed.rev, None, 0, now
        row.failure = None

    async def put_off(self, scope: Scope, claimed: Claimed, until: dt.datetime, failure: str) -> None:
        """Due again then."""
        row = self.rows[claimed.id]
        if row.fence == claimed.fence:
            row.claimed, row.next_try, row.failure, row.tries = None, until, failure, row.tries + 1

    async def backlog(self, scope: Scope, property_id: str) -> Backlog:
        """What waits."""
        waiting = [row for row in self.rows.values() if row.dirty and row.connection.property_id == property_id]
        return Backlog(len(waiting), None)


class FakeComments:
    """Comments in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, KeptComment] = {}

    async def of_stay(self, scope: Scope, stay_id: str, tx: Tx | None = None) -> list[KeptComment]:
        """Of one stay."""
        return [one for one in self.kept.values() if one.stay_id == stay_id]

    async def save(self, scope: Scope, comments: Sequence[KeptComment], tx: Tx) -> None:
        """Keep them."""
        self.kept |= {one.id: one for one in comments}


class FakeEndpoints:
    """Breakers in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Endpoint] = {}

    async def find(self, scope: Scope, property_id: str) -> Endpoint:
        """One."""
        return self.kept.get(property_id, Endpoint(property_id))

    async def failing(self, scope: Scope) -> list[Endpoint]:
        """Those that fail again and again."""
        return [one for one in self.kept.values() if one.open_until is not None]

    async def failed(self, scope: Scope, property_id: str, code: str, now: dt.datetime) -> Endpoint:
        """Note a failure."""
        self.kept[property_id] = (await self.find(scope, property_id)).failed(code, now)
        return self.kept[property_id]

    async def worked(self, scope: Scope, property_id: str, now: dt.datetime) -> None:
        """Note that it works."""
        self.kept[property_id] = (await self.find(scope, property_id)).worked(now)


class FakeLooks:
    """How far we have looked, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Looked] = {}

    async def find(self, scope: Scope, property_id: str) -> Looked:
        """One."""
        return self.kept.get(property_id, Looked())

    async def note(self, scope: Scope, property_id: str, **fields: Any) -> None:
        """Note it."""
        self.kept[property_id] = replace(await self.find(scope, property_id), **fields)


@dataclass
class FakeConnections:
    """Connected hotels in memory."""

    hotels: dict[str, Connection] = field(default_factory=dict)

    async def all(self, scope: Scope) -> list[Connection]:
        """All of them."""
        return list(self.hotels.values())

    async def find(self, scope: Scope, property_id: str) -> Connection | None:
        """One of them."""
        return self.hotels.get(property_id)


class FakeSecrets:
    """Secrets in memory."""

    def __init__(self, held: Mapping[str, str]) -> None:
        self.held: dict[str, str] | None = dict(held)

    async def of(self, connection: Connection) -> Mapping[str, str]:
        """All."""
        if self.held is None:
            raise PmsBusy("no_credentials")
        return self.held

    async def keep(self, connection: Connection, values: Mapping[str, str]) -> None:
        """Keep more."""
        self.held = {**(self.held or {}), **values}

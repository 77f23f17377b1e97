"""What the use cases need from outside, by role; the stores and the chassis fill these roles, tests bring fakes."""

import datetime as dt
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from services.records.domain.occurrences import Opening
from services.records.domain.rules import PropertyRules
from services.records.domain.state import RecordState
from services.records.domain.texts import PrivateText
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept
from shared.chassis.mongo import Tx
from shared.chassis.policy import Verdict
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.envelope import Envelope, NewEvent
from shared.contracts.identity import Department, Principal
from shared.contracts.records import Status
from shared.contracts.staff import Property, StaffMember
from shared.contracts.stays import Stay
from shared.contracts.values import Scope

Result = TypeVar("Result")
HeldText = tuple[str, PrivateText]
"""A text and the id of the record it belongs to."""


@dataclass(frozen=True)
class Query:
    """Which records to list. `after` is the (due time, id) the last page ended with; `now` decides what is late."""

    now: dt.datetime
    property_id: str | None = None
    statuses: Collection[Status] = ()
    department: Department | None = None
    owner: str | None = None
    stay_id: str | None = None
    kind: str | None = None
    room: str | None = None
    risk: str | None = None
    ids: Collection[str] = ()
    closed_since: dt.datetime | None = None
    after: tuple[dt.datetime, str] | None = None
    limit: int = 50


@dataclass
class Writing:
    """Everything one transaction writes about records."""

    fresh: list[RecordState] = field(default_factory=list)
    changed: list[tuple[int, RecordState]] = field(default_factory=list)
    texts: list[HeldText] = field(default_factory=list)


class RecordStore(Protocol):
    """Keeps records. A record of another chain or property is not seen."""

    async def find(self, scope: Scope, record_id: str, tx: Tx | None = None) -> RecordState | None:
        """One record."""
        ...

    async def find_all(self, scope: Scope, ids: Collection[str], tx: Tx | None = None) -> list[RecordState]:
        """The records of these ids."""
        ...

    async def open_of_stays(self, scope: Scope, stay_ids: Collection[str], tx: Tx | None = None) -> list[RecordState]:
        """The open records of these stays."""
        ...

    async def of_guest(self, scope: Scope, guest_id: str, stay_ids: Collection[str], tx: Tx | None = None) -> list[str]:
        """The ids of all records of a guest or of these stays."""
        ...

    async def alike(self, scope: Scope, opening: Opening, since: dt.datetime) -> list[RecordState]:
        """Open records of the same kind for the same room or stay, opened since then."""
        ...

    async def page(self, scope: Scope, query: Query) -> list[RecordState]:
        """One page, by due time and id."""
        ...

    async def load(self, scope: Scope, property_id: str) -> Mapping[str, int]:
        """How many open records each owner has at a property: an approximate read."""
        ...

    async def taken(self, scope: Scope, keys: Collection[str], tx: Tx) -> set[str]:
        """Which of these trigger keys have opened a record already."""
        ...

    async def write(self, scope: Scope, writing: Writing, tx: Tx) -> None:
        """Insert and replace; a record that moved on meanwhile, or a taken trigger key, makes the transaction fail."""
        ...


class TextStore(Protocol):
    """Reads private texts; they are written with their record."""

    async def read(self, scope: Scope, refs: Collection[str]) -> Mapping[str, str]:
        """The texts that are still there, by reference."""
        ...

    async def forget(self, scope: Scope, record_ids: Collection[str], tx: Tx) -> None:
        """Delete the texts and salts of these records."""
        ...


class StayMirror(Protocol):
    """The last word on each stay, as `stays.v1` gave it."""

    async def find_all(self, scope: Scope, ids: Collection[str], tx: Tx | None = None) -> list[Stay]:
        """The stays of these ids that are known."""
        ...

    async def keep(self, scope: Scope, stays: Sequence[Stay], tx: Tx) -> None:
        """Remember stays."""
        ...


class RulesStore(Protocol):
    """Keeps every version of each property's own rules."""

    async def latest(self, scope: Scope, property_id: str, tx: Tx | None = None) -> tuple[int, PropertyRules | None]:
        """The newest version and its rules; version 1 and None before a property ever changed anything."""
        ...

    async def recent(self, scope: Scope, property_id: str) -> tuple[int, PropertyRules | None]:
        """As `latest` was at most a second ago: what decisions go by, and pin."""
        ...

    async def add(self, scope: Scope, property_id: str, version: int, rules: PropertyRules, tx: Tx) -> None:
        """Keep a new version; a version that exists makes the transaction fail."""
        ...


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

    def property(self, chain: str, property_id: str) -> Property | None:
        """One property."""
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
    """Business time and ids."""

    def now(self) -> dt.datetime:
        """Business time, UTC."""
        ...

    def new_id(self) -> str:
        """A new id."""
        ...

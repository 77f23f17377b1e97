"""What the use cases need from the outside, by role."""

import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from services.reporting.domain.fact import Fact
from services.reporting.domain.mailing import Handed, Mailing
from services.reporting.domain.question import Figure, Question, Report
from services.reporting.domain.schedule import Run, Schedule
from services.reporting.domain.spot import SpotCheck
from services.reporting.domain.standing import Standing
from services.reporting.domain.stay import StaySeen
from services.reporting.domain.tally import Entry, Tally
from services.reporting.domain.trace import BusinessTrace
from services.reporting.reports.rows import Column, Table
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept
from shared.chassis.mongo import Tx
from shared.chassis.policy import Verdict
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.envelope import NewEvent
from shared.contracts.identity import Department, Principal
from shared.contracts.staff import Property, StaffMember
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


@dataclass(frozen=True)
class Known:
    """A fact, and whether it is in the sums."""

    fact: Fact
    counted: bool


class Contribution(NamedTuple):
    """An entry of one property."""

    chain: str
    property_id: str
    entry: Entry


class FactStore(Protocol):
    """Keeps facts."""

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx | None = None) -> dict[str, Fact]:
        """Facts by id."""
        ...

    async def known(self, scope: Scope, ids: Sequence[str], version: int, tx: Tx) -> dict[str, Known]:
        """Facts by id, and whether each is in the sums of this version."""
        ...

    async def uncounted(self, scope: Scope, version: int, limit: int, tx: Tx) -> list[Fact]:
        """Facts that are not in the sums of this version yet."""
        ...

    async def save(self, scope: Scope, facts: Sequence[Fact], tx: Tx, version: int = 0) -> None:
        """Keep facts, which are in the sums of this version."""
        ...

    async def holding(self, scope: Scope, subject: str, tx: Tx) -> list[Fact]:
        """The facts that hold something of one aggregate."""
        ...

    async def get(self, scope: Scope, record_id: str) -> Fact | None:
        """One fact within the scope."""
        ...

    async def touching(
        self,
        scope: Scope,
        start: Instant,
        end: Instant,
        after: str | None,
        limit: int,
        *,
        standing: bool,
        lingering: bool = False,
    ) -> list[Fact]:
        """Facts that something happened to in a time (or all that are open), those first that moved last; `lingering`:
        those too that are open since before it."""
        ...

    async def in_order(self, scope: Scope, start: Instant, end: Instant, after: str, limit: int) -> list[Fact]:
        """Facts that something happened to in a time, by their ids, beyond one: each once, whatever moves meanwhile."""
        ...

    async def standing(self, scope: Scope) -> list[Standing]:
        """Everything that is open, as reports about now need it."""
        ...

    async def overdue(self, scope: Scope, now: Instant, limit: int) -> list[Standing]:
        """What is open, past its due moment with its clock running, and was not told of for that moment."""
        ...

    async def told_overdue(self, scope: Scope, told: Sequence[Standing]) -> None:
        """These were told of, each for its due moment."""
        ...

    def every(self, scope: Scope) -> AsyncIterator[Fact]:
        """All facts of a scope, in the order of their ids."""
        ...


class Checks(Protocol):
    """Reads spot checks."""

    async def between(self, scope: Scope, start: dt.date, end: dt.date) -> Sequence[SpotCheck]:
        """Those of some days."""
        ...


class SumStore(Protocol):
    """Keeps the sums that reports are made of."""

    async def add(self, scope: Scope, contributions: Iterable[Contribution], tx: Tx) -> None:
        """Add to the sums of the days, months, properties and chains concerned."""
        ...

    async def whole(self, scope: Scope, families: Sequence[str], start: dt.date, end: dt.date) -> dict[str, Tally]:
        """The sums over some days, by family."""
        ...

    async def by_property(
        self, scope: Scope, families: Sequence[str], start: dt.date, end: dt.date
    ) -> dict[str, dict[str, Tally]]:
        """The sums over some days, by property and family."""
        ...

    async def by_day(
        self, scope: Scope, families: Sequence[str], start: dt.date, end: dt.date
    ) -> dict[dt.date, dict[str, Tally]]:
        """The sums of each day, by family."""
        ...


class StayStore(Protocol):
    """Keeps stays as reporting sees them."""

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx) -> dict[str, StaySeen]:
        """Stays by id; the system scope sees all chains."""
        ...

    async def save(self, scope: Scope, stays: Sequence[StaySeen], tx: Tx) -> None:
        """Keep stays."""
        ...

    async def drop(self, scope: Scope, stay_id: str, tx: Tx) -> None:
        """Forget one, before its events are applied again."""
        ...

    async def around(self, scope: Scope, property_id: str, start: dt.date, end: dt.date) -> list[StaySeen]:
        """Stays of one property with a night from start to end, or an arrival on one of those days."""
        ...


class ScheduleStore(Protocol):
    """Keeps schedules."""

    async def find(self, scope: Scope, schedule_id: str, tx: Tx | None = None) -> Schedule | None:
        """One schedule."""
        ...

    async def shown(self, scope: Scope) -> list[Schedule]:
        """All that are in use, by name."""
        ...

    async def add(self, scope: Scope, schedule: Schedule, tx: Tx) -> None:
        """Keep a new one."""
        ...

    async def replace(self, scope: Scope, schedule: Schedule, tx: Tx) -> bool:
        """Keep the next version in place of the one before it; False when it has moved on."""
        ...


class RunStore(Protocol):
    """Keeps deliveries."""

    async def find(self, scope: Scope, run_id: str, tx: Tx | None = None) -> Run | None:
        """One run."""
        ...

    async def shown(self, scope: Scope, limit: int) -> list[Run]:
        """The newest that were delivered."""
        ...

    async def last_of(self, scope: Scope, schedule_id: str) -> Run | None:
        """The newest of a schedule that was delivered or given up."""
        ...

    async def due(self, scope: Scope, limit: int) -> Sequence[Run]:
        """Those that wait to be delivered, oldest first."""
        ...

    async def open(self, scope: Scope, run: Run, tx: Tx) -> None:
        """Note a run that is due; one that is there stays as it is."""
        ...

    async def replace(self, scope: Scope, run: Run, tx: Tx) -> bool:
        """Keep the next version in place of the one before it; False when it has moved on."""
        ...


class FileStore(Protocol):
    """Keeps files that were made."""

    async def replace(self, scope: Scope, file_id: str, content: bytes) -> None:
        """Keep a file in place of what was there under its name."""
        ...

    async def read(self, scope: Scope, file_id: str) -> bytes:
        """A file; 404 when it is not there."""
        ...

    async def drop_older(self, scope: Scope, formats: Sequence[str], before: Instant, limit: int) -> int:
        """Delete files of these formats that were made before a moment of real time; how many."""
        ...


class MailingStore(Protocol):
    """Keeps e-mails of deliveries."""

    async def add(self, scope: Scope, some: Sequence[Mailing], tx: Tx) -> None:
        """Keep new ones; those that are there stay as they are."""
        ...

    async def due(self, scope: Scope, now: Instant, limit: int) -> Sequence[Mailing]:
        """Those that wait and may be sent, oldest first."""
        ...

    async def begun_before(self, scope: Scope, moment: Instant, limit: int) -> Sequence[Mailing]:
        """Those that somebody began to send before a moment and never said what became of."""
        ...

    async def move(self, scope: Scope, before: Mailing, after: Mailing) -> bool:
        """Keep what became of one, if it still stands as it was; False: somebody else has moved it."""
        ...

    async def of(self, scope: Scope, run_id: str) -> Sequence[Mailing]:
        """Those of one delivery, by address."""
        ...


class Mailer(Protocol):
    """Hands messages to a mail server."""

    async def send(self, key: str, to: str, message: bytes, at: Instant) -> Handed:
        """One message to one address; `key` names it for ever."""
        ...


class Press(Protocol):
    """Makes files."""

    async def render(
        self,
        forms: Sequence[str],
        report: Report,
        question: Question,
        figures: Sequence[Figure],
        property_id: str | None,
    ) -> Mapping[str, bytes]:
        """A report in some formats, by format; 503 when they cannot be made now."""
        ...

    async def table(
        self, form: str, table: Table, columns: Sequence[Column], rows: AsyncIterator[Sequence[Mapping[str, Any]]]
    ) -> bytes:
        """A whole table in one format, its rows in any order; 503 when it cannot be made now."""
        ...


class Keys(Protocol):
    """Idempotency keys."""

    async def seen(self, ctx: CommandContext) -> Kept | None:
        """What this key did."""
        ...

    async def keep(self, tx: Tx, ctx: CommandContext, status: int, subject: str, version: int) -> None:
        """Keep what it does, in the effect's transaction."""
        ...


class Append(Protocol):
    """Writes events in the caller's transaction."""

    async def __call__(self, tx: Tx, events: Sequence[NewEvent], provenance: Provenance) -> object:
        """Write them."""
        ...


class Arm(Protocol):
    """Sets timers in the caller's transaction."""

    async def __call__(self, tx: Tx, timers: Sequence[Timer]) -> None:
        """Set them."""
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

    def properties(self, chain: str, allowed: Iterable[str] | None = None) -> list[Property]:
        """The properties of a chain that a scope covers."""
        ...

    def staff(self, chain: str, property_id: str | None = None) -> list[StaffMember]:
        """The active staff of a chain, or of one of its properties."""
        ...

    def counts(self, chain: str, allowed: frozenset[str] | None) -> frozenset[str] | None:
        """What of a scope reports count: all of it, but training hotels."""
        ...


Noted = Callable[[HandOff], None]
"""What is done, after the commit, with each hand-off or overdue moment: a metric and a log event."""

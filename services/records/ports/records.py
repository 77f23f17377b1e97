"""Records, their texts, and what is asked of them."""

import datetime as dt
import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from services.records.domain.occurrences import Opening
from services.records.domain.state import RecordState
from services.records.domain.texts import PrivateText
from shared.chassis.mongo import Tx
from shared.contracts.identity import Department
from shared.contracts.records import Review, Status
from shared.contracts.values import Scope

HeldText = tuple[str, PrivateText]
"""A text and the id of the record it belongs to."""


Place = tuple[dt.datetime, str]
"""A place in an ordered list: the moment that it is ordered by, and the record's id."""


class By(enum.StrEnum):
    """The moments a list may be sorted by."""

    DUE = "due_at"
    OPENED = "opened_at"
    CHANGED = "changed_at"


@dataclass(frozen=True)
class Unanswered:
    """Records with a question nobody has answered, put to one of these; `due_by`: its answer was due by then."""

    staff_id: str | None = None
    departments: Collection[Department] = ()
    due_by: dt.datetime | None = None


@dataclass(frozen=True)
class Query:
    """Which records to list. `after` is the (moment, id) the last page ended with; `now` decides what is late."""

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
    guest_ids: Collection[str] = ()
    kinds: Collection[str] = ()
    words: Collection[str] = ()
    due_from: dt.datetime | None = None
    due_to: dt.datetime | None = None
    watcher: str | None = None
    parent: str | None = None
    unanswered: Unanswered | None = None
    by: By = By.DUE
    descending: bool = False
    after: Place | None = None
    limit: int = 50


@dataclass(frozen=True)
class Page:
    """A page of records. `after` is the place to go on from; None where nothing follows.

    A page that is not full may still have a next one: a search that finds little reads so much at once and no more.
    """

    states: list[RecordState]
    after: Place | None = None


@dataclass(frozen=True)
class Waiting:
    """What waits for a decision: one review of one record. `after` of a query is the (since, id) of the last one."""

    review: Review
    state: RecordState


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
        """The ids of all records of a guest, and of those of these stays that name no guest."""
        ...

    async def alike(self, scope: Scope, opening: Opening, since: dt.datetime) -> list[RecordState]:
        """Open records of the same kind for the same room or stay, opened since then."""
        ...

    async def page(self, scope: Scope, query: Query) -> Page:
        """One page, by the moment asked for and id."""
        ...

    async def load(self, scope: Scope, property_id: str) -> Mapping[str, int]:
        """How many open records each owner has at a property: an approximate read."""
        ...

    async def staked(self, scope: Scope, stay_id: str | None, day: str, tx: Tx | None = None) -> list[RecordState]:
        """The records of a stay on which money was asked for, and those on which `day` (person|date) asked for some."""
        ...

    async def waiting(
        self, scope: Scope, what: str, after: tuple[dt.datetime, str] | None, limit: int
    ) -> list[Waiting]:
        """Exceptions or proposals that wait for their reviewer, oldest first."""
        ...

    async def of_cause(self, scope: Scope, key: str, since: dt.datetime, tx: Tx | None = None) -> list[RecordState]:
        """The records with an exception note of this repeat key since a moment, oldest first."""
        ...

    async def opened_by(self, scope: Scope, prefix: str, tx: Tx | None = None) -> list[RecordState]:
        """The records whose trigger key begins so, oldest first."""
        ...

    async def opened_between(
        self, scope: Scope, property_id: str, since: dt.datetime, until: dt.datetime, limit: int
    ) -> list[RecordState]:
        """The records of a property that were opened from one moment to before another, oldest first."""
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

    async def of(self, scope: Scope, record_ids: Collection[str]) -> list[tuple[str, str, str]]:
        """All texts of these records: record, reference, words."""
        ...

    async def forget(self, scope: Scope, record_ids: Collection[str], tx: Tx) -> int:
        """Delete the texts and salts of these records; how many."""
        ...

"""What the use cases need of a PMS that only says that something changed, and of where its secrets lie."""

import datetime as dt
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.integrations.domain.comments import Comment
from services.integrations.domain.connections import Connection
from services.integrations.domain.folios import Folio
from services.integrations.domain.marks import Heard, Hint
from services.integrations.domain.orders import Ability, ChangeOrder, NoteOrder, TaskOrder, TaskState
from services.integrations.domain.postings import Charge
from services.integrations.domain.reservations import Reservation
from services.integrations.ports.outside import Posted


class PmsBusy(Exception):
    """The PMS did nothing now and may later: it is down, throttles us or does not know us. `after`: what it asked."""

    def __init__(self, code: str, after: dt.timedelta | None = None) -> None:
        super().__init__(code)
        self.code, self.after = code, after


class PmsUnreadable(Exception):
    """The PMS answered something that is not what its vendor publishes; `field` says where, and nothing what."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class Fetched:
    """A reservation as the PMS has it now, with every comment on it."""

    reservation: Reservation
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A reservation in a list: enough to know whether we know it. Without `modified` it is asked about always."""

    number: str
    modified: dt.datetime | None = None


Pages = AsyncIterator[Sequence[Listed]]


class Vendor(Protocol):
    """One vendor whose notifications are hints. Registered in `pms/registry.py`; one contract suite runs over all.

    Reads raise PmsBusy or PmsUnreadable. Commands raise PmsRefused (nothing was done and never will be), PmsBusy
    (nothing was done) or PmsSilent (it may have been done).
    """

    name: str
    can: frozenset[Ability]
    idempotent_charges: bool
    lists_changes: bool
    """Whether it can list what changed since a moment; else everything near today is looked at."""

    def heard(self, payload: object, connection: Connection) -> Heard:
        """What a notification is about; what is no notification raises an `invalid` AppError naming fields."""
        ...

    async def fetch(self, connection: Connection, number: str) -> Fetched | None:
        """One reservation; None when there is no such any more."""
        ...

    async def related(self, connection: Connection, hint: Hint) -> Sequence[str]:
        """The reservations that a change of something else concerns."""
        ...

    def changed(self, connection: Connection, since: dt.datetime, until: dt.datetime) -> Pages:
        """What changed between two moments, page by page; of one that lists no changes: what is near them."""
        ...

    def near(self, connection: Connection, first: dt.date, last: dt.date) -> Pages:
        """Every reservation that stays between two days, page by page, whatever its status."""
        ...

    async def folio(self, connection: Connection, number: str) -> Folio:
        """What stands on a reservation's folio."""
        ...

    async def tasks(self, connection: Connection, since: dt.datetime) -> Sequence[TaskState]:
        """Tasks that were opened or closed since; none of a PMS that has no tasks."""
        ...

    async def post_charge(self, connection: Connection, charge: Charge) -> Posted:
        """Post one line, or take one back, under its key."""
        ...

    async def write_back(self, connection: Connection, order: ChangeOrder) -> None:
        """Change a value of a reservation."""
        ...

    async def add_note(self, connection: Connection, order: NoteOrder) -> str:
        """Put words onto a reservation, once for their key; the PMS's reference."""
        ...

    async def put_task(self, connection: Connection, order: TaskOrder) -> str:
        """Open or close a task; the PMS's number of it."""
        ...

    def link(self, connection: Connection, number: str) -> str | None:
        """The address of a reservation in the PMS's own pages."""
        ...


class Listened(Protocol):
    """A PMS whose events are fetched by us."""

    def pull(self, connection: Connection) -> AsyncIterator[Heard]:
        """Empty its queue, page by page. Reading takes from it."""
        ...

    def listen(self, connection: Connection, offset: str | None) -> AsyncIterator[tuple[Heard, str]]:
        """Hold its stream from an offset on; ends when it is time to connect anew."""
        ...


class Secrets(Protocol):
    """Where the secrets of connections lie: outside the database, by the name that the connection carries."""

    async def of(self, connection: Connection) -> Mapping[str, str]:
        """All of one connection's. Raises PmsBusy when there are none: they may be put there later."""
        ...

    async def keep(self, connection: Connection, values: Mapping[str, str]) -> None:
        """Keep what a PMS handed over, beside what is there."""
        ...

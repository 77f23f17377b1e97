"""What the use cases need from stores, PMSs and channels, by role."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.integrations.domain.connections import Connection
from services.integrations.domain.following import Delivered, Followed, Kept, Loaded
from services.integrations.domain.guests import Profile
from services.integrations.domain.imports import ImportLine
from services.integrations.domain.orders import Ability
from services.integrations.domain.postings import Charge
from shared.chassis.provenance import Provenance
from shared.contracts.stays import Stay, StayStatus
from shared.contracts.values import Scope
from shared.contracts.writebacks import Writeback


class StayStore(Protocol):
    """Keeps stays and profiles, each change with its events."""

    async def follow(
        self,
        scope: Scope,
        stay_ids: Sequence[str],
        guest_ids: Sequence[str],
        decide: Callable[[Loaded], Followed],
        provenance: Provenance,
    ) -> Followed: ...
    async def there(self, scope: Scope, stay_ids: Sequence[str]) -> dict[str, bool]: ...
    async def add(self, scope: Scope, new: Followed, provenance: Provenance) -> None: ...
    async def get(self, scope: Scope, stay_id: str) -> Kept | None: ...
    async def page(
        self,
        scope: Scope,
        *,
        status: StayStatus | None = None,
        on: dt.date | None = None,
        guest_ids: Sequence[str] | None = None,
        number: str | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> tuple[list[Stay], str | None]: ...
    async def around(self, scope: Scope, first: dt.date, last: dt.date) -> list[Stay]: ...
    async def profiles(self, scope: Scope, guest_ids: Sequence[str]) -> list[Profile]: ...
    async def by_contact(self, scope: Scope, contact: str, limit: int = 20) -> list[str]: ...
    async def search(self, scope: Scope, pattern: str, limit: int) -> list[str]: ...


class Connections(Protocol):
    """Knows the connected hotels."""

    async def all(self, scope: Scope) -> list[Connection]: ...
    async def find(self, scope: Scope, property_id: str) -> Connection | None: ...


class GuestKey(Protocol):
    """The secret that guest ids are made with; ready once the service has started."""

    @property
    def value(self) -> bytes: ...


class PmsRefused(Exception):
    """The PMS says no and nothing was posted; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PmsSilent(Exception):
    """No answer came: whether it was posted is not known."""


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a charge stands in the PMS: its folio and the PMS's own reference."""

    folio: str
    reference: str


class Pms(Protocol):
    """One vendor. Registered in `pms/registry.py`; a contract suite runs over all of them."""

    name: str
    can: frozenset[Ability]
    idempotent_charges: bool

    def read(self, payload: object, connection: Connection) -> list[Delivered]:
        """The reservations a webhook payload tells; what cannot be read raises an `invalid` AppError naming fields."""
        ...

    def file(
        self, path: Path, connections: Mapping[str, Connection], on_bytes: Callable[[int], None]
    ) -> Iterator[ImportLine]:
        """Stream the reservations of an export file; connections are by the vendor's word for the hotel."""
        ...

    async def post_charge(self, connection: Connection, charge: Charge) -> Posted:
        """Post one line to a folio under its key. Raises PmsRefused, or PmsSilent when the outcome is unknown."""
        ...

    async def write_back(self, connection: Connection, writeback: Writeback) -> None:
        """Change a value of a stay under its key. Raises PmsRefused, or PmsSilent when the outcome is unknown.

        What the stay then holds comes as every change does: from the PMS, over its feed.
        """
        ...


class Folios(Protocol):
    """The ledger of a hotel whose PMS takes no charges: we keep its folios ourselves."""

    async def post(self, scope: Scope, charge: Charge) -> Posted: ...
    async def posted(self, scope: Scope, stay_id: str) -> int: ...

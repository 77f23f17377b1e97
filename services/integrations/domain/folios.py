"""What stands on a guest's folio in the PMS, in our words."""

import datetime as dt
from dataclasses import dataclass

from shared.contracts.records import LineKind
from shared.contracts.values import Money


@dataclass(frozen=True, slots=True)
class FolioEntry:
    """One entry. `key` is ours where we posted it; `kind` says what it does to what the guest owes."""

    id: str
    kind: LineKind
    amount: Money
    at: dt.datetime | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Folio:
    """A folio as the PMS holds it; `balance` is what the guest owes."""

    number: str
    balance: Money
    entries: tuple[FolioEntry, ...] = ()

    def under(self, key: str) -> FolioEntry | None:
        """The entry that we posted under a key."""
        return next((one for one in self.entries if one.key == key), None)

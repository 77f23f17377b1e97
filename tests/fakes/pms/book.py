"""A hotel's book as every simulated PMS keeps it: reservations, folios, notes, tasks, and what it has told of them."""

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from shared.contracts.stays import StayStatus

START = dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC)
TODAY = START.date()


@dataclass(frozen=True)
class Entry:
    """One entry on a folio; `sign` is what it does to what the guest owes, `paid` says that it is a payment."""

    id: str
    amount: Decimal
    sign: int = 1
    key: str | None = None
    of: str | None = None
    paid: bool = False


@dataclass(frozen=True)
class Task:
    """One task."""

    id: str
    name: str
    key: str
    closed: bool = False
    at: dt.datetime = START
    reservation: str | None = None


@dataclass(frozen=True)
class Booked:
    """One reservation. `people` says how the money, names and rooms of it are."""

    number: str
    status: StayStatus = StayStatus.BOOKED
    arrival: dt.date = TODAY + dt.timedelta(days=2)
    departure: dt.date = TODAY + dt.timedelta(days=5)
    booked_at: dt.datetime = START - dt.timedelta(days=20)
    modified: dt.datetime = START
    room: str | None = None
    room_type: str = "DBL"
    adults: int = 2
    children: int = 0
    rate: Decimal = Decimal("120.00")
    paid: Decimal = Decimal(0)
    first: str = "Ana"
    last: str = "Sá"
    email: str = "ana.sa@example.com"
    language: str = "pt"
    guest: str = "guest-1"
    comment: str = ""
    entries: tuple[Entry, ...] = ()

    @property
    def nights(self) -> int:
        """Nights."""
        return (self.departure - self.arrival).days

    @property
    def owed(self) -> Decimal:
        """What the guest owes."""
        return self.rate * self.nights - self.paid + sum((each.amount * each.sign for each in self.entries), Decimal(0))


class Book:
    """The state of one simulated hotel. Every change is told of once, in the vendor's words."""

    def __init__(self, hotel: str, tell: Callable[[Booked, str], list[Any]]) -> None:
        self.hotel, self._tell = hotel, tell
        self.booked: dict[str, Booked] = {}
        self.tasks: dict[str, Task] = {}
        self.notes: dict[str, list[str]] = {}
        self.told: list[Any] = []
        self.now = START
        self._ids = itertools.count(1)
        self.rooms = {"101": "room-101", "204": "room-204", "305": "room-305"}

    def id(self, prefix: str = "id") -> str:
        """A new id."""
        return f"{prefix}-{next(self._ids)}"

    def tick(self) -> dt.datetime:
        """A moment later than the last."""
        self.now += dt.timedelta(seconds=1)
        return self.now

    def book(self, one: Booked) -> Booked:
        """A new reservation."""
        self.booked[one.number] = replace(one, modified=self.tick())
        self.told += self._tell(self.booked[one.number], "created")
        return self.booked[one.number]

    def change(self, number: str, what: str = "changed", **fields: Any) -> Booked:
        """Something about a reservation is different now."""
        self.booked[number] = replace(self.booked[number], modified=self.tick(), **fields)
        self.told += self._tell(self.booked[number], what)
        return self.booked[number]

    def delete(self, number: str) -> None:
        """A reservation is gone without a trace."""
        gone = self.booked.pop(number)
        self.tick()
        self.told += self._tell(gone, "deleted")

    def post(self, number: str, entry: Entry) -> Entry:
        """Something onto a folio: the balance changes, the reservation's own time does not."""
        one = self.booked[number]
        self.booked[number] = replace(one, entries=(*one.entries, entry))
        return entry


@dataclass
class Faults:
    """How the next calls fail, one after another; what a call is about is found in its address."""

    waiting: list[tuple[str, str]] = field(default_factory=list)

    def next(self, *kinds: str, at: str = "") -> None:
        """The next calls whose address, followed by a blank and the method, holds `at` fail so."""
        self.waiting += [(kind, at) for kind in kinds]

    def take(self, address: str) -> str | None:
        """The fault of a call, or None."""
        for place, (kind, at) in enumerate(self.waiting):
            if at in address:
                del self.waiting[place]
                return kind
        return None

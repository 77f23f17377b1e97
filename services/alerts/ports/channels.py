"""What the sending of letters needs from the outside: channels, and where deliveries wait."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from services.alerts.domain.notice import Delivery
from services.alerts.domain.outgoing import Destination, Letter, Result, To
from services.alerts.domain.preferences import Device, Preferences
from services.alerts.domain.receipts import Receipt
from shared.chassis.mongo import Tx
from shared.contracts.values import Instant, Scope


@dataclass(frozen=True)
class Limits:
    """What one channel bears: letters a minute, how many at once, and how long one try may take."""

    per_minute: int
    at_once: int
    timeout_s: float


class Sender(Protocol):
    """One way to reach people or places; it owns its own settings and limits."""

    name: str
    limits: Limits

    async def send(self, to: To, letter: Letter) -> Result:
        """Try once. What a provider says is in the result; nothing is raised for it."""
        ...


@dataclass(frozen=True)
class Waiting:
    """A delivery that is to be sent now: how often that was tried, and which claim on it is ours.

    `letter`: the key under which it left before, where that is another than its own.
    """

    chain: str
    delivery: Delivery
    tries: int
    claim: int
    letter: str | None = None


@dataclass(frozen=True)
class Settled:
    """What became of a claimed delivery: its state, when it is tried again, and what the log says.

    `unring`: nobody was rung by it, so that it leads its group no more.
    """

    waiting: Waiting
    state: str
    code: str
    at: Instant
    retry_at: Instant | None = None
    maybe: bool = False
    followed_by: Delivery | None = None
    unring: bool = False


class OutgoingStore(Protocol):
    """Where deliveries wait to be sent, and the log of sending them."""

    async def claim(
        self, scope: Scope, queue: str, now: Instant, real: Instant, limit: int
    ) -> list[tuple[Waiting, ...]]:
        """Letters of one channel, due in business time and free in real time, each claimed for a minute; of all chains.

        The gravest first, then the oldest. A person's digest is one letter about several deliveries.
        """
        ...

    async def unsorted(self, scope: Scope, now: Instant, real: Instant, queues: Sequence[str]) -> list[Waiting]:
        """What is due and in no queue: places whose channel is not known yet, and channels that are not there."""
        ...

    async def sort(self, scope: Scope, delivery: str, queue: str) -> None:
        """Note by which channel a place is told."""
        ...

    async def grouped(self, scope: Scope, lead: Delivery) -> list[Delivery]:
        """The other notifications of a group, oldest first, that were listed while its lead rang for them."""
        ...

    async def settle(self, scope: Scope, settled: Sequence[Settled]) -> None:
        """Write down what became of claimed ones; one that falls over to another channel waits there, at once."""
        ...

    async def begin(self, scope: Scope, group: Sequence[Waiting], letter: str, real: Instant) -> bool:
        """Note that this letter, under its key, is about to leave; False when a claim on it is not ours any more."""
        ...

    async def receive(
        self, scope: Scope, letter: str, receipt: Receipt, otherwise: Callable[[Delivery], Delivery | None]
    ) -> int:
        """Take a receipt in for all that a letter told; what was lost goes the next way. How many it told of."""
        ...

    async def rezone(self, scope: Scope, moves: Mapping[str, Instant]) -> None:
        """Put deliveries that wait off to other moments."""
        ...

    async def walled(
        self, scope: Scope, property_id: str | None, after: Instant
    ) -> list[tuple[str, str, str, str, Instant]]:
        """(id, property, wall, zone, visible at) of the deliveries put off to a local time after a moment."""
        ...


class DestinationStore(Protocol):
    """Keeps the places that hear of alerts."""

    async def all(self, scope: Scope, property_id: str | None = None) -> list[Destination]:
        """Those of a scope that are told, by name."""
        ...

    async def get(self, scope: Scope, destination_id: str) -> Destination | None:
        """One of them."""
        ...

    async def save(self, scope: Scope, destination: Destination, tx: Tx) -> None:
        """Keep it."""
        ...


class WishStore(Protocol):
    """Keeps how people want to hear of alerts."""

    async def people(self, scope: Scope, staff_ids: Sequence[str], tx: Tx | None = None) -> dict[str, Any]:
        """Those of these people who said anything."""
        ...

    async def version(self, scope: Scope, staff_id: str, tx: Tx | None = None) -> int:
        """How often a person has changed theirs; 0: never."""
        ...

    async def save(self, scope: Scope, staff_id: str, wishes: Preferences, version: int, tx: Tx) -> None:
        """Keep a person's wishes as the next version."""
        ...

    async def add_device(self, scope: Scope, staff_id: str, device: Device, at: Instant, tx: Tx) -> None:
        """Keep a device; of more than a few the oldest goes."""
        ...

    async def forget(self, scope: Scope, staff_id: str, tx: Tx) -> None:
        """Somebody has left: nothing of theirs stays."""
        ...

    async def drop_device(self, scope: Scope, endpoint: str, staff_id: str | None = None, tx: Tx | None = None) -> bool:
        """Forget a device, somebody's own where they are named; whether it was there."""
        ...

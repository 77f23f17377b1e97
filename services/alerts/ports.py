"""What the use cases need from the outside, by role."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.alerts.domain.alert import LiveAlert
from services.alerts.domain.finding import Finding
from services.alerts.domain.notice import Delivery, Notice, Silence
from services.alerts.domain.roster import Roster
from services.alerts.domain.watch import Watch
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept
from shared.chassis.mongo import Tx
from shared.chassis.policy import Verdict
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.alerts import AlertState
from shared.contracts.envelope import Envelope, NewEvent
from shared.contracts.identity import Department, Principal
from shared.contracts.staff import Property
from shared.contracts.values import Instant, Scope


@dataclass(frozen=True)
class Page:
    """Where a list goes on (the sort key of the last item seen) and how many items to give."""

    limit: int
    after: tuple[Instant, str] | None = None


@dataclass(frozen=True)
class AlertQuery:
    """Which alerts to list."""

    states: frozenset[AlertState]
    property_id: str | None = None
    heard_by: str | None = None
    record_id: str | None = None


@dataclass(frozen=True)
class InboxItem:
    """One notification with the alert as it stands now."""

    delivery: Delivery
    live: LiveAlert


class WatchStore(Protocol):
    """Keeps what is known of each watched aggregate."""

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx) -> dict[str, Watch]:
        """The watches of these aggregates, by id."""
        ...

    async def save(self, scope: Scope, watches: Sequence[Watch], tx: Tx) -> None:
        """Keep these watches."""
        ...

    async def drop(self, scope: Scope, aggregate_id: str, tx: Tx) -> None:
        """Forget one aggregate, before its events are applied again."""
        ...


class AlertStore(Protocol):
    """Keeps alerts."""

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx) -> dict[str, LiveAlert]:
        """Alerts by id."""
        ...

    async def save(self, scope: Scope, lives: Sequence[LiveAlert], tx: Tx) -> None:
        """Keep alerts that were loaded, or made, in this transaction."""
        ...

    async def swap(self, scope: Scope, live: LiveAlert, seen: int, tx: Tx) -> bool:
        """Put the next version in place of the version seen; False when somebody else was first."""
        ...

    async def get(self, scope: Scope, alert_id: str) -> LiveAlert | None:
        """One alert within the scope."""
        ...

    async def page(self, scope: Scope, query: AlertQuery, page: Page) -> list[LiveAlert]:
        """Alerts, newest first."""
        ...

    async def live_rules(self, scope: Scope, subjects: Sequence[str], tx: Tx) -> frozenset[tuple[str, str]]:
        """(rule, subject) of every live alert on these subjects."""
        ...


class NoticeStore(Protocol):
    """Keeps notifications, the log of what became of each notice, and silences."""

    async def sent(self, scope: Scope, alert_ids: Sequence[str], tx: Tx) -> frozenset[str]:
        """Ids of the deliveries of these alerts."""
        ...

    async def rung(self, scope: Scope, groups: Sequence[str], tx: Tx) -> frozenset[tuple[str, str | None]]:
        """(group, person) pairs that have been rung."""
        ...

    async def silences(self, scope: Scope, now: Instant) -> tuple[Silence, ...]:
        """The silences that run; none when they cannot be read, so that alerts are sent."""
        ...

    async def deliver(self, scope: Scope, deliveries: Sequence[Delivery], tx: Tx) -> None:
        """Put notifications into inboxes; one that is there already stays as it is."""
        ...

    async def write_log(self, scope: Scope, notices: Sequence[Notice], now: Instant, tx: Tx) -> None:
        """Write down what became of notices."""
        ...

    async def inbox(
        self, scope: Scope, staff_id: str, roles: Sequence[str], now: Instant, page: Page
    ) -> list[InboxItem]:
        """The notifications a person may see by now, newest first."""
        ...


class Channel(Protocol):
    """One way to reach people."""

    name: str

    async def deliver(self, scope: Scope, deliveries: Sequence[Delivery], tx: Tx) -> None:
        """Hand over deliveries of this channel; the same delivery twice has one effect."""
        ...


class TimerSetter(Protocol):
    """Sets timers in the transaction of what they belong to."""

    async def arm(self, tx: Tx, timers: Sequence[Timer]) -> None:
        """Set timers; another generation replaces, the same changes nothing."""
        ...

    async def disarm(self, tx: Tx, ids: Sequence[str]) -> None:
        """Take pending timers back."""
        ...


class Announcer(Protocol):
    """Publishes events with the state they describe."""

    async def append(self, tx: Tx, events: Sequence[NewEvent], provenance: Provenance) -> list[Envelope]:
        """Write event rows in this transaction."""
        ...


class Staffing(Protocol):
    """Who works where."""

    def roster(self, chain: str, property_id: str) -> Roster:
        """The staff of one property and its time zone."""
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


class Commands(Protocol):
    """One transaction of one command, with its idempotency key."""

    async def seen(self, ctx: CommandContext) -> Kept | None:
        """What this key did before."""
        ...

    async def keep(self, tx: Tx, ctx: CommandContext, status: int, subject: str, version: int) -> None:
        """Keep what this key does, as the first write of its transaction."""
        ...

    async def run(self, work: Callable[[Tx], Awaitable[LiveAlert]]) -> LiveAlert:
        """Do it in one transaction; transient conflicts do it again."""
        ...


class Inspector(Protocol):
    """Looks for what must not be."""

    async def findings(self, scope: Scope, before: Instant) -> list[Finding]:
        """Alerts without timer or notice, breaches and timers due before a moment; the system scope sees all chains."""
        ...

    async def keep(self, scope: Scope, found: Sequence[Finding], at: Instant) -> None:
        """Keep the findings of the last look."""
        ...

    async def last(self, scope: Scope) -> tuple[Instant | None, list[Finding]]:
        """The findings of the last look and when it was."""
        ...

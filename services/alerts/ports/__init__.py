"""What the use cases need from the outside, by role."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from services.alerts.domain.alert import LiveAlert
from services.alerts.domain.book import Book
from services.alerts.domain.finding import Finding
from services.alerts.domain.notice import Delivery, Notice
from services.alerts.domain.preferences import Person
from services.alerts.domain.roster import Roster
from services.alerts.domain.silence import Silence
from services.alerts.domain.stays import SeenStay
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

Result = TypeVar("Result")


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
    departments: frozenset[Department] | None = None


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

    async def active(self, scope: Scope, property_id: str, limit: int) -> list[Watch]:
        """The watches of a property that still wait for something, or are about what is open."""
        ...

    async def active_after(self, scope: Scope, property_id: str | None, after: str, limit: int, tx: Tx) -> list[Watch]:
        """The next such watches after an id, in the order of ids; of every property where none is named."""
        ...

    async def drop(self, scope: Scope, aggregate_id: str, tx: Tx) -> None:
        """Forget one aggregate, before its events are applied again."""
        ...

    async def of_stays(self, scope: Scope, stay_ids: Sequence[str], tx: Tx) -> list[Watch]:
        """The watches of the records of these stays."""
        ...

    async def opened_by(self, scope: Scope, sources: Sequence[str], tx: Tx) -> frozenset[str]:
        """Those of these messages and comments for which a record was opened."""
        ...


class StayStore(Protocol):
    """Keeps what the PMS said of each stay."""

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx) -> dict[str, SeenStay]:
        """Stays by id."""
        ...

    async def save(self, scope: Scope, stays: Sequence[SeenStay], tx: Tx) -> None:
        """Keep these stays."""
        ...

    async def hold(self, scope: Scope, ids: Sequence[str], tx: Tx) -> None:
        """Touch these stays, known or not: whoever writes one of them beside this transaction starts over."""
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

    async def live_in(
        self, scope: Scope, rules: Sequence[str], properties: Sequence[str], tx: Tx
    ) -> frozenset[tuple[str, str]]:
        """(rule, property) of every live alert of these rules at these properties."""
        ...

    async def hushed(self, scope: Scope, property_id: str, after: str, limit: int, tx: Tx) -> list[LiveAlert]:
        """The next open alerts of a property after an id whose last step was kept silent, in the order of ids."""
        ...

    async def hushed_on(self, scope: Scope, subjects: Sequence[str], tx: Tx) -> frozenset[str]:
        """Ids of the open alerts on these subjects whose last step was kept silent."""
        ...

    async def unplaced(self, scope: Scope, record_ids: Sequence[str], tx: Tx) -> list[LiveAlert]:
        """Live alerts of these records that came before the news of what kind the record is."""
        ...

    async def hold(self, scope: Scope, hushers: Sequence[tuple[str, str]], tx: Tx) -> None:
        """Touch live alerts, (rule, subject or property) each: whoever ends one beside this transaction starts over."""
        ...


class NoticeStore(Protocol):
    """Keeps notifications and the log of what became of each notice."""

    async def sent(self, scope: Scope, alert_ids: Sequence[str], tx: Tx) -> frozenset[str]:
        """Ids of the deliveries of these alerts."""
        ...

    async def rung(self, scope: Scope, groups: Sequence[str], tx: Tx) -> frozenset[tuple[str, str]]:
        """(group, hearer) pairs that have been rung."""
        ...

    async def deliver(self, scope: Scope, deliveries: Sequence[Delivery], tx: Tx) -> None:
        """Keep deliveries: those to inboxes are there with this, the others wait to be sent. Each once.

        A hearer is rung once for a group: of two transactions that would ring them at once, one starts over.
        """
        ...

    async def write_log(self, scope: Scope, notices: Sequence[Notice], now: Instant, tx: Tx) -> None:
        """Write down what became of notices."""
        ...

    async def inbox(
        self, scope: Scope, staff_id: str, roles: Sequence[str], now: Instant, page: Page
    ) -> list[InboxItem]:
        """The notifications a person may see by now, newest first."""
        ...

    async def of_alert(self, scope: Scope, alert_id: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The log of an alert's notices, and of each delivery, oldest first."""
        ...


class SilenceStore(Protocol):
    """Keeps silences."""

    async def running(self, scope: Scope, now: Instant) -> tuple[Silence, ...]:
        """The silences that run; none when they cannot be read, so that alerts are sent."""
        ...

    async def hold(self, scope: Scope, ids: Sequence[str], tx: Tx) -> frozenset[str]:
        """Touch these silences: whoever ends one beside this transaction starts over. Those that are not ended yet."""
        ...

    async def get(self, scope: Scope, silence_id: str, tx: Tx | None = None) -> Silence | None:
        """One silence."""
        ...

    async def page(self, scope: Scope, property_id: str | None, running_at: Instant | None) -> list[Silence]:
        """Silences, the newest first; of one property, or only those that run, where that is asked."""
        ...

    async def save(self, scope: Scope, silence: Silence, tx: Tx) -> None:
        """Keep a silence."""
        ...


class Books(Protocol):
    """What is in force at each hotel."""

    async def book(self, scope: Scope, property_id: str, now: Instant) -> Book:
        """A hotel's book, as it was at most a second ago."""
        ...


class People(Protocol):
    """How people want to hear of alerts."""

    async def people(self, scope: Scope, staff_ids: Sequence[str], tx: Tx | None = None) -> dict[str, Person]:
        """Their wishes, devices and languages, by id."""
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

    def hearers(self, chain: str, property_id: str, kind: str | None, department: Department | None) -> Roster:
        """Of that staff, those who may read this kind of record now; all where it is of none."""
        ...

    def works_at(self, chain: str, property_id: str, staff_id: str) -> bool:
        """Whether somebody is on the staff of a property, active and no program."""
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

    async def run(self, work: Callable[[Tx], Awaitable[Result]]) -> Result:
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

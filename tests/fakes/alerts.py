"""The ports of alerts in memory: what is written is there at once, and timers fire when the test's clock says so."""

import datetime as dt
import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from services.alerts.domain.alert import LiveAlert
from services.alerts.domain.book import DEFAULT, Book
from services.alerts.domain.notice import Delivery, Notice
from services.alerts.domain.preferences import Person
from services.alerts.domain.roster import Roster, roster_of
from services.alerts.domain.silence import Silence
from services.alerts.domain.stays import SeenStay
from services.alerts.domain.watch import Watch
from services.alerts.ports import AlertQuery, InboxItem, Page
from services.alerts.usecases.desk import Parts
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept
from shared.chassis.mongo import Tx
from shared.chassis.policy import Verdict
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.alerts import AlertState
from shared.contracts.envelope import Envelope, NewEvent
from shared.contracts.staff import Property, StaffMember
from shared.contracts.values import Scope
from tests.factories.access import hotel

Result = TypeVar("Result")
TX = Tx(None)
AT_ONCE = 200


class FakeWatches:
    """Watches by id."""

    def __init__(self) -> None:
        self.rows: dict[str, Watch] = {}

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx) -> dict[str, Watch]:
        return {each: self.rows[each] for each in ids if each in self.rows}

    async def save(self, scope: Scope, watches: Sequence[Watch], tx: Tx) -> None:
        self.rows |= {each.id: each for each in watches}

    async def active(self, scope: Scope, property_id: str, limit: int) -> list[Watch]:
        return [each for each in self.rows.values() if each.property_id == property_id and each.active][:limit]

    async def active_after(self, scope: Scope, property_id: str | None, after: str, limit: int, tx: Tx) -> list[Watch]:
        wanted = [each for each in self.rows.values() if each.active and each.id > after]
        wanted = [each for each in wanted if property_id in (None, each.property_id)]
        return sorted(wanted, key=lambda each: each.id)[:limit]

    async def drop(self, scope: Scope, aggregate_id: str, tx: Tx) -> None:
        self.rows.pop(aggregate_id, None)

    async def of_stays(self, scope: Scope, stay_ids: Sequence[str], tx: Tx) -> list[Watch]:
        return [each for each in self.rows.values() if each.stay in stay_ids]

    async def opened_by(self, scope: Scope, sources: Sequence[str], tx: Tx) -> frozenset[str]:
        wanted = set(sources)
        return frozenset(each.opened_by for each in self.rows.values() if each.opened_by in wanted)


class FakeStays:
    """Stays by id."""

    def __init__(self) -> None:
        self.rows: dict[str, SeenStay] = {}

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx) -> dict[str, SeenStay]:
        return {each: self.rows[each] for each in ids if each in self.rows}

    async def save(self, scope: Scope, stays: Sequence[SeenStay], tx: Tx) -> None:
        self.rows |= {each.id: each for each in stays}

    async def hold(self, scope: Scope, ids: Sequence[str], tx: Tx) -> None:
        """Nothing runs beside a test."""


class FakeAlerts:
    """Alerts by id."""

    def __init__(self) -> None:
        self.rows: dict[str, LiveAlert] = {}

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx) -> dict[str, LiveAlert]:
        return {each: self.rows[each] for each in ids if each in self.rows}

    async def save(self, scope: Scope, lives: Sequence[LiveAlert], tx: Tx) -> None:
        self.rows |= {each.alert.id: each for each in lives}

    async def swap(self, scope: Scope, live: LiveAlert, seen: int, tx: Tx) -> bool:
        if self.rows[live.alert.id].alert.version != seen:
            return False
        self.rows[live.alert.id] = live
        return True

    async def get(self, scope: Scope, alert_id: str) -> LiveAlert | None:
        return self.rows.get(alert_id)

    async def page(self, scope: Scope, query: AlertQuery, page: Page) -> list[LiveAlert]:
        found = [each for each in self.rows.values() if each.alert.state in query.states]
        return sorted(found, key=lambda each: (each.alert.opened_at, each.alert.id), reverse=True)[: page.limit]

    async def live_rules(self, scope: Scope, subjects: Sequence[str], tx: Tx) -> frozenset[tuple[str, str]]:
        wanted = set(subjects)
        alerts = [each.alert for each in self.rows.values() if each.alert.subject in wanted and each.live]
        return frozenset((each.rule, each.subject) for each in alerts)

    async def live_in(
        self, scope: Scope, rules: Sequence[str], properties: Sequence[str], tx: Tx
    ) -> frozenset[tuple[str, str]]:
        alerts = [each.alert for each in self.rows.values() if each.live and each.alert.rule in rules]
        return frozenset((each.rule, each.property_id) for each in alerts if each.property_id in properties)

    async def hushed(self, scope: Scope, property_id: str, after: str, limit: int, tx: Tx) -> list[LiveAlert]:
        open_ones = [each for each in self.rows.values() if each.alert.state is AlertState.OPEN]
        found = [each for each in open_ones if each.hushed and each.alert.property_id == property_id]
        return sorted((each for each in found if each.alert.id > after), key=lambda each: each.alert.id)[:limit]

    async def hushed_on(self, scope: Scope, subjects: Sequence[str], tx: Tx) -> frozenset[str]:
        found = [each.alert for each in self.rows.values() if each.live and each.hushed]
        return frozenset(each.id for each in found if each.subject in subjects)

    async def unplaced(self, scope: Scope, record_ids: Sequence[str], tx: Tx) -> list[LiveAlert]:
        found = [each for each in self.rows.values() if each.live and each.alert.kind is None]
        return [each for each in found if each.alert.record_id in record_ids]

    async def hold(self, scope: Scope, hushers: Sequence[tuple[str, str]], tx: Tx) -> None:
        """Nothing runs beside a test."""


class FakeNotices:
    """Deliveries by id, rings, and the log."""

    def __init__(self) -> None:
        self.rows: dict[str, Delivery] = {}
        self.rings: set[tuple[str, str]] = set()
        self.log: list[Notice] = []
        self._of: dict[str, set[str]] = {}

    async def sent(self, scope: Scope, alert_ids: Sequence[str], tx: Tx) -> frozenset[str]:
        return frozenset(name for each in alert_ids for name in self._of.get(each, ()))

    async def rung(self, scope: Scope, groups: Sequence[str], tx: Tx) -> frozenset[tuple[str, str]]:
        return frozenset(each for each in self.rings if each[0] in groups)

    async def deliver(self, scope: Scope, deliveries: Sequence[Delivery], tx: Tx) -> None:
        self.rings |= {(each.group, each.hearer) for each in deliveries if each.lead}
        for each in deliveries:
            self.rows.setdefault(each.id, each)
            self._of.setdefault(each.alert, set()).add(each.id)

    async def write_log(self, scope: Scope, notices: Sequence[Notice], now: dt.datetime, tx: Tx) -> None:
        self.log += notices

    async def inbox(
        self, scope: Scope, staff_id: str, roles: Sequence[str], now: dt.datetime, page: Page
    ) -> list[InboxItem]:
        return []

    async def of_alert(self, scope: Scope, alert_id: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        return [], []


class FakeSilences:
    """Silences by id."""

    def __init__(self) -> None:
        self.rows: dict[str, Silence] = {}

    async def running(self, scope: Scope, now: dt.datetime) -> tuple[Silence, ...]:
        return tuple(each for each in self.rows.values() if each.runs(now))

    async def hold(self, scope: Scope, ids: Sequence[str], tx: Tx) -> frozenset[str]:
        return frozenset(each for each in ids if self.rows[each].ended_at is None)

    async def get(self, scope: Scope, silence_id: str, tx: Tx | None = None) -> Silence | None:
        return self.rows.get(silence_id)

    async def page(self, scope: Scope, property_id: str | None, running_at: dt.datetime | None) -> list[Silence]:
        return list(self.rows.values())

    async def save(self, scope: Scope, silence: Silence, tx: Tx) -> None:
        self.rows[silence.id] = silence


class FakeTimers:
    """Pending timers, fired in the order of their moments, some at a time, as the chassis does."""

    def __init__(self) -> None:
        self.pending: dict[str, Timer] = {}
        self.fired: dict[str, int] = {}
        self.handlers: dict[str, Callable[[Tx, Sequence[tuple[Timer, int]]], Awaitable[None]]] = {}

    async def arm(self, tx: Tx, timers: Sequence[Timer]) -> None:
        for each in timers:
            known = self.pending.get(each.id)
            generation = known.generation if known else self.fired.get(each.id)
            if generation != each.generation:
                self.pending[each.id] = each

    async def disarm(self, tx: Tx, ids: Sequence[str]) -> None:
        for each in ids:
            self.pending.pop(each, None)

    async def fire(self, now: dt.datetime) -> int:
        """Fire what is due, and what comes due by it."""
        count = 0
        while due := sorted(
            (each for each in self.pending.values() if each.due_at <= now), key=lambda each: each.due_at
        ):
            due = due[:AT_ONCE]
            for each in due:
                del self.pending[each.id]
                self.fired[each.id] = each.generation
            for kind in dict.fromkeys(each.kind for each in due):
                await self.handlers[kind](TX, [(each, 0) for each in due if each.kind == kind])
            count += len(due)
        return count


class FakeOutbox:
    """Events in order; a version is written once."""

    def __init__(self) -> None:
        self.events: list[NewEvent] = []
        self._versions: set[tuple[str, int]] = set()

    async def append(self, tx: Tx, events: Sequence[NewEvent], provenance: Provenance) -> list[Envelope]:
        for each in events:
            assert (each.subject, each.sequence) not in self._versions, each
            self._versions.add((each.subject, each.sequence))
            self.events.append(each)
        return []


class FakeBooks:
    """One book everywhere."""

    def __init__(self, book: Book = DEFAULT) -> None:
        self.held = book

    async def book(self, scope: Scope, property_id: str, now: dt.datetime) -> Book:
        return self.held


class FakePeople:
    """Nobody wants anything but the inbox."""

    async def people(self, scope: Scope, staff_ids: Sequence[str], tx: Tx | None = None) -> dict[str, Person]:
        return {each: Person(staff_id=each) for each in staff_ids}


class FakeStaffing:
    """One hotel's staff."""

    def __init__(self, staff: Sequence[StaffMember], property_id: str, zone: str) -> None:
        self.roster_held = roster_of(staff, property_id, zone)
        self.deaf: set[str] = set()
        """Who may not read what records are about."""

    def roster(self, chain: str, property_id: str) -> Roster:
        return self.roster_held

    def hearers(self, chain: str, property_id: str, kind: str | None, department: Any) -> Roster:
        return self.roster_held.of({each.id for each in self.roster_held.staff} - self.deaf)

    def works_at(self, chain: str, property_id: str, staff_id: str) -> bool:
        return any(each.id == staff_id for each in self.roster_held.staff)


@dataclass
class FakeCommands:
    """Commands with their keys."""

    keys: dict[str, Kept] = field(default_factory=dict)

    async def seen(self, ctx: CommandContext) -> Kept | None:
        return self.keys.get(ctx.key)

    async def keep(self, tx: Tx, ctx: CommandContext, status: int, subject: str, version: int) -> None:
        self.keys[ctx.key] = Kept(status, subject, version)

    async def run(self, work: Callable[[Tx], Awaitable[Result]]) -> Result:
        return await work(TX)


class FakePermissions:
    """Everybody may do everything at one hotel."""

    def decide(self, *_: Any, **__: Any) -> Verdict:
        return Verdict(True)

    def property(self, chain: str, property_id: str) -> Property | None:
        return hotel(property_id)


class House:
    """All of it together."""

    def __init__(self, staff: Sequence[StaffMember], property_id: str, zone: str, book: Book = DEFAULT) -> None:
        self.watches, self.stays, self.alerts, self.notices = FakeWatches(), FakeStays(), FakeAlerts(), FakeNotices()
        self.silences, self.timers, self.outbox = FakeSilences(), FakeTimers(), FakeOutbox()
        self.commands, self.permissions = FakeCommands(), FakePermissions()
        self._ids = itertools.count()
        self.parts = Parts(
            watches=self.watches,
            stays=self.stays,
            alerts=self.alerts,
            notices=self.notices,
            silences=self.silences,
            books=FakeBooks(book),
            people=FakePeople(),
            timers=self.timers,
            outbox=self.outbox,
            staffing=FakeStaffing(staff, property_id, zone),
        )

    def new_id(self) -> str:
        """An id nobody has."""
        return f"id-{next(self._ids)}"


__all__ = ["TX", "House"]

"""A records database in memory that fills the roles of `services.records.ports`, with transactions that roll back."""

import copy
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, TypeVar

from services.records.domain.absence import Duty
from services.records.domain.campaigns import CampaignState
from services.records.domain.files import HeldFile
from services.records.domain.handover import HandoverDocument
from services.records.domain.incentives import EarningLine
from services.records.domain.occurrences import Opening
from services.records.domain.offers import OfferVersion
from services.records.domain.points import Entry
from services.records.domain.repeats import FirstAsked
from services.records.domain.rulebook import Head, RuleVersion, standing
from services.records.domain.saved_views import SavedView
from services.records.domain.staff_history import StaffVersion
from services.records.domain.standby import InLine
from services.records.domain.state import Question, RecordState
from services.records.domain.texts import PrivateText
from services.records.domain.views import risk
from services.records.ports import Claim, Page, PendingErasure, Plan, Query, Round, Unanswered, Waiting, Writing
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept
from shared.chassis.mongo import Duplicate, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.chassis.timers import Timer
from shared.contracts.envelope import Envelope, NewEvent
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.guests import GuestErased
from shared.contracts.identity import system
from shared.contracts.records import Status
from shared.contracts.stays import Stay
from shared.contracts.values import SYSTEM_CHAIN, Scope, local_day, zone

Result = TypeVar("Result")


@dataclass
class Tables:
    """Everything that is stored."""

    records: dict[str, RecordState] = field(default_factory=dict)
    texts: dict[str, tuple[str, PrivateText]] = field(default_factory=dict)
    stays: dict[str, Stay] = field(default_factory=dict)
    rules: dict[tuple[str, int], RuleVersion] = field(default_factory=dict)
    events: list[Envelope] = field(default_factory=list)
    kept: dict[str, tuple[str, Kept]] = field(default_factory=dict)
    timers: dict[str, Timer] = field(default_factory=dict)
    locks: dict[str, int] = field(default_factory=dict)
    duties: dict[str, Duty] = field(default_factory=dict)
    handovers: dict[str, tuple[str, HandoverDocument]] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    offers: dict[tuple[str, int], OfferVersion] = field(default_factory=dict)
    claims: dict[tuple[str, str], Claim] = field(default_factory=dict)
    lines: dict[str, InLine] = field(default_factory=dict)
    staff: dict[tuple[str, str, int], StaffVersion] = field(default_factory=dict)
    earnings: dict[str, EarningLine] = field(default_factory=dict)
    campaigns: dict[str, CampaignState] = field(default_factory=dict)
    cursors: dict[str, Round] = field(default_factory=dict)
    kept_at: dict[str, dt.datetime] = field(default_factory=dict)
    opted_out: dict[str, bool] = field(default_factory=dict)
    loyalty: dict[tuple[str, int], Entry] = field(default_factory=dict)
    views: dict[str, SavedView] = field(default_factory=dict)
    repeats: dict[str, FirstAsked] = field(default_factory=dict)
    files: dict[str, tuple[str, HeldFile, bytes]] = field(default_factory=dict)
    erasures: dict[str, tuple[bool, PendingErasure]] = field(default_factory=dict)


class FakeDatabase:
    """One in-memory database; `fail` makes the next transaction fail after its work, as a lost commit does."""

    def __init__(self) -> None:
        self.tables = Tables()
        self.fail: Exception | None = None

    async def run(self, work: Callable[[Tx], Awaitable[Result]]) -> Result:
        """All of the work or nothing."""
        before = copy.copy(self.tables)
        saved = {name: copy.copy(getattr(before, name)) for name in vars(before)}
        try:
            result = await work(Tx(None))
            if self.fail is not None:
                raise self.fail
        except BaseException:
            self.tables = Tables(**saved)
            raise
        return result


class FakeRecords:
    """Records, by the same rules as the real store."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    def _seen(self, scope: Scope) -> list[RecordState]:
        rows = self._db.tables.records.values()
        return sorted(
            (row for row in rows if row.chain == scope.chain and scope.covers(row.property_id)), key=lambda row: row.id
        )

    async def find(self, scope: Scope, record_id: str, tx: Tx | None = None) -> RecordState | None:
        return next((row for row in self._seen(scope) if row.id == record_id), None)

    async def find_all(self, scope: Scope, ids: Collection[str], tx: Tx | None = None) -> list[RecordState]:
        return [row for row in self._seen(scope) if row.id in ids]

    async def open_of_stays(self, scope: Scope, stay_ids: Collection[str], tx: Tx | None = None) -> list[RecordState]:
        return [row for row in self._seen(scope) if row.stay_id in stay_ids and row.status is not Status.COMPLETE]

    async def of_guest(self, scope: Scope, guest_id: str, stay_ids: Collection[str], tx: Tx | None = None) -> list[str]:
        asked = GuestErased(actor=system("tests"), guest_id=guest_id, stay_ids=tuple(stay_ids))
        return [row.id for row in self._seen(scope) if asked.concerns(row.guest_id, row.stay_id)]

    async def alike(self, scope: Scope, opening: Opening, since: dt.datetime) -> list[RecordState]:
        return [
            row
            for row in self._seen(scope)
            if (row.property_id, row.kind) == (opening.property_id, opening.kind)
            and row.status is not Status.COMPLETE
            and row.opened_at >= since
            and ((row.room or "-") == opening.room or (row.stay_id or "-") == opening.stay_id)
        ]

    async def page(self, scope: Scope, query: Query) -> Page:
        wanted = (row for row in self._seen(scope) if _wanted(row, query))
        rows = sorted(wanted, key=lambda row: _moment(row, query), reverse=query.descending)
        page, more = rows[: query.limit], len(rows) > query.limit
        return Page(page, _moment(page[-1], query) if more else None)

    async def load(self, scope: Scope, property_id: str) -> Mapping[str, int]:
        load: dict[str, int] = {}
        for row in self._seen(scope):
            if row.property_id == property_id and row.status is not Status.COMPLETE:
                load[row.owner] = load.get(row.owner, 0) + 1
        return load

    async def staked(self, scope: Scope, stay_id: str | None, day: str, tx: Tx | None = None) -> list[RecordState]:
        return [
            row
            for row in self._seen(scope)
            if row.stakes
            and (
                (stay_id is not None and row.stay_id == stay_id)
                or any(f"{one.by}|{local_day(one.at, zone(row.zone)).isoformat()}" == day for one in row.stakes)
            )
        ]

    async def waiting(
        self, scope: Scope, what: str, after: tuple[dt.datetime, str] | None, limit: int
    ) -> list[Waiting]:
        found = [Waiting(review, row) for row in self._seen(scope) for review in row.reviews if review.what == what]
        later = [one for one in found if after is None or (one.review.since, one.review.id) > after]
        return sorted(later, key=lambda one: (one.review.since, one.review.id))[:limit]

    async def of_cause(self, scope: Scope, key: str, since: dt.datetime, tx: Tx | None = None) -> list[RecordState]:
        return [
            row
            for row in self._seen(scope)
            if any(note.repeat_key == key and note.raised_at >= since for note in row.exception_notes)
        ]

    async def opened_by(self, scope: Scope, prefix: str, tx: Tx | None = None) -> list[RecordState]:
        return [row for row in self._seen(scope) if row.trigger.key.startswith(prefix)]

    async def opened_between(
        self, scope: Scope, property_id: str, since: dt.datetime, until: dt.datetime, limit: int
    ) -> list[RecordState]:
        found = [row for row in self._seen(scope) if row.property_id == property_id and since <= row.opened_at < until]
        return sorted(found, key=lambda row: (row.opened_at, row.id))[:limit]

    async def taken(self, scope: Scope, keys: Collection[str], tx: Tx) -> set[str]:
        there = {row.trigger.key for row in self._db.tables.records.values() if row.chain == scope.chain}
        return there & set(keys)

    async def write(self, scope: Scope, writing: Writing, tx: Tx) -> None:
        keys = [state.trigger.key for state in writing.fresh]
        if await self.taken(scope, keys, tx) or len(set(keys)) < len(keys):
            raise Duplicate("trigger_key")
        rows = self._db.tables.records
        rows |= {state.id: state for state in writing.fresh}
        rows |= {state.id: state for before, state in writing.changed if rows[state.id].version == before}
        self._db.tables.texts |= {text.ref: (owner, text) for owner, text in writing.texts}


def _moment(row: RecordState, query: Query) -> tuple[dt.datetime, str]:
    return getattr(row, query.by.value), row.id


def _wanted(row: RecordState, query: Query) -> bool:
    asked: dict[str, Any] = {
        name: value
        for name in ("property_id", "department", "owner", "stay_id", "kind", "room", "parent")
        if (value := getattr(query, name)) is not None
    }
    among = (
        (query.statuses, row.status),
        (query.ids, row.id),
        (query.guest_ids, row.guest_id),
        (query.kinds, row.kind),
    )
    return (
        all(getattr(row, name) == value for name, value in asked.items())
        and all(not wanted or value in wanted for wanted, value in among)
        and set(query.words) <= set(row.words)
        and (query.watcher is None or query.watcher in row.watchers)
        and (query.due_from is None or row.due_at >= query.due_from)
        and (query.due_to is None or row.due_at <= query.due_to)
        and (query.unanswered is None or any(_waits(each, query.unanswered) for each in row.asked))
        and (query.closed_since is None or (row.closed_at is not None and row.closed_at >= query.closed_since))
        and (query.risk is None or (row.status is not Status.BLOCKED and risk(row, query.now) == query.risk))
        and (query.after is None or (_moment(row, query) > query.after) is not query.descending)
        and (query.after is None or _moment(row, query) != query.after)
    )


def _waits(question: Question, asked: Unanswered) -> bool:
    anybody = asked.staff_id is None and not asked.departments
    to_them = question.to_staff == (asked.staff_id or "-") or question.to_department in asked.departments
    late = asked.due_by is None or question.answer_by <= asked.due_by
    return question.answer is None and (anybody or to_them) and late


class FakeTexts:
    """Private texts."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    async def read(self, scope: Scope, refs: Collection[str]) -> Mapping[str, str]:
        return {ref: held[1].text for ref, held in self._db.tables.texts.items() if ref in refs}

    async def of(self, scope: Scope, record_ids: Collection[str]) -> list[tuple[str, str, str]]:
        texts = self._db.tables.texts.items()
        return [(owner, ref, held.text) for ref, (owner, held) in texts if owner in record_ids]

    async def forget(self, scope: Scope, record_ids: Collection[str], tx: Tx) -> int:
        texts = self._db.tables.texts
        self._db.tables.texts = {ref: held for ref, held in texts.items() if held[0] not in record_ids}
        return len(texts) - len(self._db.tables.texts)


class FakeStays:
    """The mirror of stays."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    async def find_all(self, scope: Scope, ids: Collection[str], tx: Tx | None = None) -> list[Stay]:
        found = [self._db.tables.stays[key] for key in sorted(ids) if key in self._db.tables.stays]
        return [stay for stay in found if stay.chain == scope.chain and scope.covers(stay.property_id)]

    async def keep(self, scope: Scope, stays: Sequence[Stay], tx: Tx) -> None:
        self._db.tables.stays |= {stay.id: stay for stay in stays}
        self._db.tables.kept_at |= {stay.id: dt.datetime.now(dt.UTC) for stay in stays}


class FakeRules:
    """Versions of places' rules."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    def _of(self, place: str) -> list[RuleVersion]:
        return [row for (name, _), row in sorted(self._db.tables.rules.items()) if name == place]

    async def recent(self, scope: Scope, place: str, now: dt.datetime) -> Sequence[RuleVersion]:
        return await self.standing(scope, place, now)

    async def standing(self, scope: Scope, place: str, at: dt.datetime) -> Sequence[RuleVersion]:
        held = standing(self._of(place), at)
        later = [row for row in self._of(place) if row.state == "approved" and not row.started(at)]
        return [*([held] if held else []), *later]

    async def head(self, scope: Scope, place: str, now: dt.datetime, tx: Tx | None = None) -> Head:
        rows = self._of(place)
        approved = [row for row in rows if row.state == "approved"]
        last = max((row.version for row in rows), default=1)
        seq = max((row.seq for row in rows), default=0)
        return Head(last, seq, approved[-1] if approved else None, sum(row.open(now) for row in rows))

    async def find_all(
        self, scope: Scope, place: str, versions: Collection[int], tx: Tx | None = None
    ) -> list[RuleVersion]:
        return [row for row in self._of(place) if row.version in versions]

    async def page(self, scope: Scope, place: str, below: int | None, limit: int) -> list[RuleVersion]:
        rows = [row for row in reversed(self._of(place)) if below is None or row.version < below]
        return rows[:limit]

    async def add(self, scope: Scope, version: RuleVersion, tx: Tx) -> None:
        if (version.place, version.version) in self._db.tables.rules:
            raise Duplicate("version")
        self._db.tables.rules[version.place, version.version] = version

    async def replace(self, scope: Scope, before: RuleVersion, after: RuleVersion, tx: Tx) -> None:
        if self._db.tables.rules[before.place, before.version].seq != before.seq:
            raise Duplicate("seq")
        self._db.tables.rules[after.place, after.version] = after


class FakeDuties:
    """Who is away, and their open records."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    async def keep(self, scope: Scope, duties: Sequence[Duty], tx: Tx) -> None:
        self._db.tables.duties |= {each.staff_id: each for each in duties}

    async def find(self, scope: Scope, staff_id: str, tx: Tx) -> Duty | None:
        found = self._db.tables.duties.get(staff_id)
        return found if found and found.chain == scope.chain else None

    async def away(self, scope: Scope, now: dt.datetime, tx: Tx | None = None) -> list[Duty]:
        duties = self._db.tables.duties.values()
        return [each for each in duties if scope.chain in (SYSTEM_CHAIN, each.chain) and each.away(now)]

    async def left_behind(
        self, scope: Scope, staff_id: str, elsewhere: Collection[str] | None, limit: int, tx: Tx
    ) -> list[RecordState]:
        found = [
            row
            for row in self._db.tables.records.values()
            if (row.chain, row.owner) == (scope.chain, staff_id)
            and row.status is not Status.COMPLETE
            and (elsewhere is None or row.property_id not in elsewhere)
        ]
        return sorted(found, key=lambda row: (row.due_at, row.id))[:limit]

    async def owning(self, scope: Scope, staff_ids: Collection[str]) -> set[str]:
        rows = self._db.tables.records.values()
        return {row.owner for row in rows if row.owner in staff_ids and row.status is not Status.COMPLETE}


class FakeJournal:
    """Event rows; a version written twice is refused, as by the real index. `stamp` is the chassis's own."""

    def __init__(self, database: FakeDatabase, stamp: Outbox) -> None:
        self._db, self._stamp = database, stamp

    async def append(self, tx: Tx, events: Sequence[NewEvent], provenance: Provenance) -> list[Envelope]:
        there = {(row.subject, row.sequence) for row in self._db.tables.events}
        if there & {(event.subject, event.sequence) for event in events}:
            raise Duplicate("agg, ver")
        rows = self._stamp.stamp(events, provenance)
        self._db.tables.events += rows
        return rows

    async def history(self, scope: Scope, subject: str, event_type: str | None = None) -> list[Envelope]:
        rows = [row for row in self._db.tables.events if row.subject == subject and row.chain == scope.chain]
        return sorted((row for row in rows if event_type in (None, row.type)), key=lambda row: row.sequence)


class FakeOnce:
    """Idempotency keys."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    async def seen(self, ctx: CommandContext) -> Kept | None:
        digest, kept = self._db.tables.kept.get(f"{ctx.principal.staff_id}|{ctx.key}", ("", None))
        if kept is not None and digest != ctx.digest:
            raise AppError(ErrorKind.INVALID, "idempotency_key_reused", "Used for another request.")
        return kept

    async def keep(self, tx: Tx, ctx: CommandContext, status: int, subject: str, version: int) -> None:
        if f"{ctx.principal.staff_id}|{ctx.key}" in self._db.tables.kept:
            raise Duplicate("key")
        self._db.tables.kept[f"{ctx.principal.staff_id}|{ctx.key}"] = (ctx.digest, Kept(status, subject, version))


class FakeAlarm:
    """Timers that are only kept."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    async def arm(self, tx: Tx, timers: Sequence[Timer]) -> None:
        self._db.tables.timers |= {timer.id: timer for timer in timers}

    async def disarm(self, tx: Tx, ids: Sequence[str]) -> None:
        for timer_id in ids:
            self._db.tables.timers.pop(timer_id, None)


class FakeLocks:
    """Versions of sums."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    async def read(self, scope: Scope, names: Collection[str], tx: Tx) -> dict[str, int]:
        return {name: self._db.tables.locks.get(name, 0) for name in names}

    async def move(self, scope: Scope, read: Mapping[str, int], tx: Tx) -> None:
        if any(self._db.tables.locks.get(name, 0) != version for name, version in read.items()):
            raise Duplicate("locks")
        self._db.tables.locks |= {name: version + 1 for name, version in read.items()}


class FakeFiles:
    """Photos and PDFs."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    def _mark(self, file_id: str, state: str) -> None:
        _, file, content = self._db.tables.files[file_id]
        self._db.tables.files[file_id] = (state, file, content)

    async def put(self, scope: Scope, file: HeldFile, source: BinaryIO) -> None:
        source.seek(0)
        self._db.tables.files[file.id] = ("pending", file, source.read())

    async def keep(self, scope: Scope, file_id: str, tx: Tx) -> None:
        self._mark(file_id, "kept")

    async def find(self, scope: Scope, file_id: str) -> HeldFile | None:
        state, file, _ = self._db.tables.files.get(file_id, ("", None, b""))
        return file if state == "kept" else None

    async def read(self, scope: Scope, file_id: str) -> AsyncIterator[bytes]:
        yield self._db.tables.files[file_id][2]

    async def drop(self, scope: Scope, file_id: str, tx: Tx) -> None:
        self._mark(file_id, "dropped")

    async def forget(self, scope: Scope, record_ids: Collection[str], tx: Tx) -> int:
        own = {key: held[0] for key, held in self._db.tables.files.items() if held[1].record_id in record_ids}
        for file_id in own:
            self._mark(file_id, "dropped")
        return sum(state == "kept" for state in own.values())

    async def left(self, scope: Scope, record_ids: Collection[str]) -> int:
        return sum(file.record_id in record_ids for _, file, _ in self._db.tables.files.values())

    async def sweep(self, scope: Scope | None) -> int:
        gone = [file_id for file_id, held in self._db.tables.files.items() if held[0] == "dropped"]
        for file_id in gone:
            del self._db.tables.files[file_id]
        return len(gone)


class FakeRepeats:
    """Questions asked before."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    async def find(self, scope: Scope, key: str, tx: Tx | None = None) -> FirstAsked | None:
        return self._db.tables.repeats.get(key)

    async def note(self, scope: Scope, key: str, first: FirstAsked, before: FirstAsked | None, tx: Tx) -> None:
        if self._db.tables.repeats.get(key) != before:
            raise Duplicate("repeat")
        self._db.tables.repeats[key] = first

    async def overwrite(self, scope: Scope, key: str, record_id: str, at: dt.datetime, tx: Tx) -> None:
        self._db.tables.repeats[key] = FirstAsked(record_id, at)


class FakeErasures:
    """Runs of forgetting somebody."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    async def note(self, scope: Scope, pending: PendingErasure, tx: Tx) -> None:
        self._db.tables.erasures.setdefault(pending.key, (True, pending))

    async def waiting(self, scope: Scope, before: dt.datetime) -> list[PendingErasure]:
        rows = self._db.tables.erasures.values()
        return [one for waits, one in rows if waits and one.heard_at <= before]

    async def done(self, scope: Scope, pending: PendingErasure, tx: Tx) -> bool:
        waits, _ = self._db.tables.erasures[pending.key]
        self._db.tables.erasures[pending.key] = (False, pending)
        return waits

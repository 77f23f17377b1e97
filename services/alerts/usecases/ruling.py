"""A hotel reads, tries out and changes its own alert rules: proposed with a reason, decided by another person."""

import asyncio
import datetime as dt
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.alerts.domain import book_versions
from services.alerts.domain.book import CHAIN_LEVEL, AlertRules, Book, BookVersion, in_force, merged
from services.alerts.domain.book_faults import book_faults
from services.alerts.domain.simulation import RuleEffect, simulated
from services.alerts.domain.watch import Watch
from services.alerts.ports import Announcer, Commands, Permissions, Staffing, TimerSetter, WatchStore
from services.alerts.ports.books import BookStore
from services.alerts.usecases.browsing import scope_of
from services.alerts.usecases.rereading import reread_id, reread_timer
from services.alerts.usecases.telling import rules_subject, rules_told
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.mongo import Duplicate, Tx
from shared.chassis.service import require_version
from shared.contracts.envelope import Change
from shared.contracts.errors import breached, conflict, forbidden, not_found
from shared.contracts.identity import DataClass, Principal
from shared.contracts.policy import Resource
from shared.contracts.proposals import MOST_OPEN, Head, Said, VersionState, standing
from shared.contracts.values import Frozen, Instant, Scope

MOST_SIMULATED = 2000


class ShownVersion(Frozen):
    """One version of a place's own: who asked for it and why, who decided, what it holds."""

    version: int
    base: int
    state: VersionState
    in_force: bool
    digest: str
    proposed_by: str
    proposed_at: Instant
    reason: str
    decided_by: str | None
    decided_at: Instant | None
    decision: str | None
    effective_from: Instant | None
    starts_at: Instant | None
    rules: AlertRules


class ShownVersions(Frozen):
    """Versions, newest first. `next` is the cursor of the following page, if there is one."""

    versions: tuple[ShownVersion, ...]
    next: int | None = None


class ShownBook(Frozen):
    """What is in force at a place, what of it is its own, what differs from the level above, and what waits."""

    property_id: str
    version: int
    chain_version: int
    revision: int
    own: AlertRules
    in_force: Book
    differs: tuple[str, ...]
    waiting: tuple[ShownVersion, ...]


class Simulation(Frozen):
    """What rules would do with what is open now: the loudest first. `looked_at` counts what was looked at."""

    looked_at: int
    effects: tuple[RuleEffect, ...]


@dataclass(frozen=True)
class _Written:
    before: BookVersion | None
    after: BookVersion
    verb: str


Step = Callable[[Head, Tx, Said], Awaitable[_Written]]


class Ruling:
    """The use cases behind `/v1/alert-rules`. `settle`: business time until every process reads by new rules."""

    def __init__(
        self,
        books: BookStore,
        watches: WatchStore,
        staffing: Staffing,
        timers: TimerSetter,
        settle: dt.timedelta,
        outbox: Announcer,
        commands: Commands,
        permissions: Permissions,
        now: Callable[[], Instant],
        new_id: Callable[[], str],
    ) -> None:
        self._books, self._watches, self._staffing, self._outbox = books, watches, staffing, outbox
        self._timers, self._settle = timers, settle
        self._commands, self._permissions, self._now, self._new_id = commands, permissions, now, new_id

    async def read(self, caller: Principal, place: str) -> ShownBook:
        """What is in force at a hotel, or what its chain lays under all of them."""
        return await self._told(self._may(caller, "read", place), place)

    async def versions(self, caller: Principal, place: str, below: int | None, limit: int) -> ShownVersions:
        """Every version of a place: who, when, why, and what it holds; newest first."""
        scope, now = self._may(caller, "read", place), self._now()
        found = await self._books.page(scope, place, below, limit + 1)
        page, held = found[:limit], standing(await self._books.standing(scope, place, now), now)
        listed = tuple(_shown(each, held) for each in page)
        return ShownVersions(versions=listed, next=page[-1].version if len(found) > limit else None)

    async def simulate(self, caller: Principal, property_id: str, rules: AlertRules) -> Simulation:
        """What these rules would do at a hotel with what is open now; nothing is kept and nobody is told."""
        scope, now = self._may(caller, "read", property_id), self._now()
        if property_id == CHAIN_LEVEL:
            raise not_found("property")
        before, under = await self._in_force(scope, property_id)
        self._check(rules, under)
        found = await self._watches.active(scope, property_id, MOST_SIMULATED)
        watches = [each for each in found if self._granted(caller, each)]
        roster = self._staffing.roster(scope.chain, property_id)
        # Seconds of work for a big hotel: what rings meanwhile does not wait for it.
        after = merged(under, rules)
        effects = await asyncio.to_thread(simulated, watches, before, after, roster, now, caller.language)
        return Simulation(looked_at=len(watches), effects=effects)

    async def propose(
        self, ctx: CommandContext, place: str, rules: AlertRules, effective_from: dt.datetime | None, words: str
    ) -> ShownBook:
        """Propose what a place is to have of its own; nothing is in force before another person approves it."""

        async def step(head: Head, tx: Tx, reason: Said) -> _Written:
            _, under = await self._in_force(ctx.scope, place)
            self._check(rules, under)
            by = ctx.principal.staff_id
            made = book_versions.propose(place, head, rules, by, self._now(), reason, effective_from)
            await self._books.add(ctx.scope, made, tx)
            return _Written(None, made, "proposed")

        return await self._changed(ctx, place, words, step)

    async def decide(
        self, ctx: CommandContext, place: str, number: int, approve: bool, digest: str | None, words: str
    ) -> ShownBook:
        """Approve or reject a version, as another person than who proposed it."""

        async def step(head: Head, tx: Tx, reason: Said) -> _Written:
            before = await self._version(ctx.scope, place, number, tx)
            if approve:
                self._check(before.rules, (await self._in_force(ctx.scope, place))[1])
            by = ctx.principal.staff_id
            after = book_versions.decide(before, head, approve, by, reason, digest, self._now())
            await self._books.replace(ctx.scope, before, after, tx)
            if approve:
                await self._timers.arm(tx, [reread_timer(ctx.principal.chain, after, self._settle)])
            return _Written(before, after, "approved" if approve else "rejected")

        return await self._changed(ctx, place, words, step)

    async def withdraw(self, ctx: CommandContext, place: str, number: int, words: str) -> ShownBook:
        """Take back a version that is not in force yet."""

        async def step(head: Head, tx: Tx, reason: Said) -> _Written:
            before = await self._version(ctx.scope, place, number, tx)
            after = book_versions.withdraw(before, head, ctx.principal.staff_id, reason, self._now())
            await self._books.replace(ctx.scope, before, after, tx)
            await self._timers.disarm(tx, [reread_id(ctx.principal.chain, after)])
            return _Written(before, after, "withdrawn")

        return await self._changed(ctx, place, words, step)

    async def _changed(self, ctx: CommandContext, place: str, words: str, step: Step) -> ShownBook:
        """One transaction: key, version and event. Of two at once, one is refused by the number or the event's."""
        self._may(ctx.principal, "manage", place)
        chain, subject = ctx.principal.chain, rules_subject(ctx.principal.chain, place)

        async def work(tx: Tx) -> None:
            reason = Said(ref=self._new_id(), text=words, salt=secrets.token_hex(16))
            head = await self._books.head(ctx.scope, place, self._now(), tx)
            require_version(ctx, head.revision)
            made = await step(head, tx, reason)
            await self._commands.keep(tx, ctx, 200, subject, made.after.seq + 1)
            changes = _changes(made)
            event = rules_told(made.verb, chain, made.after, ctx.principal.actor, self._now(), reason.as_ref, changes)
            await self._outbox.append(tx, [event], ctx.provenance)

        async def do() -> ShownBook:
            try:
                await self._commands.run(work)
            except Duplicate as taken:
                if await self._commands.seen(ctx) is not None:
                    raise
                raise conflict("in_flight", "These rules are being changed right now; look again.") from taken
            return await self._told(ctx.scope, place)

        async def again(_: Kept) -> ShownBook:
            return await self._told(ctx.scope, place)

        return await once(self._commands.seen, ctx, do, again)

    async def _told(self, scope: Scope, place: str) -> ShownBook:
        now = self._now()
        book, under = await self._in_force(scope, place)
        own = standing(await self._books.standing(scope, place, now), now)
        head = await self._books.head(scope, place, now)
        waiting = [each for each in await self._books.page(scope, place, None, MOST_OPEN) if each.open(now)]
        return ShownBook(
            property_id=place,
            version=own.version if own else 0,
            chain_version=book.chain_version,
            revision=head.revision,
            own=own.rules if own else AlertRules(),
            in_force=book,
            differs=_differing(under, book),
            waiting=tuple(_shown(each, own) for each in waiting),
        )

    async def _in_force(self, scope: Scope, place: str) -> tuple[Book, Book]:
        """What is in force at a place, and what lies under its own."""
        now, default = self._now(), self._books.default
        chain = standing(await self._books.standing(scope, CHAIN_LEVEL, now), now)
        if place == CHAIN_LEVEL:
            return in_force(default, chain, None), default
        own = standing(await self._books.standing(scope, place, now), now)
        return in_force(default, chain, own), in_force(default, chain, None)

    async def _version(self, scope: Scope, place: str, number: int, tx: Tx) -> BookVersion:
        found = await self._books.find_all(scope, place, [number], tx)
        if not found:
            raise not_found("version")
        return found[0]

    def _granted(self, caller: Principal, watch: Watch) -> bool:
        """Who may not see a kind of record hears nothing of it by a simulation either (P1)."""
        kinds = {(one.kind, one.department) for one in watch.subjects if one.kind is not None}
        return all(
            self._permissions.decide(caller, "read", kind, watch.property_id, department).allow
            for kind, department in kinds
        )

    @staticmethod
    def _check(rules: AlertRules, under: Book) -> None:
        faults = book_faults(rules, under)
        if faults:
            raise breached(faults)

    def _may(self, caller: Principal, action: str, place: str) -> Scope:
        scope = scope_of(caller)
        if place != CHAIN_LEVEL and (not scope.covers(place) or self._permissions.property(scope.chain, place) is None):
            raise not_found("property")
        if place == CHAIN_LEVEL and action != "read" and caller.properties is not None:
            raise forbidden("not_granted", "The alert rules of a chain are changed by who works for all of it.")
        where = None if place == CHAIN_LEVEL else place
        if not self._permissions.decide(caller, action, Resource.RULES, where).allow:
            raise forbidden("not_granted", f"You may not {action} alert rules here.")
        return scope


def _shown(version: BookVersion, held: BookVersion | None) -> ShownVersion:
    plain = {name: getattr(version, name) for name in ShownVersion.model_fields if name in BookVersion.model_fields}
    words = {"reason": version.reason.text, "decision": version.decision.text if version.decision else None}
    standing_now = held is not None and held.version == version.version
    return ShownVersion.model_validate(plain | words | {"in_force": standing_now})


def _differing(under: Book, book: Book) -> tuple[str, ...]:
    """What a place has otherwise than the level above, by name."""
    above = {rule.code: rule for rule in under.rules}
    rules = [rule.code for rule in book.rules if above.get(rule.code) != rule]
    parts = [
        name for name in ("routes", "quiet", "calendar", "calendars") if getattr(under, name) != getattr(book, name)
    ]
    return (*rules, *parts)


def _changes(made: _Written) -> tuple[Change, ...]:
    if made.before is None:
        after = made.after.rules.model_dump(mode="json", exclude_none=True)
        return (Change(field="rules", data_class=DataClass.ORDINARY, before=None, after=after),)
    return (Change(field="state", before=made.before.state.value, after=made.after.state.value),)

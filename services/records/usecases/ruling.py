"""A hotel reads and changes its own rules: proposed with a reason, decided by another person, told to everybody."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from services.records.domain import rulebook
from services.records.domain.rule_faults import rule_faults
from services.records.domain.rulebook import CHAIN_LEVEL, RuleVersion
from services.records.domain.rules import PropertyRules
from services.records.domain.texts import Reason, require_reason
from services.records.ports import Writing
from services.records.usecases.house import House
from services.records.usecases.pen import Pen
from services.records.usecases.permissions import may_in, note
from services.records.usecases.reading import scope_of
from services.records.usecases.rules_telling import EVERYWHERE, came_into_force, start_timer, subject_of, told
from services.records.usecases.shown_rules import (
    ShownRules,
    ShownVersion,
    ShownVersions,
    difference,
    levels,
    shown_version,
)
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import once
from shared.chassis.mongo import Tx
from shared.chassis.service import require_version
from shared.contracts.access import AccessRead
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import AppError, ErrorKind, breached, forbidden, not_found
from shared.contracts.identity import Principal
from shared.contracts.lending import require_another
from shared.contracts.values import Scope

KIND = "rules"


@dataclass(frozen=True)
class Said:
    """A reason as it came in: its code and its words."""

    code: str | None
    words: str | None


@dataclass(frozen=True)
class Written:
    """What a command made of a version, and what it tells of it."""

    before: RuleVersion | None
    after: RuleVersion
    events: Sequence[NewEvent]


Change = Callable[[rulebook.Head, Tx, Reason], Awaitable[Written]]


class Ruling:
    """The use cases behind `/v1/rules`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def read(self, principal: Principal, place: str, at: dt.datetime | None = None) -> ShownRules:
        """The rules in force at a place, now or at a moment, where they differ from the level above, and what waits."""
        return await self._told(self._may(principal, "read", place), place, at)

    async def _told(self, scope: Scope, place: str, at: dt.datetime | None = None) -> ShownRules:
        now = self._house.clock.now()
        chain = await self._approved(scope, CHAIN_LEVEL, at or now)
        own = await self._approved(scope, place, at or now)
        above, held, of_chain, of_place = levels(self._house.catalogue.defaults, place, chain, own, at or now)
        head = await self._house.rules.head(scope, place, now)
        waiting = [
            each for each in await self._house.rules.page(scope, place, None, rulebook.MOST_OPEN) if each.open(now)
        ]
        mine = of_chain if place == CHAIN_LEVEL else of_place
        return ShownRules(
            property_id=place,
            version=held.chain_version if place == CHAIN_LEVEL else held.version,
            chain_version=held.chain_version,
            revision=head.revision,
            own=mine.rules if mine else PropertyRules(),
            chain=of_chain.rules if of_chain else PropertyRules(),
            in_force=held,
            differences=difference(above, held),
            waiting=await self._shown(scope, place, waiting, now),
        )

    async def _approved(self, scope: Scope, place: str, at: dt.datetime) -> list[RuleVersion]:
        return list(await self._house.rules.standing(scope, place, at))

    async def versions(self, principal: Principal, place: str, below: int | None, limit: int) -> ShownVersions:
        """Every version of a place: who, when, why, and what it changes; newest first."""
        scope, now = self._may(principal, "read", place), self._house.clock.now()
        found = await self._house.rules.page(scope, place, below, limit + 1)
        page = found[:limit]
        more = len(found) > limit
        return ShownVersions(
            versions=await self._shown(scope, place, page, now), next=page[-1].version if more else None
        )

    async def _shown(
        self, scope: Scope, place: str, versions: Sequence[RuleVersion], now: dt.datetime
    ) -> tuple[ShownVersion, ...]:
        bases = await self._house.rules.find_all(scope, place, {each.base for each in versions}) if versions else []
        by_number = {each.version: each for each in bases}
        refs = {ref.ref for each in versions for ref in (each.reason, each.decision) if ref is not None}
        texts = dict(await self._house.texts.read(scope, refs))
        held = rulebook.standing(await self._approved(scope, place, now), now)
        return tuple(
            shown_version(each, by_number.get(each.base), held is not None and held.version == each.version, texts)
            for each in versions
        )

    async def propose(
        self, ctx: CommandContext, place: str, rules: PropertyRules, effective_from: dt.datetime | None, said: Said
    ) -> ShownRules:
        """Propose a new version of a place's own rules; nothing is in force before another person approves it."""

        async def change(head: rulebook.Head, tx: Tx, reason: Reason) -> Written:
            require_version(ctx, head.revision)
            now, by = self._house.clock.now(), ctx.principal.staff_id
            made = rulebook.propose(place, head, rules, by, now, effective_from, reason)
            await self._house.rules.add(ctx.scope, made, tx)
            event = told(ctx.principal.chain, "proposed", made, head.approved, ctx.principal.actor, now, reason)
            return Written(None, made, [event])

        return await self._changed(ctx, place, said, change, rules)

    async def decide(
        self, ctx: CommandContext, place: str, number: int, approve: bool, digest: str | None, said: Said
    ) -> ShownRules:
        """Approve or reject a version, as another person than who proposed it."""

        async def change(head: rulebook.Head, tx: Tx, reason: Reason) -> Written:
            require_version(ctx, head.revision)
            before, now = await self._version(ctx.scope, place, number, tx), self._house.clock.now()
            by = ctx.principal.staff_id
            require_another(ctx.principal, before.proposed_by)
            if approve:
                self.check(before.rules)
            decided = rulebook.decide(before, head, approve, by, reason, digest, now)
            decided = decided.model_copy(update={"seq": head.seq + 1})
            verb = "approved" if approve else "rejected"
            events = [told(ctx.principal.chain, verb, decided, None, ctx.principal.actor, now, reason)]
            after = decided
            if decided.started(now):
                after = decided.model_copy(update={"seq": head.seq + 2})
                events.append(came_into_force(ctx.principal.chain, after, head.approved, ctx.principal.actor, now))
            elif approve:
                await self._house.alarm.arm(tx, [start_timer(ctx.principal.chain, after)])
            await self._house.rules.replace(ctx.scope, before, after, tx)
            return Written(before, after, events)

        return await self._changed(ctx, place, said, change)

    async def withdraw(self, ctx: CommandContext, place: str, number: int, said: Said) -> ShownRules:
        """Take back a version that is not in force yet."""

        async def change(head: rulebook.Head, tx: Tx, reason: Reason) -> Written:
            require_version(ctx, head.revision)
            before, now = await self._version(ctx.scope, place, number, tx), self._house.clock.now()
            after = rulebook.withdraw(before, ctx.principal.staff_id, reason, now)
            after = after.model_copy(update={"seq": head.seq + 1})
            await self._house.alarm.disarm(tx, [start_timer(ctx.principal.chain, before).id])
            await self._house.rules.replace(ctx.scope, before, after, tx)
            event = told(ctx.principal.chain, "withdrawn", after, None, ctx.principal.actor, now, reason)
            return Written(before, after, [event])

        return await self._changed(ctx, place, said, change)

    async def _changed(
        self, ctx: CommandContext, place: str, said: Said, change: Change, rules: PropertyRules | None = None
    ) -> ShownRules:
        """Do it once, if the caller may; a refusal for want of a right is written down."""

        async def do() -> ShownRules:
            if rules is not None:
                self.check(rules)
            await self._write(ctx, place, said, change)
            return await self._told(ctx.scope, place)

        try:
            self._may(ctx.principal, "manage", place)
            return await once(self._house.once.seen, ctx, do, lambda _: self._told(ctx.scope, place))
        except AppError as refusal:
            if refusal.kind is ErrorKind.FORBIDDEN:
                subjects = (subject_of(ctx.principal.chain, place),)
                access = AccessRead(subjects=subjects, action="manage", classes=(), refused=True)
                where = EVERYWHERE if place == CHAIN_LEVEL else place
                await note(self._house, ctx.principal, access, where, ctx.provenance)
            raise

    async def _write(self, ctx: CommandContext, place: str, said: Said, change: Change) -> None:
        """One transaction: key, version, reason, events. Of two at once one is done again."""
        pen = Pen(self._house.clock)
        reason = pen.reason(said.code, said.words)
        require_reason(reason)
        subject = subject_of(ctx.principal.chain, place)

        async def work(tx: Tx) -> None:
            head = await self._house.rules.head(ctx.scope, place, self._house.clock.now(), tx)
            written = await change(head, tx, reason)
            await self._house.once.keep(tx, ctx, 200, subject, written.after.seq + 1)
            texts = [(subject, text) for text in pen.written]
            await self._house.records.write(ctx.scope, Writing(texts=texts), tx)
            await self._house.journal.append(tx, list(written.events), ctx.provenance)

        await self._house.transactions.run(work)

    async def _version(self, scope: Scope, place: str, number: int, tx: Tx) -> RuleVersion:
        found = await self._house.rules.find_all(scope, place, [number], tx)
        if not found:
            raise not_found("version")
        return found[0]

    def _may(self, principal: Principal, action: str, place: str) -> Scope:
        """The caller's scope, if it may do this to the rules of a place. The chain's: by chain roles."""
        scope = scope_of(principal)
        if place != CHAIN_LEVEL:
            self._house.hotel(scope, place)
        elif action != "read" and principal.properties is not None:
            raise forbidden("not_granted", "The rules of a chain are changed by who works for all of it.")
        may_in(self._house, principal, action, KIND, None if place == CHAIN_LEVEL else place, None)
        return scope

    def check(self, rules: PropertyRules) -> None:
        """Refuse rules that speak of what there is not, naming every such place."""
        breaches = rule_faults(rules, self._house.catalogue.kinds)
        if breaches:
            raise breached(breaches)

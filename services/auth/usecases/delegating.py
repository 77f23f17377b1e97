"""People lend rights to named colleagues for a time, and take them back; what ended is cleared away."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from services.auth.domain.delegations import DelegationDraft, lend, revoke, swept
from services.auth.domain.policy import known_actions
from services.auth.domain.reach import reaches
from services.auth.domain.staff import staff_event
from services.auth.ports.delegations import DelegationStore
from services.auth.ports.directory import Decider, DirectoryChange, DirectoryStore, Time
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError, ErrorKind, forbidden, not_found
from shared.contracts.identity import DataClass, Principal, system
from shared.contracts.policy import Resource
from shared.contracts.staff import Delegation, StaffMember
from shared.contracts.values import SYSTEM_CHAIN, Scope, derived_id

_RACES = 8
Done = TypeVar("Done")


@dataclass(frozen=True)
class Lending:
    """One delegation and to whom it was given."""

    delegation: Delegation
    to: str


class Delegating:
    """It stands on the person it was lent to, so every service hears of it by `staff.v1` and ends it by its clock."""

    def __init__(self, directory: DirectoryStore, store: DelegationStore, policy: Decider, time: Time) -> None:
        self._directory, self._store, self._policy, self._time = directory, store, policy, time

    async def mine(self, principal: Principal) -> list[Lending]:
        """What the caller lent and was lent, what is to come included."""
        scope, me = Scope(chain=principal.chain), principal.staff_id
        people = {each.id: each for each in await self._store.lent_by(scope, me)}
        myself = await self._directory.member(scope, me)
        mine = {myself.id: myself} if myself else {}
        now = self._time.now()
        return [one for one in _lendings(people | mine) if me in (one.delegation.lender, one.to) and _runs(one, now)]

    async def all(self, principal: Principal) -> list[Lending]:
        """What is lent at the caller's hotels, for those who may read who works how."""
        if DataClass.STAFF not in self._policy.decide(principal, "read", Resource.STAFF).read:
            raise forbidden("not_granted", "You may not read what is lent here.")
        scope, now = Scope(chain=principal.chain, properties=principal.properties), self._time.now()
        found = _lendings({each.id: each for each in await self._store.borrowers(scope)})
        return [one for one in found if _runs(one, now)]

    async def lend(self, ctx: CommandContext, draft: DelegationDraft) -> tuple[Lending, bool]:
        """Lend what the caller holds in their own right."""
        caller = ctx.principal
        scope = Scope(chain=caller.chain)
        # What is lent to the caller is not theirs to lend on.
        verdict = self._policy.decide(caller.alone, "delegate", Resource.STAFF)
        if not verdict.allow or caller.scopes is not None:
            raise forbidden(verdict.why if not verdict.allow else "people_only", "You may not lend rights.")
        # The same each time the command is sent, so that a repeat answers with what the first one made.
        delegation_id = derived_id("delegation", scope.chain, caller.staff_id, ctx.key)

        async def work() -> tuple[Lending, bool]:
            lender = await self._person(scope, caller.staff_id)
            to = await self._person(Scope(chain=caller.chain, properties=caller.properties), draft.to)
            after = lend(delegation_id, draft, lender, to, known_actions(), self._time.now())
            await self._save(scope, ctx, to, after, draft.reason_code, 201)
            return Lending(after.delegations[-1], to.id), False

        async def again(kept: Kept) -> tuple[Lending, bool]:
            to = await self._person(scope, kept.subject)
            given = next((one for one in to.delegations if one.id == delegation_id), None)
            if given is None:
                raise not_found("delegation")
            return Lending(given, to.id), True

        return await once(partial(self._directory.seen, scope), ctx, partial(self._settled, work), again)

    async def revoke(self, ctx: CommandContext, delegation_id: str) -> tuple[str, bool]:
        """End one at once: by who lent it, by who has it, or by an administrator."""
        caller = ctx.principal
        scope = Scope(chain=caller.chain)

        async def work() -> tuple[str, bool]:
            to = await self._store.holding(scope, delegation_id)
            if to is None:
                raise not_found("delegation")
            held = next(each for each in to.delegations if each.id == delegation_id)
            manages = self._policy.decide(caller.alone, "manage", Resource.STAFF).allow
            if caller.staff_id not in (held.lender, to.id) and not (manages and reaches(caller.properties, to)):
                raise not_found("delegation")
            await self._save(scope, ctx, to, revoke(to, delegation_id), "delegation_revoked", 200)
            return delegation_id, False

        async def again(_: Kept) -> tuple[str, bool]:
            return delegation_id, True

        return await once(partial(self._directory.seen, scope), ctx, partial(self._settled, work), again)

    async def sweep(self) -> None:
        """Clear away what is over, and for good what somebody lent who has left: it does not wait for their return."""
        now = self._time.now()
        for to in await self._store.borrowing(Scope(chain=SYSTEM_CHAIN)):
            scope = Scope(chain=to.chain)
            lenders = {each.lender: await self._directory.member(scope, each.lender) for each in to.delegations}
            after = swept(to, {name: one for name, one in lenders.items() if one is not None}, now)
            if after is to:
                continue
            try:
                await self._save(scope, Provenance.fresh(f"delegations-{to.id}"), to, after, "delegation_ended", 200)
            except AppError as moved:
                if moved.kind is not ErrorKind.STALE:
                    raise

    async def _save(
        self,
        scope: Scope,
        by: CommandContext | Provenance,
        before: StaffMember,
        after: StaffMember,
        why: str,
        status: int,
    ) -> None:
        actor = by.principal.actor if isinstance(by, CommandContext) else system("auth")
        event = staff_event(before, after, actor, self._time.now(), why)
        await self._directory.save(scope, DirectoryChange(events=(event,), member=after), by, status)

    @staticmethod
    async def _settled(work: Callable[[], Awaitable[Done]]) -> Done:
        """Do it, and again where the person changed meanwhile."""
        for _ in range(_RACES):
            try:
                return await work()
            except AppError as moved:
                if moved.kind is not ErrorKind.STALE:
                    raise
        raise AppError(ErrorKind.UNAVAILABLE, "busy", "Too much changes at this moment; try again.")

    async def _person(self, scope: Scope, staff_id: str) -> StaffMember:
        found = await self._directory.member(scope, staff_id)
        if found is None or not found.active:
            raise not_found("staff")
        return found


def _lendings(people: Mapping[str, StaffMember]) -> list[Lending]:
    found = [Lending(each, to.id) for to in people.values() for each in to.delegations]
    return sorted(found, key=lambda one: (one.delegation.start, one.delegation.id))


def _runs(one: Lending, now: dt.datetime) -> bool:
    return one.delegation.end > now

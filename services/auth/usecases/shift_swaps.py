"""People swap shifts: one proposes, the other answers, a supervisor agrees where the chain asks for it."""

import datetime as dt
from collections.abc import Callable
from functools import partial

from services.auth.domain.shift_swaps import (
    REST,
    Floor,
    SwapDraft,
    answered,
    decided,
    expired,
    proposed,
    require_possible,
    swap_event,
    swapped,
    withdrawn,
)
from services.auth.domain.staff import staff_event
from services.auth.ports.directory import Decider, DirectoryChange, DirectoryStore, Time
from services.auth.ports.shift_swaps import SwapStore
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.policy import Verdict
from shared.chassis.provenance import Provenance
from shared.chassis.service import require_version
from shared.contracts.errors import AppError, ErrorKind, forbidden, not_found
from shared.contracts.identity import Department, Principal, system
from shared.contracts.policy import Resource
from shared.contracts.staff import ShiftSwap, StaffMember, SwapState
from shared.contracts.values import SYSTEM_CHAIN, Scope, zone

APPROVAL = "approval"
_RACES = 8


class ShiftSwaps:
    """Each step looks again whether the swap can be done; the rota changes in the transaction of the last one."""

    def __init__(
        self, store: SwapStore, directory: DirectoryStore, policy: Decider, time: Time, rest: dt.timedelta = REST
    ) -> None:
        self._store, self._directory, self._policy, self._time, self._rest = store, directory, policy, time, rest

    def _may(self, principal: Principal, property_id: str | None = None) -> Verdict:
        verdict = self._policy.decide(principal, "swap", Resource.STAFF, property_id)
        if not verdict.allow or principal.scopes is not None:
            raise forbidden(verdict.why if not verdict.allow else "people_only", "You may not swap shifts here.")
        return verdict

    async def mine(self, principal: Principal) -> list[ShiftSwap]:
        """What the caller asked for or was asked for, newest first."""
        return await self._store.of_person(Scope(chain=principal.chain), principal.staff_id)

    async def waiting(self, principal: Principal) -> list[ShiftSwap]:
        """What waits for the caller's yes: of their hotels and departments, and not of their own."""
        if not self._policy.decide(principal, "approve_swap", Resource.STAFF).allow:
            raise forbidden("not_granted", "You may not decide swaps of shifts.")
        scope = Scope(chain=principal.chain, properties=principal.properties)
        found = await self._store.waiting(scope)
        return [each for each in found if await self._decides(principal, each)]

    async def propose(self, ctx: CommandContext, draft: SwapDraft) -> tuple[ShiftSwap, bool]:
        """Offer one of the caller's shifts to a colleague, for one of theirs or for nothing."""
        caller = ctx.principal
        scope = Scope(chain=caller.chain, properties=caller.properties)
        self._may(caller)

        async def work() -> tuple[ShiftSwap, bool]:
            floor = await self._floor(scope, draft.property_id)
            verdict = self._may(caller, draft.property_id)
            asker = await self._person(scope, caller.staff_id)
            colleague = await self._person(scope, draft.colleague)
            approval = APPROVAL in verdict.obligations
            swap = proposed(self._time.new_id(), draft, asker, colleague, floor, approval=approval)
            await self._store.keep(scope, swap, swap_event(swap, None, caller.actor, floor.now), (), ctx)
            return swap, False

        return await once(partial(self._directory.seen, scope), ctx, work, partial(self._again, scope))

    async def answer(self, ctx: CommandContext, swap_id: str, accept: bool) -> tuple[ShiftSwap, bool]:
        """What the colleague says to it."""
        caller = ctx.principal

        def said(swap: ShiftSwap, now: dt.datetime) -> ShiftSwap:
            approval = APPROVAL in self._may(caller, swap.property_id).obligations
            return answered(swap, caller.staff_id, accept, approval, now)

        return await self._step(ctx, swap_id, said)

    async def withdraw(self, ctx: CommandContext, swap_id: str) -> tuple[ShiftSwap, bool]:
        """Taken back by whoever asked."""
        return await self._step(ctx, swap_id, lambda swap, now: withdrawn(swap, ctx.principal.staff_id, now))

    async def decide(self, ctx: CommandContext, swap_id: str, approve: bool) -> tuple[ShiftSwap, bool]:
        """A supervisor of the department, or a manager, agrees or does not."""
        caller = ctx.principal
        if not self._policy.decide(caller, "approve_swap", Resource.STAFF).allow:
            raise forbidden("not_granted", "You may not decide swaps of shifts.")
        lenders = [each.lender for each in caller.lent]
        return await self._step(
            ctx, swap_id, lambda swap, now: decided(swap, caller.staff_id, lenders, approve, now), deciding=True
        )

    async def _step(
        self,
        ctx: CommandContext,
        swap_id: str,
        change: Callable[[ShiftSwap, dt.datetime], ShiftSwap],
        *,
        deciding: bool = False,
    ) -> tuple[ShiftSwap, bool]:
        scope = Scope(chain=ctx.principal.chain, properties=ctx.principal.properties)

        async def work() -> tuple[ShiftSwap, bool]:
            for _ in range(_RACES):
                before = await self._seen_by(ctx.principal, scope, swap_id, deciding)
                require_version(ctx, before.version)
                try:
                    return await self._kept(ctx, scope, before, change(before, self._time.now())), False
                except AppError as moved:
                    # A person who changed meanwhile is looked at again; a swap that did, the caller looks at.
                    if moved.kind is not ErrorKind.STALE:
                        raise
            raise AppError(ErrorKind.UNAVAILABLE, "busy", "Too much changes at this moment; try again.")

        return await once(partial(self._directory.seen, scope), ctx, work, partial(self._again, scope))

    async def _kept(self, ctx: CommandContext, scope: Scope, before: ShiftSwap, after: ShiftSwap) -> ShiftSwap:
        floor = await self._floor(scope, after.property_id)
        actor, people = ctx.principal.actor, []
        if after.state in (SwapState.ACCEPTED, SwapState.AGREED):
            pair = [await self._person(scope, each) for each in (after.asker, after.colleague)]
            require_possible(after, pair[0], pair[1], floor)
            if after.state is SwapState.AGREED:
                changed = swapped(after, pair[0], pair[1], floor.now)
                people = [
                    DirectoryChange(events=(staff_event(old, new, actor, floor.now, "shift_swapped"),), member=new)
                    for old, new in zip(pair, changed, strict=True)
                ]
        await self._store.keep(scope, after, swap_event(after, before.state, actor, floor.now), people, ctx)
        return after

    async def expire(self) -> None:
        """End what nobody answered or decided in time."""
        now = self._time.now()
        for swap in await self._store.due(Scope(chain=SYSTEM_CHAIN), now):
            after = expired(swap, now)
            if after is None:
                continue
            event = swap_event(after, swap.state, system("auth"), now)
            try:
                await self._store.keep(Scope(chain=swap.chain), after, event, (), Provenance.fresh(f"swap-{swap.id}"))
            except AppError as moved:
                if moved.kind is not ErrorKind.STALE:
                    raise

    async def _again(self, scope: Scope, kept: Kept) -> tuple[ShiftSwap, bool]:
        return await self._found(scope, kept.subject), True

    async def _found(self, scope: Scope, swap_id: str) -> ShiftSwap:
        found = await self._store.swap(scope, swap_id)
        if found is None:
            raise not_found("shift_swap")
        return found

    async def _seen_by(self, caller: Principal, scope: Scope, swap_id: str, deciding: bool) -> ShiftSwap:
        """A swap of the caller's, or one of their hotels that they may decide; to anybody else there is none."""
        found = await self._found(scope, swap_id)
        if caller.staff_id in (found.asker, found.colleague):
            return found
        if not deciding:
            raise not_found("shift_swap")
        if not await self._grants(caller, found):
            raise forbidden("not_granted", "You may not decide swaps of this department's shifts.")
        return found

    async def _decides(self, caller: Principal, swap: ShiftSwap) -> bool:
        theirs = caller.speaks_for(swap.asker) or caller.speaks_for(swap.colleague)
        return not theirs and await self._grants(caller, swap)

    async def _grants(self, caller: Principal, swap: ShiftSwap) -> bool:
        places: set[Department | None] = {swap.given.department}
        if swap.given.department is None:
            asker = await self._directory.member(Scope(chain=swap.chain), swap.asker)
            places = set(asker.departments) if asker and asker.departments else {None}
        return any(
            self._policy.decide(caller, "approve_swap", Resource.STAFF, swap.property_id, one).allow for one in places
        )

    async def _person(self, scope: Scope, staff_id: str) -> StaffMember:
        found = await self._directory.member(scope, staff_id)
        if found is None or not found.active:
            raise not_found("staff")
        return found

    async def _floor(self, scope: Scope, property_id: str) -> Floor:
        hotel = await self._directory.property(scope, property_id)
        if hotel is None:
            raise not_found("property")
        return Floor(zone(hotel.zone), self._time.now(), self._rest)

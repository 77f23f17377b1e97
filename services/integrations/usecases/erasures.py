"""Ask that a person be forgotten, agree as a second person, see how far every store is."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from services.integrations.domain.erasures import ErasureRow, Why, approved, orders, rejected, repeated, told
from services.integrations.ports.erasures import ErasureLedger, ErasureStore, LedgerLine
from services.integrations.usecases.incoming import refuse_cards
from services.integrations.usecases.reading import scope_of
from shared.chassis.clock import Clock
from shared.chassis.commands import CommandContext
from shared.chassis.policy import Policy
from shared.chassis.provenance import Provenance
from shared.chassis.service import require_version
from shared.contracts.envelope import NewEvent, TextRef
from shared.contracts.errors import forbidden, not_found
from shared.contracts.guests import Erasure, ErasureState
from shared.contracts.identity import Principal
from shared.contracts.lending import require_another
from shared.contracts.policy import Resource
from shared.contracts.values import Scope

ERASE = "erase"


@dataclass(frozen=True)
class Asked:
    """Who is to be forgotten, and why: a code, and words that stay here."""

    guest_id: str
    reason_code: str
    reason: str


class Erasures:
    """Requests to forget somebody. Two people: one asks, another with the same right agrees."""

    def __init__(self, store: ErasureStore, ledger: ErasureLedger, policy: Policy, clock: Clock) -> None:
        self._store, self._ledger, self._policy, self._clock = store, ledger, policy, clock

    def _may(self, principal: Principal) -> Scope:
        verdict = self._policy.decide(principal, ERASE, Resource.GUEST)
        if not verdict.allow:
            raise forbidden(verdict.why, "Your role does not decide who is forgotten.")
        return scope_of(principal)

    def _why(self, words: str) -> Why:
        refuse_cards("reason", words)
        return Why(ref=self._clock.new_id(), salt=secrets.token_hex(16), text=words)

    async def ask(self, ctx: CommandContext, asked: Asked) -> Erasure:
        """Ask; nothing is deleted yet. Somebody nobody knows here is a 404."""
        scope, why = self._may(ctx.principal), self._why(asked.reason)
        known = await self._store.guest(scope, asked.guest_id)
        if known is None:
            raise not_found("guest")
        now = self._clock.now()
        erasure = Erasure(
            id=self._clock.new_id(),
            guest_id=asked.guest_id,
            property_id=known.latest,
            state=ErasureState.REQUESTED,
            reason_code=asked.reason_code,
            requested_by=ctx.principal.staff_id,
            requested_at=now,
            version=1,
        )
        row = ErasureRow(chain=scope.chain, erasure=erasure, why=why, correlation=ctx.provenance.correlation)
        event = told("requested", row, ctx.principal.actor, why.reference, at=now)
        await self._store.ask(scope, row, known, event, ctx)
        return erasure

    async def decide(self, ctx: CommandContext, erasure_id: str, agreed: bool, reason: str) -> Erasure:
        """Agree, which deletes at once and cannot be taken back, or say no. Never one's own request."""
        scope, why = self._may(ctx.principal), self._why(reason)
        row = await self._row(scope, erasure_id)
        require_version(ctx, row.erasure.version)
        if not all(scope.covers(one) for one in await self._store.properties(scope, erasure_id)):
            raise forbidden("whole_guest_only", "This person stayed at hotels that are not yours.")
        now, me = self._clock.now(), ctx.principal
        require_another(me, row.erasure.requested_by)
        if not agreed:
            after = rejected(row, me.staff_id, now)
            await self._store.turn_down(scope, after, told("rejected", after, me.actor, why.reference, at=now), ctx)
            return after.erasure

        def decided(runs: range, stay_ids: tuple[str, ...]) -> tuple[ErasureRow, list[NewEvent]]:
            after = approved(row, me.staff_id, now, runs[-1])
            reference: TextRef = why.reference
            said = told("approved", after, me.actor, reference, at=now)
            return after, [said, *orders(after, runs, stay_ids, at=now)]

        done = await self._store.erase(scope, erasure_id, row.erasure.guest_id, decided, ctx.provenance, ctx=ctx)
        return done.erasure

    async def replay(self, principal: Principal, correlation: str) -> int:
        """Erase everybody again whom the ledger outside the database names, after a backup was restored; how many."""
        scope = self._may(principal)
        if scope.properties is not None:
            raise forbidden("whole_chain_only", "A restored backup concerns every hotel of the chain.")
        provenance = Provenance.fresh(correlation)
        lines = await self._ledger.read(scope.chain)
        for line in lines:
            await self._again(scope, line, principal, provenance)
        return len(lines)

    async def _again(self, scope: Scope, line: LedgerLine, principal: Principal, provenance: Provenance) -> None:
        known, now = line.row.erasure, self._clock.now()
        # A request of its own: the versions of the old one may have been told further than the backup knows.
        fresh = known.model_copy(update={"id": self._clock.new_id(), "version": 0, "confirmed": ()})
        waiting = await self._store.open_for(scope, known.guest_id)
        base = waiting or line.row.model_copy(update={"erasure": fresh})

        def decided(runs: range, stay_ids: tuple[str, ...]) -> tuple[ErasureRow, list[NewEvent]]:
            after = repeated(base, now, runs[-1])
            said = told("repeated", after, principal.actor, at=now)
            return after, [said, *orders(after, runs, stay_ids, at=now)]

        await self._store.erase(scope, base.erasure.id, known.guest_id, decided, provenance, at_least=line)

    async def _row(self, scope: Scope, erasure_id: str) -> ErasureRow:
        found = await self._store.find(scope, erasure_id)
        if found is None:
            raise not_found("erasure")
        return found

    async def one(self, principal: Principal, erasure_id: str) -> Erasure:
        """One request and how far every store is."""
        return (await self._row(self._may(principal), erasure_id)).erasure

    async def page(
        self, principal: Principal, state: ErasureState | None, after: str | None, limit: int
    ) -> Sequence[Erasure]:
        """Requests about guests of the caller's hotels, newest first."""
        rows = await self._store.page(self._may(principal), state, after, limit)
        return [row.erasure for row in rows]

"""Asks payment providers, once for each request: saved as sending first, the same key when an answer was lost (F44)."""

import datetime as dt
from collections.abc import Callable, Mapping

from services.integrations.domain.connections import Connection
from services.integrations.domain.finance import seen
from services.integrations.domain.payments import (
    KEY_LASTS,
    OperationRow,
    PaymentView,
    amount_for,
    moved,
    provider_amount,
    told,
    view,
)
from services.integrations.ports import Connections, StayStore
from services.integrations.ports.payments import PaymentProvider, PaymentStore, ProviderRefused, ProviderSilent
from services.integrations.usecases.doors import behind
from services.integrations.usecases.finance import Ledger
from services.integrations.usecases.incoming import refuse_cards
from services.integrations.usecases.outward import NOT_REAL
from shared.chassis.clock import Clock
from shared.chassis.commands import CommandContext
from shared.chassis.faultpoints import reach
from shared.chassis.policy import Policy
from shared.chassis.provenance import Provenance
from shared.contracts.errors import conflict, forbidden, invalid, not_found
from shared.contracts.identity import Principal
from shared.contracts.money import PostingState
from shared.contracts.payments import PaymentKind, PaymentOperation
from shared.contracts.policy import Resource
from shared.contracts.staff import Mode
from shared.contracts.values import SYSTEM_CHAIN, Money, Scope

ALL = Scope(chain=SYSTEM_CHAIN)
STALE = dt.timedelta(seconds=30)
NEEDS = {PaymentKind.REFUND: "refund"}
"""The action of a kind, where it is not `charge`."""


class Payments:
    """What people may ask for, within what is held and captured."""

    def __init__(
        self,
        store: PaymentStore,
        stays: StayStore,
        providers: Mapping[str, PaymentProvider],
        policy: Policy,
        clock: Clock,
    ) -> None:
        self._store, self._stays, self._providers = store, stays, providers
        self._policy, self._clock = policy, clock

    def _may(self, principal: Principal, action: str, property_id: str | None = None) -> None:
        verdict = self._policy.decide(principal, action, Resource.PAYMENT, property_id)
        if not verdict.allow:
            raise forbidden(verdict.why, "Your role does not do this with payments.")

    async def hold(
        self, ctx: CommandContext, stay_id: str, amount: Money, method: str, record_id: str | None
    ) -> PaymentOperation:
        """Ask for an amount to be held on a guest's card, by the provider's own token of it."""
        self._may(ctx.principal, "charge")
        kept = await self._stays.get(ctx.scope, stay_id)
        if kept is None:
            raise not_found("stay")
        stay = kept.stay
        provider = self._providers.get(stay.property_id)
        if provider is None:
            raise conflict("no_provider", "This hotel has no payment provider.")
        if amount.currency != stay.rate.currency:
            raise invalid("currency", "currency", f"This hotel uses {stay.rate.currency}.")
        provider_amount(amount)
        operation_id = self._clock.new_id()
        operation = PaymentOperation(
            id=operation_id,
            payment_id=operation_id,
            property_id=stay.property_id,
            stay_id=stay.id,
            record_id=record_id,
            kind=PaymentKind.HOLD,
            amount=amount,
            state=PostingState.PENDING,
            provider=provider.name,
            requested_by=ctx.principal.staff_id,
            at=self._clock.now(),
            version=1,
        )
        row = OperationRow(chain=stay.chain, operation=operation, method=method, correlation=ctx.provenance.correlation)
        await self._store.ask(ctx.scope, row, ctx)
        return operation

    async def go_on(
        self, ctx: CommandContext, payment_id: str, kind: PaymentKind, amount: int | None
    ) -> PaymentOperation:
        """Capture what is held (in part or whole), release it, or give back what was captured."""
        self._may(ctx.principal, NEEDS.get(kind, "charge"))
        payment = await self._payment(ctx.principal, payment_id)
        asked = amount_for(payment, kind, amount)
        provider_amount(asked)
        first = payment.operations[0]
        changed = {"id": self._clock.new_id(), "kind": kind, "amount": asked, "state": PostingState.PENDING}
        changed |= {"requested_by": ctx.principal.staff_id, "at": self._clock.now(), "version": 1}
        operation = first.model_copy(update={**changed, "provider_ref": None, "failure": None})
        row = OperationRow(
            chain=ctx.principal.chain,
            operation=operation,
            target=payment.reference,
            correlation=ctx.provenance.correlation,
        )
        await self._store.ask(ctx.scope, row, ctx)
        return operation

    async def _payment(self, principal: Principal, payment_id: str) -> PaymentView:
        scope = Scope(chain=principal.chain, properties=principal.properties)
        found = await self._store.of_payment(scope, payment_id)
        if not found:
            raise not_found("payment")
        return view(found)

    async def one(self, principal: Principal, payment_id: str) -> PaymentView:
        """A payment with all its requests."""
        self._may(principal, "read")
        return await self._payment(principal, payment_id)

    async def operation(self, principal: Principal, operation_id: str) -> PaymentOperation:
        """One request, as it stands."""
        found = await self._store.find(Scope(chain=principal.chain, properties=principal.properties), operation_id)
        if found is None:
            raise not_found("payment")
        return found.operation

    async def of_stay(self, principal: Principal, stay_id: str) -> list[PaymentView]:
        """The payments about a stay."""
        self._may(principal, "read")
        scope = Scope(chain=principal.chain, properties=principal.properties)
        found = await self._store.of_stay(scope, stay_id)
        ids = dict.fromkeys(one.payment_id for one in found)
        return [view([one for one in found if one.payment_id == payment_id]) for payment_id in ids]

    async def decide(self, ctx: CommandContext, operation_id: str, reason: str, *, done: bool) -> PaymentOperation:
        """A person's word on a request of which nobody else knows whether it was carried out (F45)."""
        self._may(ctx.principal, "decide")
        refuse_cards("reason", reason)
        row = await self._store.find(ctx.scope, operation_id)
        if row is None:
            raise not_found("payment")
        if row.operation.state is not PostingState.UNKNOWN:
            raise conflict("not_unknown", "It is known what became of this request.")
        state = PostingState.DONE if done else PostingState.FAILED
        after = moved(row, state, self._clock.now(), failure=None if done else "decided_not_done")
        after = after.model_copy(update={"decided_because": reason})
        event = told(after, ctx.principal.actor, "decided")
        if not await self._store.resolve(ctx.scope, after, event, ctx.provenance, ctx):
            raise conflict("not_unknown", "It is known what became of this request.")
        return after.operation


class CarryOut:
    """Works off what waits, and reads back what is not known."""

    def __init__(
        self,
        store: PaymentStore,
        providers: Mapping[str, PaymentProvider],
        clock: Clock,
        mode: Callable[[str], Mode | None] = lambda _: Mode.LIVE,
    ) -> None:
        self._store, self._providers, self._clock, self._mode = store, providers, clock, mode

    async def __call__(self) -> int:
        """Carry out everything that waits; how many were settled."""
        settled = 0
        while True:
            real = self._clock.real_now()
            claimed = await self._store.claim(ALL, real, real - STALE)
            if claimed is None:
                return settled + await self._read_back()
            row, _ = claimed
            reach("payment.claimed")
            after = await self._outcome(row, real)
            if after is not None:
                reach("payment.answered")
                settled += await self._store.settle(Scope(chain=row.chain), after, _provenance(row))
                reach("payment.settled")

    async def _outcome(self, row: OperationRow, real: dt.datetime) -> OperationRow | None:
        """How a request ended; None while it may be sent again under the same key, which a lost answer calls for."""
        now = self._clock.now()
        provider, mode = self._providers.get(row.operation.property_id), self._mode(row.operation.property_id)
        if mode is None:
            return None
        if provider is None or mode is not Mode.LIVE:
            return moved(row, PostingState.FAILED, now, failure=NOT_REAL if provider else "no_provider")
        if row.first_tried is not None and real - row.first_tried >= KEY_LASTS:
            return moved(row, PostingState.UNKNOWN, now, failure="no_answer")
        try:
            reference = await provider.carry_out(row)
        except ProviderRefused as refused:
            return moved(row, PostingState.FAILED, now, failure=refused.code)
        except ProviderSilent:
            return None
        return moved(row, PostingState.DONE, now, reference=reference)

    async def _read_back(self) -> int:
        """What can be found at the provider is done; what cannot waits for a person."""
        found = 0
        for row in await self._store.unknown(ALL):
            provider = self._providers.get(row.operation.property_id)
            if provider is None:
                continue
            try:
                reference = await provider.found(row)
            except (ProviderSilent, ProviderRefused):
                continue
            if reference is not None:
                after = moved(row, PostingState.DONE, self._clock.now(), reference=reference)
                found += await self._store.resolve(Scope(chain=row.chain), after, told(after), _provenance(row))
        return found


class HearProvider:
    """Takes signed webhooks: a dispute, or a refund that we did not ask for, is told as a finance action."""

    def __init__(
        self, connections: Connections, providers: Mapping[str, PaymentProvider], ledger: Ledger, clock: Clock
    ) -> None:
        self._connections, self._providers, self._ledger, self._clock = connections, providers, ledger, clock

    async def __call__(self, property_id: str, token: str, payload: bytes, signature: str, correlation: str) -> bool:
        """Take one webhook; whether it told anything new. A hint only: our own rows are settled by reading back."""
        connection: Connection = await behind(self._connections, property_id, token)
        provider = self._providers.get(property_id)
        if provider is None:
            raise not_found("address")
        said = provider.heard(payload, signature, self._clock.real_now())
        ours = said is not None and said.kind == "refund" and said.key is not None
        if said is None or ours or said.amount is None or said.kind not in ("dispute", "refund"):
            return False
        event = seen(
            connection.chain,
            property_id,
            vendor_id=f"{provider.name}:{said.reference}:{said.kind}:{said.id}",
            kind=said.kind,
            code=f"{provider.name}_{said.kind}",
            stay_id=None,
            amount=said.amount,
            at=said.at,
        )
        scope = Scope(chain=connection.chain, properties=frozenset({property_id}))
        return bool(await self._ledger.tell(scope, [event], Provenance.fresh(correlation)))


def _provenance(row: OperationRow) -> Provenance:
    return Provenance(row.correlation, row.causation)

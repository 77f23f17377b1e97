"""Partners and their subscriptions, as a chain's administrator or the partner's own program manages them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.integrations.domain.deliveries import Delivery, DeliveryState, new_secret
from services.integrations.domain.partners import (
    MOST_SUBSCRIPTIONS,
    Asked,
    Delivered,
    Partner,
    Secret,
    Standing,
    Subscription,
    check_asked,
    check_delivery,
    check_partner,
    check_types,
    enough,
    told,
    told_partner,
)
from services.integrations.domain.sandbox import samples
from services.integrations.ports.partners import AddressRefused, DeliveryStore, Endpoints, PartnerStore, Random
from shared.chassis.clock import Clock
from shared.chassis.commands import CommandContext
from shared.chassis.policy import Policy, Verdict
from shared.chassis.service import require_version
from shared.contracts.errors import conflict, forbidden, invalid, not_found
from shared.contracts.hosts import url_fault
from shared.contracts.identity import DataClass, Principal
from shared.contracts.partner_versions import CURRENT, PartnerContract
from shared.contracts.policy import Resource
from shared.contracts.values import Scope

SECRET_BYTES = 32
KIND = Resource.PARTNER


@dataclass(frozen=True)
class Made:
    """A subscription and, this once, its secret."""

    subscription: Subscription
    secret: str | None = None


class Subscribing:
    """Who may: people of the whole chain, and a partner's program for its own partner within its key's scopes."""

    def __init__(
        self,
        store: PartnerStore,
        deliveries: DeliveryStore,
        endpoints: Endpoints,
        policy: Policy,
        clock: Clock,
        random: Random,
        *,
        loopback: bool = False,
        contract: PartnerContract = CURRENT,
    ) -> None:
        self._store, self._deliveries, self._endpoints = store, deliveries, endpoints
        self._policy, self._clock = policy, clock
        self._random, self._loopback, self.contract = random, loopback, contract

    def _person(self, principal: Principal, action: str) -> Verdict:
        verdict = self._policy.decide(principal, action, KIND)
        if not verdict.allow:
            raise forbidden(verdict.why, f"You may not {action} partners of this chain.")
        if principal.properties is not None:
            raise forbidden("whole_chain_only", "Partners are matters of the whole chain.")
        return verdict

    async def partner(self, principal: Principal, action: str, partner: str) -> Partner:
        """A partner, for whom it is open to; what one may not know of is not found."""
        found = await self._store.partner(Scope(chain=principal.chain), partner)
        own = found is not None and found.account_id == principal.staff_id and not found.closed
        if found is not None and own and self._policy.decide(principal, "subscribe", KIND).allow:
            return found
        self._person(principal, action)
        if found is None:
            raise not_found("partner")
        return found

    async def partners(self, principal: Principal) -> list[Partner]:
        """Every partner of the chain."""
        self._person(principal, "read")
        return await self._store.partners(Scope(chain=principal.chain))

    async def add(self, ctx: CommandContext, partner: Partner) -> Partner:
        """Take a partner in, with the most it may ever be told."""
        verdict = self._person(ctx.principal, "manage")
        check_partner(partner.classes, verdict.read)
        self._check_hotels(ctx.principal, partner.properties)
        event = told_partner("added", partner, ctx.principal.actor, self._clock.now())
        await self._store.save_partner(ctx.scope, partner, event, ctx)
        return partner

    async def close(self, ctx: CommandContext, partner_id: str) -> Partner:
        """End a partner: every subscription of it hears nothing more."""
        self._person(ctx.principal, "manage")
        partner = await self.partner(ctx.principal, "manage", partner_id)
        require_version(ctx, partner.version)
        if partner.closed:
            raise conflict("partner_closed", "This partner is closed already.")
        closed = partner.model_copy(update={"closed": True, "version": partner.version + 1})
        event = told_partner("closed", closed, ctx.principal.actor, self._clock.now())
        await self._store.save_partner(ctx.scope, closed, event, ctx)
        return closed

    def _hotels(self, chain: str) -> frozenset[str]:
        return frozenset(one.id for one in self._policy.properties(chain))

    def _check_hotels(self, principal: Principal, wanted: frozenset[str] | None) -> None:
        for strange in sorted((wanted or frozenset()) - self._hotels(principal.chain)):
            raise invalid("properties", "known_property", f"There is no property {strange}.")

    async def subscriptions(self, principal: Principal, partner_id: str) -> list[Subscription]:
        """The subscriptions of a partner."""
        partner = await self.partner(principal, "read", partner_id)
        return await self._store.subscriptions(Scope(chain=principal.chain), partner.id)

    async def one(
        self, principal: Principal, partner_id: str, subscription_id: str, action: str = "read"
    ) -> Subscription:
        """One subscription of a partner."""
        found = await self.ended_or_not(principal, partner_id, subscription_id, action)
        if found.standing is Standing.ENDED:
            raise not_found("subscription")
        return found

    async def ended_or_not(
        self, principal: Principal, partner_id: str, subscription_id: str, action: str = "manage"
    ) -> Subscription:
        """One subscription of a partner, also one that has ended."""
        partner = await self.partner(principal, action, partner_id)
        found = await self._store.subscription(Scope(chain=principal.chain), partner.id, subscription_id)
        if found is None:
            raise not_found("subscription")
        return found

    async def subscribe(
        self, ctx: CommandContext, partner_id: str, asked: Asked, delivery: Delivered, url: str | None, sandbox: bool
    ) -> Made:
        """Begin to tell a partner: first what stands, then what happens. A webhook's secret is shown this once."""
        partner = await self.partner(ctx.principal, "manage", partner_id)
        if partner.closed:
            raise conflict("partner_closed", "This partner is closed.")
        check_asked(asked, partner, self._hotels(partner.chain), self.contract)
        check_delivery(delivery, url, asked.classes)
        await self._check_address(url)
        others = await self._store.subscriptions(ctx.scope, partner.id)
        if len(others) >= MOST_SUBSCRIPTIONS:
            raise enough()
        if delivery is Delivered.TOPIC and any(
            one.delivery is Delivered.TOPIC and one.sandbox is sandbox for one in others
        ):
            raise conflict("topic_taken", "A partner has one topic, and one subscription fills it.")
        now = self._clock.real_now()
        secret = new_secret(self._random(SECRET_BYTES)) if delivery is Delivered.WEBHOOK else None
        subscription = Subscription(
            id=self._clock.new_id(),
            chain=partner.chain,
            partner=partner.id,
            delivery=delivery,
            url=url,
            secrets=(Secret(value=secret, made_at=now),) if secret else (),
            types=tuple(dict.fromkeys(asked.types)),
            properties=partner.properties if asked.properties is None else asked.properties,
            fields=asked.fields,
            classes=asked.classes | {DataClass.ORDINARY},
            sandbox=sandbox,
            standing=Standing.ACTIVE if sandbox else Standing.STARTING,
            made_at=now,
        )
        event = told("made", subscription, ctx.principal.actor, self._clock.now())
        await self._store.save(ctx.scope, subscription, event, ctx, 201)
        return Made(subscription, secret)

    async def _check_address(self, url: str | None) -> None:
        if url is None:
            return
        fault = url_fault(url, loopback=self._loopback)
        if fault:
            raise invalid("url", "public_address", fault)
        try:
            await self._endpoints.check(url)
        except AddressRefused as refused:
            raise invalid("url", "public_address", refused.why) from refused

    async def move(self, ctx: CommandContext, partner_id: str, subscription_id: str, verb: str) -> Subscription:
        """Pause, resume or end a subscription."""
        one = await self.one(ctx.principal, partner_id, subscription_id, "manage")
        require_version(ctx, one.version)
        to = {"paused": Standing.PAUSED, "resumed": Standing.ACTIVE, "ended": Standing.ENDED}[verb]
        fitting = {
            Standing.PAUSED: {Standing.ACTIVE},
            Standing.ACTIVE: {Standing.PAUSED, Standing.DISABLED},
            Standing.ENDED: {Standing.STARTING, Standing.ACTIVE, Standing.PAUSED, Standing.DISABLED},
        }[to]
        if one.standing not in fitting:
            raise conflict("subscription_stands", f"It is {one.standing.value}.")
        after = one.moved(to)
        event = told(verb, after, ctx.principal.actor, self._clock.now())
        await self._store.save(ctx.scope, after, event, ctx, 200)
        return after

    async def rotate(self, ctx: CommandContext, partner_id: str, subscription_id: str) -> Made:
        """A new secret, shown this once; the one before signs beside it for a day."""
        one = await self.one(ctx.principal, partner_id, subscription_id, "manage")
        require_version(ctx, one.version)
        if one.delivery is not Delivered.WEBHOOK:
            raise conflict("no_secret", "A topic is not signed; its user has a password.")
        secret = new_secret(self._random(SECRET_BYTES))
        after = one.rotated(secret, self._clock.real_now())
        event = told("rotated", after, ctx.principal.actor, self._clock.now())
        await self._store.save(ctx.scope, after, event, ctx, 200)
        return Made(after, secret)

    async def replay(self, ctx: CommandContext, partner_id: str, subscription_id: str, chosen: dict[str, Any]) -> int:
        """Send again what was sent or given up on, by ids or by time; how many."""
        one = await self.one(ctx.principal, partner_id, subscription_id, "manage")
        after = one.model_copy(update={"version": one.version + 1})
        event = told("replayed", after, ctx.principal.actor, self._clock.now())
        return await self._deliveries.replay(ctx.scope, after, chosen, event, ctx, self._clock.real_now())

    async def log(
        self,
        principal: Principal,
        partner_id: str,
        subscription_id: str,
        state: DeliveryState | None,
        after: int,
        limit: int,
    ) -> list[Delivery]:
        """What was sent, newest first, and what became of it."""
        one = await self.one(principal, partner_id, subscription_id)
        return await self._deliveries.log(Scope(chain=principal.chain), one.id, state, after, limit)

    async def try_out(
        self,
        ctx: CommandContext,
        partner_id: str,
        subscription_id: str,
        types: Sequence[str] | None,
        *,
        doubled: bool,
        shuffled: bool,
    ) -> int:
        """Send a sandbox subscription made-up events of every type (`types` None); without any, one ping; how many."""
        one = await self.one(ctx.principal, partner_id, subscription_id, "manage")
        if types != () and not one.sandbox:
            raise conflict("not_sandbox", "Made-up events go to a sandbox subscription alone.")
        check_types(types or (), self.contract)
        run, now = self._clock.new_id(), self._clock.now()
        made = samples(one, types, run, now, doubled=doubled, shuffled=shuffled, contract=self.contract)
        after = one.model_copy(update={"version": one.version + 1})
        event = told("tried", after, ctx.principal.actor, self._clock.now())
        real = self._clock.real_now()
        rows = [each.model_copy(update={"due_at": real}) for each in made]
        return await self._deliveries.add(ctx.scope, after, rows, event, ctx)

"""A chain sets up its own identity provider, and says who of its staff is who there."""

from services.auth.domain.federation import Identity, Provider, ProviderTerms, check_provider, provider_event
from services.auth.domain.staff import noted, staff_event
from services.auth.ports.directory import Decider, DirectoryChange, DirectoryStore, Time
from services.auth.ports.federation import FederationStore, ProviderStore
from services.auth.ports.second_factor import Seal
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.service import require_version
from shared.contracts.errors import conflict, forbidden, not_found
from shared.contracts.identity import Principal
from shared.contracts.policy import Resource
from shared.contracts.staff import StaffMember
from shared.contracts.values import Scope


class Providers:
    """Whoever sets up a provider decides who gets in: administrators of the whole chain alone may."""

    def __init__(
        self,
        store: ProviderStore,
        federations: FederationStore,
        directory: DirectoryStore,
        seal: Seal,
        policy: Decider,
        time: Time,
        *,
        loopback: bool,
    ) -> None:
        self._store, self._federations, self._directory = store, federations, directory
        self._seal, self._policy, self._time, self._loopback = seal, policy, time, loopback

    def _may(self, principal: Principal, action: str) -> Scope:
        verdict = self._policy.decide(principal, action, Resource.POLICY)
        if not verdict.allow or principal.properties is not None:
            why = verdict.why if not verdict.allow else "whole_chain_only"
            raise forbidden(why, f"You may not {action} the identity provider of this chain.")
        return Scope(chain=principal.chain)

    async def provider(self, principal: Principal) -> Provider:
        """The chain's provider."""
        found = await self._store.provider(self._may(principal, "read"))
        if found is None:
            raise not_found("provider")
        return found

    async def configure(self, ctx: CommandContext, terms: ProviderTerms, secret: str | None) -> tuple[Provider, bool]:
        """Set it up or change it; without a secret the one that stands stays. If-Match 0 where there is none yet."""
        scope = self._may(ctx.principal, "manage")

        async def again(_: Kept) -> tuple[Provider, bool]:
            return await self.provider(ctx.principal), True

        async def work() -> tuple[Provider, bool]:
            return await self._configure(ctx, scope, terms, secret), False

        async def seen(_: CommandContext) -> Kept | None:
            return await self._directory.seen(scope, ctx)

        return await once(seen, ctx, work, again)

    async def _configure(self, ctx: CommandContext, scope: Scope, terms: ProviderTerms, secret: str | None) -> Provider:
        before = await self._store.provider(scope)
        require_version(ctx, before.version if before else 0)
        known = {found.id for found in await self._directory.properties(scope)}
        check_provider(terms, known, loopback=self._loopback)
        if secret is not None:
            sealed = self._seal.close(secret, scope.chain)
        elif before is not None and before.issuer == terms.issuer:
            sealed = before.sealed
        else:
            # The secret of one provider is never sent to another.
            sealed = self._seal.close("", scope.chain)
        version = before.version + 1 if before else 1
        after = Provider(chain=scope.chain, version=version, sealed=sealed, **_plain(terms))
        if before is not None and after.model_copy(update={"version": before.version}) == before:
            return before
        event = provider_event(before, after, ctx.principal.actor, self._time.now())
        await self._store.save(scope, after, event, ctx)
        return after

    async def link(self, ctx: CommandContext, staff_id: str, subject: str) -> tuple[StaffMember, bool]:
        """Say who somebody is at the provider; whoever they were there before, they are no more."""
        scope = self._may(ctx.principal, "manage")

        async def again(_: Kept) -> tuple[StaffMember, bool]:
            return await self._member(scope, staff_id), True

        async def work() -> tuple[StaffMember, bool]:
            return await self._link(ctx, scope, staff_id, subject), False

        async def seen(_: CommandContext) -> Kept | None:
            return await self._directory.seen(scope, ctx)

        return await once(seen, ctx, work, again)

    async def _member(self, scope: Scope, staff_id: str) -> StaffMember:
        found = await self._directory.member(scope, staff_id)
        if found is None:
            raise not_found("staff")
        return found

    async def _link(self, ctx: CommandContext, scope: Scope, staff_id: str, subject: str) -> StaffMember:
        provider = await self.provider(ctx.principal)
        before = await self._member(scope, staff_id)
        require_version(ctx, before.version)
        if before.service:
            raise conflict("service_account", "A service account has keys; nobody signs in as one.")
        held = await self._federations.identity(scope, provider.issuer, subject)
        if held is not None and held.staff_id != staff_id:
            raise conflict("subject_taken", "Somebody else of the staff is this person at the provider.")
        identity = Identity(chain=scope.chain, issuer=provider.issuer, subject=subject, staff_id=staff_id)
        after = noted(before)
        event = staff_event(before, after, ctx.principal.actor, self._time.now(), "identity_linked")
        await self._federations.save(scope, DirectoryChange(events=(event,), member=after), identity, ctx)
        return after


def _plain(terms: ProviderTerms) -> dict[str, object]:
    return {name: getattr(terms, name) for name in ProviderTerms.model_fields}

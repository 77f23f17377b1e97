"""Break the glass in an emergency: it works once, rings, is written down, and waits for somebody else's review."""

from dataclasses import dataclass
from functools import partial

from services.auth.domain.glass import FRESH, LASTS, emergency_claims, glass_event
from services.auth.ports.directory import Decider, DirectoryStore, Time
from services.auth.ports.glass import GlassStore
from services.auth.ports.sessions import KeyRing, SessionStore
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.service import require_version
from shared.contracts.errors import AppError, conflict, forbidden, not_found
from shared.contracts.identity import Principal
from shared.contracts.lending import require_another
from shared.contracts.policy import Resource
from shared.contracts.staff import Glass
from shared.contracts.values import Scope


@dataclass(frozen=True)
class Broken:
    """A broken glass and its token, while it lasts."""

    glass: Glass
    access_token: str
    expires_in: int


class BreakingGlass:
    """Who may break it is said by the policy; the rights it gives are those of the role `break_glass`."""

    def __init__(
        self,
        store: GlassStore,
        directory: DirectoryStore,
        sessions: SessionStore,
        keys: KeyRing,
        policy: Decider,
        time: Time,
    ) -> None:
        self._store, self._directory, self._sessions = store, directory, sessions
        self._keys, self._policy, self._time = keys, policy, time

    async def break_it(self, ctx: CommandContext, property_id: str, reason_code: str) -> tuple[Broken, bool]:
        """Rights for 15 minutes at one hotel, for a person who has just signed in."""
        caller, scope = ctx.principal, ctx.scope
        verdict = self._policy.decide(caller, "break_glass", Resource.STAFF)
        if not verdict.allow or caller.scopes is not None:
            raise forbidden(verdict.why, "You may not break the glass.")

        async def work() -> tuple[Broken, bool]:
            session, now = await self._sessions.session(scope, caller.session), self._time.real_now()
            if session is None or session.ended or now - session.created_at > FRESH:
                raise forbidden("sign_in_again", "Sign in anew first: it shows that it is you.")
            hotel = await self._directory.property(scope, property_id)
            if hotel is None:
                raise not_found("property")
            glass = Glass(
                id=f"glass:{self._time.new_id()}",
                chain=scope.chain,
                property_id=property_id,
                zone=hotel.zone,
                staff_id=caller.staff_id,
                broken_at=now,
                until=now + LASTS,
                version=1,
            )
            event = glass_event(glass, caller.actor, self._time.now(), reason_code)
            try:
                await self._store.keep(scope, glass, event, ctx)
            except AppError as taken:
                if taken.code != "taken":
                    raise
                raise conflict("glass_broken", "It works once: your last time waits for its review.") from taken
            return await self._token(caller, glass), False

        async def again(kept: Kept) -> tuple[Broken, bool]:
            glass = await self._store.glass(Scope(chain=scope.chain), kept.subject)
            if glass is None or glass.until <= self._time.real_now():
                raise conflict("glass_over", "The quarter of an hour is over.")
            return await self._token(caller, glass), True

        return await once(partial(self._directory.seen, scope), ctx, work, again)

    async def _token(self, caller: Principal, glass: Glass) -> Broken:
        member = await self._directory.member(Scope(chain=glass.chain), caller.staff_id)
        if member is None or not member.active:
            raise not_found("staff")
        now = self._time.real_now()
        claims = emergency_claims(member, glass, caller.session, self._time.new_id(), now)
        return Broken(glass, self._keys.token(claims), claims["exp"] - claims["iat"])

    def _may_review(self, principal: Principal) -> Scope:
        verdict = self._policy.decide(principal, "review_glass", Resource.STAFF)
        if not verdict.allow:
            raise forbidden(verdict.why, "You may not review broken glass.")
        return Scope(chain=principal.chain, properties=principal.properties)

    async def waiting(self, principal: Principal) -> list[Glass]:
        """What waits for a review at the caller's hotels."""
        return await self._store.waiting(self._may_review(principal))

    async def review(self, ctx: CommandContext, glass_id: str, finding: str) -> tuple[Glass, bool]:
        """Say what it was for; never by the person who did it."""
        scope = self._may_review(ctx.principal)

        async def work() -> tuple[Glass, bool]:
            before = await self._found(scope, glass_id)
            require_version(ctx, before.version)
            require_another(ctx.principal, before.staff_id)
            if before.staff_id == ctx.principal.staff_id:
                raise forbidden("own_glass", "Somebody else must review what you did.")
            if before.reviewed_by is not None:
                raise conflict("glass_reviewed", "It was reviewed before.")
            update = {"reviewed_by": ctx.principal.staff_id, "version": before.version + 1}
            after = before.model_copy(update=update)
            event = glass_event(after, ctx.principal.actor, self._time.now(), finding)
            await self._store.keep(scope, after, event, ctx)
            return after, False

        async def again(_: Kept) -> tuple[Glass, bool]:
            return await self._found(scope, glass_id), True

        return await once(partial(self._directory.seen, scope), ctx, work, again)

    async def _found(self, scope: Scope, glass_id: str) -> Glass:
        found = await self._store.glass(scope, glass_id)
        if found is None:
            raise not_found("glass")
        return found

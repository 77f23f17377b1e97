"""A chain changes its policy: looked at beforehand, proposed with a reason, decided by a second administrator."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from services.auth.domain.policy import default_grants, known_actions, snapshot
from services.auth.domain.policy_edits import Edit, edited, require_sound
from services.auth.domain.policy_preview import Preview, previewed
from services.auth.domain.policy_versions import Head, PolicyVersion, decide, propose, withdraw
from services.auth.ports.directory import Decider, DirectoryStore, PolicyStore, Time
from services.auth.ports.policy import PolicyStep, PolicyVersionStore
from services.auth.ports.sessions import KeyRing
from services.auth.usecases.policy_telling import (
    ShownPolicy,
    ShownVersions,
    change_told,
    published_told,
    refusal_told,
    shown,
)
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.provenance import Provenance
from shared.chassis.service import require_version
from shared.contracts.errors import AppError, ErrorKind, forbidden, not_found
from shared.contracts.identity import Principal
from shared.contracts.policy import Grant, PolicySnapshot, Resource
from shared.contracts.proposals import Said
from shared.contracts.values import Scope

MOST_STAFF = 100_000


@dataclass(frozen=True)
class Wanted:
    """Edits to lay over those in force; `anew`: in their place, over the policy that every chain starts with."""

    edits: tuple[Edit, ...]
    anew: bool = False


class PolicyRuling:
    """The use cases behind `/v1/policy`."""

    def __init__(
        self,
        versions: PolicyVersionStore,
        published: PolicyStore,
        directory: DirectoryStore,
        policy: Decider,
        keys: KeyRing,
        time: Time,
    ) -> None:
        self._versions, self._published, self._directory = versions, published, directory
        self._policy, self._keys, self._time = policy, keys, time

    async def read(self, principal: Principal) -> ShownPolicy:
        """The policy in force and what waits."""
        return await self._told(self._may(principal, "read"))

    async def _told(self, scope: Scope) -> ShownPolicy:
        head, policy = await self._versions.head(scope), await self._in_force(scope)
        waiting = await self._versions.waiting(scope)
        return ShownPolicy(
            chain=scope.chain,
            version=policy.version,
            revision=head.revision,
            edits=await self._edits(scope, head),
            grants=policy.grants,
            waiting=tuple(shown(each, head.approved) for each in waiting),
        )

    async def versions(self, principal: Principal, below: int | None, limit: int) -> ShownVersions:
        """Every version of the chain's own edits, newest first."""
        scope = self._may(principal, "read")
        head = await self._versions.head(scope)
        found = await self._versions.page(scope, below, limit + 1)
        page, more = found[:limit], len(found) > limit
        listed = tuple(shown(each, head.approved) for each in page)
        return ShownVersions(versions=listed, next=page[-1].version if more else None)

    async def preview(self, principal: Principal, wanted: Wanted) -> Preview:
        """Who would gain and who would lose what; nothing is kept."""
        scope = self._may(principal, "manage")
        require_sound(wanted.edits, known_actions())
        return await self._difference(scope, await self._whole(scope, await self._versions.head(scope), wanted))

    async def preview_of(self, principal: Principal, number: int) -> Preview:
        """The same of a version that was proposed, against what is in force now."""
        scope = self._may(principal, "read")
        return await self._difference(scope, (await self._version(scope, number)).edits)

    async def _difference(self, scope: Scope, edits: tuple[Edit, ...]) -> Preview:
        staff = await self._directory.staff(Scope(chain=scope.chain), limit=MOST_STAFF)
        return previewed((await self._in_force(scope)).grants, edited(default_grants(), edits), staff)

    async def propose(self, ctx: CommandContext, wanted: Wanted, reason: str) -> ShownPolicy:
        """Propose a change; nothing is in force before a second administrator approves it."""

        async def step(scope: Scope, head: Head, said: Said) -> PolicyStep:
            require_sound(wanted.edits, known_actions())
            edits = await self._whole(scope, head, wanted)
            now = self._time.now()
            made = propose(head, edits, ctx.principal.staff_id, now, said)
            after = replace(head, last=made.version, open=head.open + 1, steps=head.steps + 1)
            return PolicyStep(
                head, after, made, (change_told(scope.chain, "proposed", made, ctx.principal.actor, now),)
            )

        return await self._changed(ctx, reason, step)

    async def decide(
        self, ctx: CommandContext, number: int, approve: bool, digest: str | None, reason: str
    ) -> ShownPolicy:
        """Approve or reject a change, as another administrator than who proposed it; approved, it is in force."""

        async def step(scope: Scope, head: Head, said: Said) -> PolicyStep:
            before, now, actor = await self._version(scope, number), self._time.now(), ctx.principal.actor
            after = decide(before, head, approve, ctx.principal.staff_id, said, digest, now)
            policy = None
            if approve:
                require_sound(after.edits, known_actions())
                policy = await self._next(scope, edited(default_grants(), after.edits))
                after = after.model_copy(update={"policy_version": policy.version})
            told = [change_told(scope.chain, "approved" if approve else "rejected", after, actor, now)]
            told += [published_told(policy, actor, now, self._keys)] if policy else []
            moved = replace(head, open=head.open - 1, steps=head.steps + 1)
            moved = replace(moved, approved=number) if approve else moved
            return PolicyStep(head, moved, after, tuple(told), policy)

        return await self._changed(ctx, reason, step)

    async def withdraw(self, ctx: CommandContext, number: int, reason: str) -> ShownPolicy:
        """Take back a change that nobody has decided."""

        async def step(scope: Scope, head: Head, said: Said) -> PolicyStep:
            before, now = await self._version(scope, number), self._time.now()
            after = withdraw(before, ctx.principal.staff_id, said, now)
            event = change_told(scope.chain, "withdrawn", after, ctx.principal.actor, now)
            return PolicyStep(head, replace(head, open=head.open - 1, steps=head.steps + 1), after, (event,))

        return await self._changed(ctx, reason, step)

    async def _changed(
        self, ctx: CommandContext, reason: str, step: Callable[[Scope, Head, Said], Awaitable[PolicyStep]]
    ) -> ShownPolicy:
        """Do it once, if the caller may; a refusal for want of a right is written down."""
        scope = Scope(chain=ctx.principal.chain)

        async def do() -> ShownPolicy:
            head = await self._versions.head(scope)
            require_version(ctx, head.revision)
            said = Said(ref=self._time.new_id(), text=reason, salt=secrets.token_hex(16))
            await self._versions.save(scope, await step(scope, head, said), ctx)
            return await self._told(scope)

        async def again(_: Kept) -> ShownPolicy:
            return await self._told(scope)

        try:
            self._may(ctx.principal, "manage")
            return await once(partial(self._versions.seen, scope), ctx, do, again)
        except AppError as refusal:
            if refusal.kind is ErrorKind.FORBIDDEN:
                await self._note(scope, ctx.principal, ctx.provenance)
            raise

    async def _note(self, scope: Scope, principal: Principal, by: Provenance) -> None:
        subject, now = f"policy:{scope.chain}", self._time.now()
        event = refusal_told(scope.chain, subject, principal.actor, now, self._time.new_id())
        await self._versions.note(scope, event, by)

    async def _whole(self, scope: Scope, head: Head, wanted: Wanted) -> tuple[Edit, ...]:
        return wanted.edits if wanted.anew else (*await self._edits(scope, head), *wanted.edits)

    async def _edits(self, scope: Scope, head: Head) -> tuple[Edit, ...]:
        held = await self._versions.find(scope, head.approved) if head.approved else None
        return held.edits if held else ()

    async def _in_force(self, scope: Scope) -> PolicySnapshot:
        found = await self._published.policy(scope)
        if found is None:
            raise not_found("policy")
        return found

    async def _next(self, scope: Scope, grants: tuple[Grant, ...]) -> PolicySnapshot:
        return snapshot(scope.chain, (await self._in_force(scope)).version + 1, grants)

    async def _version(self, scope: Scope, number: int) -> PolicyVersion:
        found = await self._versions.find(scope, number)
        if found is None:
            raise not_found("version")
        return found

    def _may(self, principal: Principal, action: str) -> Scope:
        verdict = self._policy.decide(principal, action, Resource.POLICY)
        if not verdict.allow:
            raise forbidden(verdict.why, f"You may not {action} the policy of this chain.")
        if action != "read" and principal.properties is not None:
            raise forbidden("whole_chain_only", "The policy of a chain is changed by who works for all of it.")
        return Scope(chain=principal.chain)

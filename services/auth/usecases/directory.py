"""Keep the directory: properties and staff, changed by administrators of the chain."""

from functools import partial

from services.auth.domain.accounts import Account
from services.auth.domain.reach import require_reach
from services.auth.domain.staff import (
    PropertyDraft,
    StaffDraft,
    StaffPatch,
    administers,
    check_password,
    check_property,
    check_staff,
    gone_live,
    guard_last_rights,
    hire,
    open_property,
    patched,
    property_event,
    redrawn,
    staff_event,
)
from services.auth.ports.directory import Decider, DirectoryChange, DirectoryStore, Passwords, Time
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.contracts.errors import AppError, ErrorKind, conflict, forbidden, not_found
from shared.contracts.identity import DataClass, Principal
from shared.contracts.policy import Resource
from shared.contracts.staff import Property, StaffMember
from shared.contracts.values import Scope


class Directory:
    """Properties and staff of a chain, within the caller's scope and rights."""

    def __init__(self, store: DirectoryStore, passwords: Passwords, policy: Decider, time: Time) -> None:
        self._store, self._passwords, self._policy, self._time = store, passwords, policy, time

    def _may(self, principal: Principal, action: str, kind: Resource) -> tuple[Scope, frozenset[DataClass]]:
        verdict = self._policy.decide(principal, action, kind)
        if not verdict.allow:
            raise forbidden(verdict.why, f"You may not {action} {kind} records of this chain.")
        return Scope(chain=principal.chain, properties=principal.properties), verdict.read

    async def properties(self, principal: Principal) -> list[Property]:
        """The properties the caller works in."""
        scope, _ = self._may(principal, "read", Resource.PROPERTY)
        return await self._store.properties(scope)

    async def open_property(self, ctx: CommandContext, draft: PropertyDraft) -> tuple[Property, bool]:
        """Set up a property; the flag says whether this key had done so before."""
        scope, _ = self._may(ctx.principal, "manage", Resource.PROPERTY)

        async def work() -> tuple[Property, bool]:
            check_property(draft)
            self._chain_wide(ctx.principal)
            if await self._store.property(scope, draft.id):
                raise conflict("property_exists", f"There is a property {draft.id} already.")
            opened = open_property(scope.chain, draft)
            event = property_event(None, opened, ctx.principal.actor, self._time.now())
            await self._store.save(scope, DirectoryChange(events=(event,), property=opened), ctx, 201)
            return opened, False

        async def again(kept: Kept) -> tuple[Property, bool]:
            return await self._property(scope, kept.subject), True

        return await once(partial(self._store.seen, scope), ctx, work, again)

    async def go_live(self, ctx: CommandContext, property_id: str) -> tuple[Property, bool]:
        """Let what a shadow does leave the house; the flag says whether this key had done so before."""
        scope, _ = self._may(ctx.principal, "manage", Resource.PROPERTY)

        async def work() -> tuple[Property, bool]:
            before = await self._property(scope, property_id)
            self._chain_wide(ctx.principal)
            _require_version(ctx, before.version)
            after = gone_live(before)
            event = property_event(before, after, ctx.principal.actor, self._time.now())
            await self._store.save(scope, DirectoryChange(events=(event,), property=after), ctx, 200)
            return after, False

        async def again(kept: Kept) -> tuple[Property, bool]:
            return await self._property(scope, kept.subject), True

        return await once(partial(self._store.seen, scope), ctx, work, again)

    async def _property(self, scope: Scope, property_id: str) -> Property:
        found = await self._store.property(scope, property_id)
        if found is None:
            raise not_found("property")
        return found

    @staticmethod
    def _chain_wide(principal: Principal) -> None:
        if principal.properties is not None:
            raise forbidden("whole_chain_only", "Only an administrator of the whole chain sets up a property.")

    async def staff(self, principal: Principal, after: str | None, limit: int) -> list[StaffMember]:
        """The people who work where the caller works; without the right to staff data the outline only."""
        scope, read = self._may(principal, "read", Resource.STAFF)
        found = await self._store.staff(scope, after=after, limit=limit)
        return found if DataClass.STAFF in read else [_outline(member) for member in found]

    async def member(self, principal: Principal, staff_id: str) -> StaffMember:
        """One person who works where the caller works."""
        scope, read = self._may(principal, "read", Resource.STAFF)
        found = await self._member(scope, staff_id)
        return found if DataClass.STAFF in read else _outline(found)

    async def _member(self, scope: Scope, staff_id: str) -> StaffMember:
        found = await self._store.member(scope, staff_id)
        if found is None:
            raise not_found("staff")
        return found

    async def hire(
        self, ctx: CommandContext, draft: StaffDraft, login: str | None, password: str | None
    ) -> tuple[StaffMember, bool]:
        """Add a person, with a login if one is given; the flag says whether this key had done so before."""
        scope, _ = self._may(ctx.principal, "manage", Resource.STAFF)
        return await once(
            partial(self._store.seen, scope),
            ctx,
            lambda: self._hire(scope, ctx, draft, login, password),
            lambda kept: self._again(scope, kept),
        )

    async def _again(self, scope: Scope, kept: Kept) -> tuple[StaffMember, bool]:
        return await self._member(scope, kept.subject), True

    async def _hire(
        self, scope: Scope, ctx: CommandContext, draft: StaffDraft, login: str | None, password: str | None
    ) -> tuple[StaffMember, bool]:
        await self._check(scope, draft)
        if (login is None) != (password is None):
            raise conflict("login_incomplete", "A login and a password come together.")
        member = hire(scope.chain, self._time.new_id(), draft)
        account = None
        if login is not None and password is not None:
            check_password(password)
            digest = await self._passwords.hashed(password)
            account = Account(chain=scope.chain, login=login, staff_id=member.id, password_hash=digest)
        event = staff_event(None, member, ctx.principal.actor, self._time.now())
        await self._store.save(scope, DirectoryChange(events=(event,), member=member, account=account), ctx, 201)
        return member, False

    async def _check(self, scope: Scope, draft: StaffDraft) -> None:
        """A person is valid, and not of more properties than the administrator who says so."""
        known = {found.id for found in await self._store.properties(scope)}
        check_staff(draft, known)
        if draft.properties is None and scope.properties is not None:
            raise forbidden("beyond_own_properties", "You may not give rights at properties that are not yours.")

    async def change(self, ctx: CommandContext, staff_id: str, patch: StaffPatch) -> tuple[StaffMember, bool]:
        """Change a person; new rights, or leaving, end the sessions that still say the old thing."""
        scope, _ = self._may(ctx.principal, "manage", Resource.STAFF)
        return await once(
            partial(self._store.seen, scope),
            ctx,
            lambda: self._change(scope, ctx, staff_id, patch),
            lambda kept: self._again(scope, kept),
        )

    async def _change(
        self, scope: Scope, ctx: CommandContext, staff_id: str, patch: StaffPatch
    ) -> tuple[StaffMember, bool]:
        before = await self._member(scope, staff_id)
        require_reach(scope.properties, before)
        _require_version(ctx, before.version)
        draft = patched(before, patch)
        await self._check(scope, draft)
        after = redrawn(before, draft)
        guard_last_rights(ctx.principal.staff_id, before, after)
        if after is before:
            return before, False
        event = staff_event(before, after, ctx.principal.actor, self._time.now())
        change = DirectoryChange(
            events=(event,),
            member=after,
            end_sessions=before.active and not after.active,
            keeps_administration=administers(before) and not administers(after),
        )
        await self._store.save(scope, change, ctx, 200)
        return after, False


def _outline(member: StaffMember) -> StaffMember:
    hidden = {"shifts": (), "languages": (), "skills": (), "absences": (), "covers": (), "delegations": ()}
    return member.model_copy(update=hidden | {"epoch": 0})


def _require_version(ctx: CommandContext, version: int) -> None:
    if ctx.if_match is None:
        raise AppError(ErrorKind.PRECONDITION_REQUIRED, "if_match_required", "Send If-Match with the version seen.")
    if ctx.if_match != version:
        raise AppError(ErrorKind.STALE, "version_moved_on", f"It is at version {version} now, not {ctx.if_match}.")

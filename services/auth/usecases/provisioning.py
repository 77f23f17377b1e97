"""A chain's provider keeps people and groups here over SCIM 2.0; nobody is deleted: who leaves is out of use."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from services.auth.domain.accounts import Account
from services.auth.domain.scim import (
    ScimGroup,
    ScimRefusal,
    UserFacts,
    by_groups,
    members_of,
    patched_group,
    patched_user,
    user_facts,
)
from services.auth.domain.staff import StaffDraft, StaffPatch, check_staff, hire, noted, patched, redrawn, staff_event
from services.auth.ports.directory import Decider, DirectoryChange, DirectoryStore, Time
from services.auth.ports.federation import ProviderStore
from services.auth.ports.scim import ProvisionedStore
from services.auth.usecases.importing import NO_PASSWORD
from services.auth.usecases.service_accounts import ServiceAccounts
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.identity import Actor, Principal
from shared.contracts.policy import Resource
from shared.contracts.staff import StaffMember
from shared.contracts.values import Scope

_RACES = 16
_PAUSE_S = 0.01
Done = TypeVar("Done")


@dataclass(frozen=True)
class Caller:
    """A provider whose key was good: what it may touch, and as whom it is written down.

    One that `rehearses` gets every answer and every refusal as it would be, and nothing is written.
    """

    scope: Scope
    actor: Actor
    rehearses: bool = False


@dataclass(frozen=True)
class User:
    """A person as SCIM shows them."""

    member: StaffMember
    facts: UserFacts
    groups: list[ScimGroup]


class Provisioning:
    """People by login, groups by name; what groups are worth is said where the chain set its provider up."""

    def __init__(
        self,
        store: ProvisionedStore,
        directory: DirectoryStore,
        providers: ProviderStore,
        accounts: ServiceAccounts,
        policy: Decider,
        time: Time,
    ) -> None:
        self._store, self._directory, self._providers = store, directory, providers
        self._accounts, self._policy, self._time = accounts, policy, time

    async def caller(self, key: str, source: str, *, rehearses: bool = False) -> Caller:
        """Whose key this is; it must be for SCIM, and for the whole chain."""
        held, account = await self._accounts.verified(key, source)
        places = account.properties if held.properties is None else held.properties
        principal = Principal(
            staff_id=account.id,
            chain=account.chain,
            roles=frozenset(account.roles),
            properties=None if places is None else frozenset(places),
            session=held.id,
            epoch=account.epoch,
            scopes=frozenset(held.scopes),
        )
        if places is not None or not self._policy.decide(principal, "scim", Resource.STAFF).allow:
            raise ScimRefusal(403, None, "This key is not for SCIM of the whole chain.")
        return Caller(Scope(chain=account.chain), principal.actor, rehearses)

    # People
    async def user(self, caller: Caller, staff_id: str) -> User:
        """One person."""
        login = await self._directory.login_of(caller.scope, staff_id)
        return await self._shown(caller, staff_id, login)

    async def _shown(self, caller: Caller, staff_id: str, login: str | None) -> User:
        member = await self._directory.member(caller.scope, staff_id)
        if member is None or login is None:
            raise ScimRefusal(404, None, "There is no such user.")
        external = (await self._store.external_ids(caller.scope, [staff_id])).get(staff_id)
        # What stands may be older than today's rules of a user name: it is shown as it is.
        facts = UserFacts.model_construct(
            user_name=login, display_name=member.display_name, external_id=external, active=member.active
        )
        return User(member, facts, await self._store.groups_of(caller.scope, [staff_id]))

    async def users(
        self, caller: Caller, asked: tuple[str, str] | None, start: int, count: int
    ) -> tuple[list[User], int]:
        """A page of people by login, or whom a filter finds; and how many there are in all."""
        if asked is not None:
            found = await self._found(caller, *asked)
            return found[start - 1 : start - 1 + count], len(found)
        page = await self._store.logins(caller.scope, start - 1, count) if count else []
        shown = [await self._shown(caller, staff_id, login) for login, staff_id in page]
        return shown, await self._store.count(caller.scope)

    async def _found(self, caller: Caller, name: str, value: str) -> list[User]:
        staff_id: str | None = value
        if name == "username":
            account = await self._directory.account(caller.scope, value.lower())
            staff_id = account.staff_id if account else None
        elif name == "externalid":
            staff_id = await self._store.by_external_id(caller.scope, value)
        login = await self._directory.login_of(caller.scope, staff_id) if staff_id else None
        return [await self._shown(caller, staff_id, login)] if staff_id and login else []

    async def create_user(self, caller: Caller, body: Mapping[str, Any]) -> User:
        """Somebody new, who may do nothing before a group or an administrator gives them something."""
        facts = _facts(user_facts(body))
        draft = StaffDraft(display_name=facts.display_name, roles=(), properties=(), active=facts.active)
        _checked(draft)
        member = hire(caller.scope.chain, self._time.new_id(), draft)
        account = Account(chain=member.chain, login=facts.user_name, staff_id=member.id, password_hash=NO_PASSWORD)
        event = staff_event(None, member, caller.actor, self._time.now(), "scim")
        change = DirectoryChange(events=(event,), member=member, account=account)
        if caller.rehearses:
            await self._free(caller, None, facts)
            return User(member, facts, [])
        await self._save_user(caller, member.id, facts, change)
        return await self.user(caller, member.id)

    async def replace_user(self, caller: Caller, staff_id: str, body: Mapping[str, Any]) -> User:
        """A person as the provider has them now."""
        return await self._change_user(caller, staff_id, lambda _: user_facts(body))

    async def patch_user(self, caller: Caller, staff_id: str, body: Mapping[str, Any]) -> User:
        """Some of what the provider says of a person."""
        return await self._change_user(caller, staff_id, lambda before: patched_user(before, body))

    async def leave(self, caller: Caller, staff_id: str) -> None:
        """Put somebody out of use; they stay in the directory and in the log."""
        await self._change_user(caller, staff_id, lambda before: before.model_dump() | {"active": False})

    async def _change_user(self, caller: Caller, staff_id: str, change: Callable[[UserFacts], dict[str, Any]]) -> User:
        async def once() -> User:
            before = await self.user(caller, staff_id)
            facts = _facts(change(before.facts))
            patch = StaffPatch(display_name=facts.display_name, active=facts.active)
            after = redrawn(before.member, patched(before.member, patch))
            _checked(patched(after, StaffPatch()))
            if facts == before.facts:
                return before
            if after is before.member:
                after = noted(after)
            if caller.rehearses:
                await self._free(caller, staff_id, facts)
                return User(after, facts, before.groups)
            event = staff_event(before.member, after, caller.actor, self._time.now(), "scim")
            left = before.member.active and not after.active
            await self._save_user(
                caller, staff_id, facts, DirectoryChange(events=(event,), member=after, end_sessions=left)
            )
            return await self.user(caller, staff_id)

        return await _settled(once)

    async def _free(self, caller: Caller, staff_id: str | None, facts: UserFacts) -> None:
        """Refuse as the store would: a user name or an external id that somebody else has."""
        account = await self._directory.account(caller.scope, facts.user_name)
        held = await self._store.by_external_id(caller.scope, facts.external_id) if facts.external_id else None
        if (account is not None and account.staff_id != staff_id) or held not in {None, staff_id}:
            raise ScimRefusal(409, "uniqueness", "Somebody else has this user name or external id.")

    async def _save_user(self, caller: Caller, staff_id: str, facts: UserFacts, change: DirectoryChange) -> None:
        by = Provenance.fresh(self._time.new_id())
        await self._store.save_user(caller.scope, staff_id, facts, change, by)

    # Groups
    async def groups(self, caller: Caller, asked: tuple[str, str] | None) -> list[ScimGroup]:
        """The groups, or whom a filter finds."""
        if asked is None:
            return await self._store.groups(caller.scope)
        name, value = asked
        if name == "displayname":
            return await self._store.groups(caller.scope, value)
        found = await self._store.groups(caller.scope)
        return [each for each in found if value == (each.id if name == "id" else each.external_id)]

    async def group(self, caller: Caller, group_id: str) -> ScimGroup:
        """One group."""
        found = await self._store.group(caller.scope, group_id)
        if found is None:
            raise ScimRefusal(404, None, "There is no such group.")
        return found

    async def create_group(self, caller: Caller, body: Mapping[str, Any]) -> ScimGroup:
        """A group with whom it has in it."""
        group_id = self._time.new_id()

        async def once() -> ScimGroup:
            made = _group({"id": group_id, "chain": caller.scope.chain, **_group_facts(body)})
            return await self._save_group(caller, None, made)

        return await _settled(once)

    async def replace_group(self, caller: Caller, group_id: str, body: Mapping[str, Any]) -> ScimGroup:
        """A group as the provider has it now."""
        return await self._change_group(caller, group_id, lambda before: before.model_dump() | _group_facts(body))

    async def patch_group(self, caller: Caller, group_id: str, body: Mapping[str, Any]) -> ScimGroup:
        """Some of a group."""
        return await self._change_group(caller, group_id, lambda before: patched_group(before, body))

    async def _change_group(
        self, caller: Caller, group_id: str, change: Callable[[ScimGroup], dict[str, Any]]
    ) -> ScimGroup:
        async def once() -> ScimGroup:
            before = await self.group(caller, group_id)
            after = _group(change(before))
            if after == before:
                return before
            return await self._save_group(caller, before, after.model_copy(update={"version": before.version + 1}))

        return await _settled(once)

    async def drop_group(self, caller: Caller, group_id: str) -> None:
        """Forget a group; whoever was in it loses what it gave."""

        async def once() -> ScimGroup:
            before = await self.group(caller, group_id)
            gone = before.model_copy(update={"members": (), "version": before.version + 1})
            return await self._save_group(caller, before, gone, gone=True)

        await _settled(once)

    async def _save_group(
        self, caller: Caller, before: ScimGroup | None, after: ScimGroup, *, gone: bool = False
    ) -> ScimGroup:
        # Counted before the groups are read: two changes at once never decide by what the other is about to change.
        turn = await self._store.turn(caller.scope)
        renamed = before is not None and before.name != after.name
        held, wanted = set(before.members if before else ()), set(after.members)
        touched = sorted(held | wanted if renamed or gone else held ^ wanted)
        changes = await self._worth(caller, touched, after, gone=gone)
        if caller.rehearses:
            return after
        by = Provenance.fresh(self._time.new_id())
        await self._store.save_group(caller.scope, after, changes, by, turn, gone=gone)
        return after

    async def _worth(
        self, caller: Caller, touched: Sequence[str], after: ScimGroup, *, gone: bool
    ) -> list[DirectoryChange]:
        """What the change of a group makes of the people it touches."""
        provider = await self._providers.provider(caller.scope)
        rules = provider.group_rules if provider else ()
        others = [each for each in await self._store.groups_of(caller.scope, touched) if each.id != after.id]
        standing = others if gone else [*others, after]
        changes = []
        for staff_id in touched:
            member = await self._directory.member(caller.scope, staff_id)
            if member is None and staff_id in after.members:
                raise ScimRefusal(400, "invalidValue", "A member is no user here.")
            if member is None or member.service:
                continue
            mine = [each.name for each in standing if staff_id in each.members]
            changed = by_groups(member, rules, mine)
            if changed is not member:
                event = staff_event(member, changed, caller.actor, self._time.now(), "groups_changed")
                changes.append(DirectoryChange(events=(event,), member=changed))
        return changes


async def _settled(work: Callable[[], Awaitable[Done]]) -> Done:
    """Do it, and again where somebody else changed the same at this moment."""
    for race in range(_RACES):
        try:
            return await work()
        except AppError as moved:
            if moved.kind is not ErrorKind.STALE:
                raise
        await asyncio.sleep(_PAUSE_S * race)
    raise AppError(ErrorKind.UNAVAILABLE, "busy", "Too much changes at this moment; try again.")


def _facts(values: Mapping[str, Any]) -> UserFacts:
    try:
        return UserFacts.model_validate(dict(values))
    except ValidationError as wrong:
        raise _unfit(wrong) from wrong


def _group(values: Mapping[str, Any]) -> ScimGroup:
    try:
        return ScimGroup.model_validate(dict(values))
    except ValidationError as wrong:
        raise _unfit(wrong) from wrong


def _unfit(wrong: ValidationError) -> ScimRefusal:
    said = "; ".join(f"{error['loc'][0]}: {error['msg']}" for error in wrong.errors(include_input=False))
    return ScimRefusal(400, "invalidValue", said)


def _group_facts(body: Mapping[str, Any]) -> dict[str, Any]:
    name, external, members = body.get("displayName"), body.get("externalId"), body.get("members") or []
    return {"name": name, "external_id": external, "members": members_of(members)}


def _checked(draft: StaffDraft) -> None:
    try:
        check_staff(draft, set(draft.properties or ()))
    except AppError as refused:
        raise ScimRefusal(400, "invalidValue", refused.message) from refused

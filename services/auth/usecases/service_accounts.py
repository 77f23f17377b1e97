"""Service accounts and their keys: opened by who may, never with more rights than theirs, exchanged for tokens."""

import hmac
import secrets
from dataclasses import dataclass
from functools import partial

from services.auth.domain.api_keys import (
    AccountDraft,
    ApiKey,
    KeyDraft,
    check_expiry,
    check_room,
    key_claims,
    key_digest,
    key_event,
    key_id_of,
    key_text,
    narrowed,
    principal_of,
    scope_parts,
    service_account,
    written,
)
from services.auth.domain.reach import require_reach, within
from services.auth.domain.staff import noted, sessions_ended, staff_event
from services.auth.domain.throttle import Gate
from services.auth.ports.api_keys import ApiKeyStore
from services.auth.ports.directory import Decider, DirectoryChange, DirectoryStore, Time
from services.auth.ports.sessions import KeyRing
from services.auth.usecases.gates import Gates
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.contracts.errors import AppError, Breach, ErrorKind, forbidden, invalid, not_found
from shared.contracts.identity import Principal, Role
from shared.contracts.policy import Resource
from shared.contracts.staff import StaffMember
from shared.contracts.values import SYSTEM_CHAIN, Scope


@dataclass(frozen=True)
class Issued:
    """A key and, this once, its text (None when the same request is repeated)."""

    key: ApiKey
    text: str | None


@dataclass(frozen=True)
class KeyToken:
    """The access token of a key."""

    access_token: str
    expires_in: int
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Account:
    """A service account with its keys."""

    member: StaffMember
    keys: list[ApiKey]


class ServiceAccounts:
    """Programs on the staff list. A key can never do more than its maker, its scopes and the role `integration`."""

    def __init__(
        self,
        directory: DirectoryStore,
        store: ApiKeyStore,
        keys: KeyRing,
        gates: Gates,
        policy: Decider,
        time: Time,
    ) -> None:
        self._directory, self._store, self._keys = directory, store, keys
        self._gates, self._policy, self._time = gates, policy, time

    def _may(self, principal: Principal, action: str) -> Scope:
        verdict = self._policy.decide(principal, action, Resource.SERVICE_ACCOUNT)
        if not verdict.allow:
            raise forbidden(verdict.why, f"You may not {action} service accounts of this chain.")
        return Scope(chain=principal.chain, properties=principal.properties)

    async def accounts(self, principal: Principal) -> list[Account]:
        """The service accounts of the caller's properties, with their keys."""
        scope = self._may(principal, "read")
        found = [each for each in await self._directory.staff(scope) if each.service]
        return [Account(each, await self._store.keys(scope, each.id)) for each in found]

    async def _account(self, scope: Scope, account_id: str) -> StaffMember:
        found = await self._directory.member(scope, account_id)
        if found is None or not found.service:
            raise not_found("service_account")
        return found

    async def open(self, ctx: CommandContext, draft: AccountDraft) -> tuple[StaffMember, bool]:
        """A service account without a key; the flag says whether this key of the command did so before."""
        scope = self._may(ctx.principal, "manage")

        async def work() -> tuple[StaffMember, bool]:
            known = {each.id for each in await self._directory.properties(scope)}
            if not within(draft.properties, scope.properties):
                raise forbidden("beyond_own_properties", "You may not give rights at properties that are not yours.")
            for unknown in sorted(set(draft.properties or ()) - known):
                raise invalid("properties", "known_property", f"There is no property {unknown}.")
            member = service_account(scope.chain, self._time.new_id(), draft)
            event = staff_event(None, member, ctx.principal.actor, self._time.now())
            await self._directory.save(scope, DirectoryChange(events=(event,), member=member), ctx, 201)
            return member, False

        async def again(kept: Kept) -> tuple[StaffMember, bool]:
            return await self._account(scope, kept.subject), True

        return await once(partial(self._directory.seen, scope), ctx, work, again)

    async def issue(self, ctx: CommandContext, account_id: str, draft: KeyDraft) -> tuple[Issued, bool]:
        """A key, shown this once; a second one beside it lets a program change over."""
        scope = self._may(ctx.principal, "manage")

        async def work() -> tuple[Issued, bool]:
            account, now = await self._account(scope, account_id), self._time.real_now()
            check_expiry(draft.expires_at, now)
            # A key outlives what others lent its maker.
            self._check_rights(ctx.principal.alone, account, draft)
            check_room(await self._store.keys(scope, account_id), now)
            key_id = secrets.token_hex(8)
            text = key_text(key_id, secrets.token_urlsafe(32))
            key = ApiKey(
                id=key_id,
                chain=scope.chain,
                account_id=account_id,
                digest=key_digest(self._keys.refresh_secret, text),
                scopes=written(draft.scopes),
                properties=draft.properties,
                created_at=now,
                created_by=ctx.principal.staff_id,
                expires_at=draft.expires_at,
            )
            after, actor = noted(account), ctx.principal.actor
            told = staff_event(account, after, actor, self._time.now(), "key_issued")
            # The version of the account is held against the one that was read: two at once cannot make three keys.
            change = DirectoryChange(events=(told, key_event("issued", 1, key, actor, self._time.now())), member=after)
            await self._store.issue(scope, key, change, ctx)
            return Issued(key, text), False

        async def again(kept: Kept) -> tuple[Issued, bool]:
            return Issued(await self._key(scope, account_id, kept.subject.removeprefix("api_key:")), None), True

        return await once(partial(self._directory.seen, scope), ctx, work, again)

    def _check_rights(self, maker: Principal, account: StaffMember, draft: KeyDraft) -> None:
        """Refuse whatever the maker may not do, or integrations may not, by scope."""
        if account.properties is not None and not within(draft.properties or account.properties, account.properties):
            raise invalid("properties", "beyond_account", "A key is for properties of its account.")
        places = draft.properties if draft.properties is not None else account.properties
        if not within(places, maker.properties):
            raise forbidden("beyond_own_properties", "You may not give rights at properties that are not yours.")
        program = maker.model_copy(update={"roles": frozenset({Role.INTEGRATION}), "scopes": None})
        breaches = []
        for number, one in enumerate(draft.scopes):
            for action in one.actions:
                for kind in one.kinds:
                    said = f"{action} on {kind}"
                    where = f"scopes.{number}"
                    if not self._policy.decide(maker, action, kind).allow:
                        breaches.append(Breach(field=where, rule="own_rights", message=f"You may not {said} yourself."))
                    elif not self._policy.decide(program, action, kind).allow:
                        message = f"The role integration may not {said}."
                        breaches.append(Breach(field=where, rule="role_rights", message=message))
        if breaches:
            message = "; ".join(each.message for each in breaches)
            raise AppError(ErrorKind.FORBIDDEN, "beyond_rights", message, breaches)

    async def _key(self, scope: Scope, account_id: str, key_id: str) -> ApiKey:
        found = await self._store.key(Scope(chain=SYSTEM_CHAIN), key_id)
        if found is None or (found.chain, found.account_id) != (scope.chain, account_id):
            raise not_found("api_key")
        return found

    async def revoke(self, ctx: CommandContext, account_id: str, key_id: str) -> tuple[ApiKey, bool]:
        """End a key and its tokens, everywhere within 30 s; whoever uses the other key asks for a new token."""
        scope = self._may(ctx.principal, "manage")

        async def work() -> tuple[ApiKey, bool]:
            account, key = await self._account(scope, account_id), await self._key(scope, account_id, key_id)
            _require_of_ours(scope, account, key)
            if key.revoked_at is not None:
                return key, False
            revoked = key.model_copy(update={"revoked_at": self._time.real_now()})
            after, actor = sessions_ended(account), ctx.principal.actor
            told = staff_event(account, after, actor, self._time.now(), "key_revoked")
            event = key_event("revoked", 2, revoked, actor, self._time.now())
            await self._store.revoke(scope, revoked, DirectoryChange(events=(told, event), member=after), ctx)
            return revoked, False

        async def again(_: Kept) -> tuple[ApiKey, bool]:
            return await self._key(scope, account_id, key_id), True

        return await once(partial(self._directory.seen, scope), ctx, work, again)

    async def verified(self, text: str, source: str) -> tuple[ApiKey, StaffMember]:
        """The key and the account of a text that is a good key; anything else is one and the same 401."""
        key_id, outside = key_id_of(text), Scope(chain=SYSTEM_CHAIN)
        async with self._gates.passing(outside, {Gate.SOURCE: source}):
            key = await self._store.key(outside, key_id) if key_id else None
            given = key_digest(self._keys.refresh_secret, text)
            if key is None or not hmac.compare_digest(given, key.digest) or not key.valid(self._time.real_now()):
                raise _refused()
            account = await self._directory.member(Scope(chain=key.chain), key.account_id)
            if account is None or not account.active:
                raise _refused()
            key = await self._of_its_maker(key, account)
        await self._store.touch(Scope(chain=key.chain), key.id, self._time.real_now())
        return key, account

    async def _of_its_maker(self, key: ApiKey, account: StaffMember) -> ApiKey:
        """The key with what its maker may still do, where they still work; a key of nothing is no key."""
        maker = await self._directory.member(Scope(chain=key.chain), key.created_by)
        if maker is None or not maker.active:
            raise _refused()
        places = account.properties if key.properties is None else key.properties
        left = narrowed(key, places, maker.properties)
        caller = principal_of(maker)
        scopes = tuple(one for one in left.scopes if self._policy.decide(caller, *scope_parts(one)).allow)
        if not scopes or left.properties == ():
            raise _refused()
        return left.model_copy(update={"scopes": scopes})

    async def exchange(self, account_id: str, text: str, source: str) -> KeyToken:
        """An access token for a key."""
        key, account = await self.verified(text, source)
        if account.id != account_id:
            raise _refused()
        claims = key_claims(account, key, self._time.new_id(), self._time.real_now())
        return KeyToken(self._keys.token(claims), claims["exp"] - claims["iat"], key.scopes)


def _require_of_ours(scope: Scope, account: StaffMember, key: ApiKey) -> None:
    """A key may be ended by who is in charge of every property that it is for."""
    places = account.properties if key.properties is None else key.properties
    require_reach(scope.properties, account.model_copy(update={"properties": places}))


def _refused() -> AppError:
    return AppError(ErrorKind.UNAUTHENTICATED, "key_refused", "This key is not good (any more).")

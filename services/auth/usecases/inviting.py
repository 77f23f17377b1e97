"""Invite a person to set a password, at the start or when it is forgotten; and take the invitation up."""

from dataclasses import dataclass
from functools import partial

import pyotp

from services.auth.domain.accounts import Account
from services.auth.domain.invitations import FIRST_TTL, RESET_TTL, Invitation, code_digest, require_resetter
from services.auth.domain.staff import check_password, noted, sessions_ended, staff_event
from services.auth.domain.throttle import Gate
from services.auth.ports.directory import Decider, DirectoryChange, DirectoryStore, Passwords, Time
from services.auth.ports.invitations import InvitationStore
from services.auth.usecases.gates import Gates
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Kept, once
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError, ErrorKind, conflict, forbidden, invalid, not_found
from shared.contracts.identity import Actor, ActorKind, Principal
from shared.contracts.policy import Resource
from shared.contracts.staff import StaffMember
from shared.contracts.values import Scope


@dataclass(frozen=True)
class Wanted:
    """Whose sign-in is to be set up or reset, and why. `login` is needed where the person has no account yet."""

    staff_id: str
    reason_code: str
    login: str | None = None
    second_factor: bool = False


@dataclass(frozen=True)
class Invited:
    """The code to hand over, told this once (None when the same request is repeated), and how long it is good."""

    staff_id: str
    login: str
    code: str | None
    minutes: int


@dataclass(frozen=True)
class Acceptance:
    """A person takes an invitation up, from a network address."""

    chain: str
    code: str
    password: str
    source: str


class Inviting:
    """Nobody but the person ever knows the password; whoever invites is written down with the reason."""

    def __init__(
        self,
        directory: DirectoryStore,
        invitations: InvitationStore,
        passwords: Passwords,
        gates: Gates,
        policy: Decider,
        time: Time,
    ) -> None:
        self._directory, self._invitations, self._passwords = directory, invitations, passwords
        self._gates, self._policy, self._time = gates, policy, time

    async def invite(self, ctx: CommandContext, wanted: Wanted) -> tuple[Invited, bool]:
        """A code for a person with fewer rights than the caller's; the flag says whether this key did so before."""
        scope = Scope(chain=ctx.principal.chain, properties=ctx.principal.properties)
        verdict = self._policy.decide(ctx.principal, "reset", Resource.STAFF)
        if not verdict.allow:
            raise forbidden(verdict.why, "You may not reset sign-ins of this chain.")

        async def again(_: Kept) -> tuple[Invited, bool]:
            member, login = await self._person(ctx.principal, scope, wanted)
            return Invited(member.id, login, None, 0), True

        return await once(partial(self._directory.seen, scope), ctx, lambda: self._invite(ctx, scope, wanted), again)

    async def _person(self, caller: Principal, scope: Scope, wanted: Wanted) -> tuple[StaffMember, str]:
        member = await self._directory.member(scope, wanted.staff_id)
        if member is None or not member.active:
            raise not_found("staff")
        require_resetter(caller, member, self._time.now())
        if member.service:
            raise conflict("service_account", "A service account has keys, never a password.")
        known = await self._directory.login_of(scope, member.id)
        if known is not None and wanted.login not in (None, known):
            raise conflict("other_login", "This person signs in under another login.")
        login = known or wanted.login
        if login is None:
            raise invalid("login", "required", "A person without an account needs a login.")
        return member, login

    async def _invite(self, ctx: CommandContext, scope: Scope, wanted: Wanted) -> tuple[Invited, bool]:
        member, login = await self._person(ctx.principal, scope, wanted)
        account = await self._directory.account(scope, login)
        if account is not None and account.staff_id != member.id:
            raise conflict("taken", "This login is another person's.")
        has_password = account is not None and account.password_hash != ""
        lasts = RESET_TTL if has_password else FIRST_TTL
        letters = pyotp.random_base32(32)[:20].lower()
        code = "-".join(letters[at : at + 5] for at in range(0, 20, 5))
        invitation = Invitation(
            digest=code_digest(code),
            chain=scope.chain,
            staff_id=member.id,
            login=login,
            expires_at=self._time.real_now() + lasts,
            new_account=not has_password,
        )
        # A forgotten password ends nothing: the old one is good until the code is used. A second factor goes at once,
        # with every session, because the lost telephone may be in somebody's hands.
        after = sessions_ended(member) if wanted.second_factor else noted(member)
        event = staff_event(member, after, ctx.principal.actor, self._time.now(), wanted.reason_code)
        change = DirectoryChange(
            events=(event,),
            member=after,
            end_sessions=wanted.second_factor,
            drop_second_factor=wanted.second_factor,
        )
        await self._invitations.keep(scope, invitation, change, ctx)
        return Invited(member.id, login, code, int(lasts.total_seconds()) // 60), False

    async def accept(self, taken: Acceptance) -> None:
        """Set the password by a code that is still good; any other code is one and the same 401."""
        check_password(taken.password)
        scope = Scope(chain=taken.chain)
        async with self._gates.passing(scope, {Gate.SOURCE: taken.source}):
            invitation = await self._invitations.find(scope, code_digest(taken.code))
            now = self._time.real_now()
            member = await self._directory.member(scope, invitation.staff_id) if invitation else None
            if invitation is None or member is None or not member.active or invitation.expires_at <= now:
                raise AppError(ErrorKind.UNAUTHENTICATED, "invitation_refused", "This code is not good (any more).")
        account = Account(
            chain=scope.chain,
            login=invitation.login,
            staff_id=member.id,
            password_hash=await self._passwords.hashed(taken.password),
        )
        after = sessions_ended(member)
        actor = Actor(kind=ActorKind.STAFF, id=member.id)
        event = staff_event(member, after, actor, self._time.now(), "password_set")
        change = DirectoryChange(events=(event,), member=after, end_sessions=True)
        by = Provenance.fresh(self._time.new_id())
        if not await self._invitations.accept(scope, invitation, account, change, by):
            raise AppError(ErrorKind.UNAUTHENTICATED, "invitation_refused", "This code is not good (any more).")

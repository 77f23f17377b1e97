"""Sign in, go on, sign out."""

from dataclasses import dataclass

from services.auth.domain.sessions import (
    ACCESS_TTL,
    Refresh,
    Session,
    Ticket,
    access_claims,
    judge,
    read_refresh_token,
    refresh_token,
)
from services.auth.domain.staff import MAX_PASSWORD, sessions_ended, staff_event
from services.auth.domain.throttle import Gate
from services.auth.ports.directory import DirectoryChange, DirectoryStore, Passwords, Time
from services.auth.ports.federation import ProviderStore
from services.auth.ports.sessions import KeyRing, SessionStore
from services.auth.usecases.gates import Gates
from services.auth.usecases.second_factor import SecondFactors, second_factor_wanted
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError, ErrorKind, invalid
from shared.contracts.identity import Actor, Principal, Role, system
from shared.contracts.staff import StaffMember
from shared.contracts.values import Scope

_RACES = 8


@dataclass(frozen=True)
class Tokens:
    """What a client keeps: the access token for an hour, the refresh token for the next one.

    `enrol`: the person's roles ask for a second factor that this session has not shown, so the token carries none.
    """

    access_token: str
    refresh_token: str
    expires_in: int
    member: StaffMember
    enrol: bool = False


@dataclass(frozen=True)
class SignIn:
    """A try to sign in, and the network address it came from; `code` is the second factor's or a recovery code."""

    chain: str
    login: str
    password: str
    source: str
    code: str | None = None


def _refused() -> AppError:
    return AppError(ErrorKind.UNAUTHENTICATED, "sign_in_refused", "Chain, login or password is wrong.")


def _ended() -> AppError:
    return AppError(ErrorKind.UNAUTHENTICATED, "session_ended", "The session has ended; sign in again.")


def _gates_of(tried: SignIn) -> dict[Gate, str]:
    return {Gate.SOURCE: tried.source, Gate.ACCOUNT: tried.login, Gate.PAIR: f"{tried.login}|{tried.source}"}


class SigningIn:
    """Sessions of people; every refusal of a sign-in looks and costs the same."""

    def __init__(
        self,
        directory: DirectoryStore,
        sessions: SessionStore,
        passwords: Passwords,
        keys: KeyRing,
        factors: SecondFactors,
        gates: Gates,
        providers: ProviderStore,
        time: Time,
    ) -> None:
        self._directory, self._sessions, self._passwords = directory, sessions, passwords
        self._providers = providers
        self._keys, self._factors, self._gates, self._time = keys, factors, gates, time

    async def sign_in(self, tried: SignIn) -> Tokens:
        """Tokens for the right password; 422 for one too long to hash, 429 after too many wrong ones, else 401."""
        if len(tried.password) > MAX_PASSWORD:
            raise invalid("password", "password_length", f"A password has at most {MAX_PASSWORD} characters.")
        scope = Scope(chain=tried.chain)
        gates = _gates_of(tried)
        async with self._gates.passing(scope, gates):
            account = await self._directory.account(scope, tried.login)
            right = await self._passwords.matches(account.password_hash if account else None, tried.password)
            member = await self._directory.member(scope, account.staff_id) if account and right else None
            if member is None or not member.active:
                raise _refused()
        if not await self._passwords_stay(scope, member):
            raise _refused()
        shown = await self.second_factor(scope, member, tried.code, tried.login)
        return await self.admit(scope, member, second_factor=shown)

    async def _passwords_stay(self, scope: Scope, member: StaffMember) -> bool:
        """Whether this person may sign in by password; administrators always may, to mend a provider that is out."""
        provider = await self._providers.provider(scope)
        return provider is None or not provider.active or provider.passwords or Role.CHAIN_ADMIN in member.roles

    async def admit(self, scope: Scope, member: StaffMember, *, second_factor: bool) -> Tokens:
        """Open a session for somebody who has shown who they are."""
        now = self._time.real_now()
        session = Session(
            id=self._time.new_id(),
            chain=scope.chain,
            staff_id=member.id,
            created_at=now,
            rotated_at=now,
            second_factor=second_factor,
        )
        await self._sessions.open(scope, session)
        return self._tokens(session, member)

    async def second_factor(
        self, scope: Scope, member: StaffMember, code: str | None, who: str, *, seen_elsewhere: bool = False
    ) -> bool:
        """Whether the second factor was shown; 401 where the person has one and did not show it."""
        held = None if seen_elsewhere else await self._factors.held(scope, member.id)
        if held is None:
            return seen_elsewhere
        if code is None:
            raise second_factor_wanted()
        async with self._gates.passing(scope, {Gate.CODE: who}):
            if not await self._factors.shown(scope, held, code):
                raise _refused()
        return True

    def _tokens(self, session: Session, member: StaffMember) -> Tokens:
        ticket = Ticket(chain=session.chain, session_id=session.id, generation=session.generation)
        shown = session.second_factor
        enrol = not shown and self._factors.asked_of(member)
        # Without the factor that its roles ask for, a token is good for setting it up and for nothing else.
        bearer = member.model_copy(update={"roles": ()}) if enrol else member
        now, token_id = self._time.real_now(), self._time.new_id()
        claims = access_claims(bearer, session.id, token_id, now, second_factor=shown)
        return Tokens(
            access_token=self._keys.token(claims),
            refresh_token=refresh_token(self._keys.refresh_secret, ticket),
            expires_in=int(ACCESS_TTL.total_seconds()),
            member=member,
            enrol=enrol,
        )

    async def refresh(self, token: str) -> Tokens:
        """The next pair of tokens; a copied old token ends the whole session (401)."""
        ticket = read_refresh_token(self._keys.refresh_secret, token)
        if ticket is None:
            raise _ended()
        scope = Scope(chain=ticket.chain)
        session = await self._sessions.session(scope, ticket.session_id)
        member = await self._directory.member(scope, session.staff_id) if session else None
        if session is None or member is None or not member.active:
            raise _ended()
        worth = judge(session, ticket.generation, self._time.real_now())
        if worth is Refresh.REUSED:
            await self._end(scope, session.id, member.id, system("auth"), "refresh_reused")
        if worth in (Refresh.REUSED, Refresh.ENDED):
            raise _ended()
        if worth is Refresh.REPEAT:
            return self._tokens(session, member)
        rotated = await self._sessions.rotate(scope, session, self._time.real_now())
        # Lost to another refresh at the same moment: the answer is the same successor.
        after = rotated or await self._sessions.session(scope, session.id)
        if after is None or after.ended:
            raise _ended()
        return self._tokens(after, member)

    async def sign_out(self, principal: Principal) -> None:
        """End the caller's session; its access token is refused everywhere as soon as the event has arrived.

        The person's other sessions get one 401 and refresh.
        """
        scope = Scope(chain=principal.chain)
        await self._end(scope, principal.session, principal.staff_id, principal.actor, "signed_out")

    async def _end(self, scope: Scope, session_id: str, staff_id: str, actor: Actor, why: str) -> None:
        """End a session and raise the person's epoch, in one step: a crash leaves neither without the other."""
        for _ in range(_RACES):
            member = await self._directory.member(scope, staff_id)
            if member is None:
                return
            after = sessions_ended(member)
            event = staff_event(member, after, actor, self._time.now(), why)
            change = DirectoryChange(events=(event,), member=after, end_session=session_id)
            try:
                await self._directory.save(scope, change, Provenance.fresh(self._time.new_id()), 204)
            except AppError as moved:
                if moved.kind is not ErrorKind.STALE:
                    raise
            else:
                return
        raise AppError(ErrorKind.UNAVAILABLE, "busy", "Too much changes at this moment; try again.")

    async def me(self, principal: Principal) -> StaffMember:
        """The caller as the directory has them now."""
        member = await self._directory.member(Scope(chain=principal.chain), principal.staff_id)
        if member is None:
            raise _ended()
        return member

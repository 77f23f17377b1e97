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
from services.auth.domain.throttle import Gate, wait_s
from services.auth.ports.directory import DirectoryChange, DirectoryStore, Passwords, Time
from services.auth.ports.sessions import KeyRing, SessionStore
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError, ErrorKind, invalid
from shared.contracts.identity import Actor, Principal, system
from shared.contracts.staff import StaffMember
from shared.contracts.values import Scope

_RACES = 8


@dataclass(frozen=True)
class Tokens:
    """What a client keeps: the access token for an hour, the refresh token for the next one."""

    access_token: str
    refresh_token: str
    expires_in: int
    member: StaffMember


@dataclass(frozen=True)
class SignIn:
    """A try to sign in, and the network address it came from."""

    chain: str
    login: str
    password: str
    source: str


def _refused() -> AppError:
    return AppError(ErrorKind.UNAUTHENTICATED, "sign_in_refused", "Chain, login or password is wrong.")


def _ended() -> AppError:
    return AppError(ErrorKind.UNAUTHENTICATED, "session_ended", "The session has ended; sign in again.")


class SigningIn:
    """Sessions of people; every refusal of a sign-in looks and costs the same."""

    def __init__(
        self,
        directory: DirectoryStore,
        sessions: SessionStore,
        passwords: Passwords,
        keys: KeyRing,
        time: Time,
    ) -> None:
        self._directory, self._sessions, self._passwords = directory, sessions, passwords
        self._keys, self._time = keys, time

    async def sign_in(self, tried: SignIn) -> Tokens:
        """Tokens for the right password; 422 for one too long to hash, 429 after too many wrong ones, else 401."""
        if len(tried.password) > MAX_PASSWORD:
            raise invalid("password", "password_length", f"A password has at most {MAX_PASSWORD} characters.")
        scope = Scope(chain=tried.chain)
        gates = self._gates(tried)
        await self._pass_gates(scope, gates)
        account = await self._directory.account(scope, tried.login)
        right = await self._passwords.matches(account.password_hash if account else None, tried.password)
        member = await self._directory.member(scope, account.staff_id) if account and right else None
        if member is None or not member.active:
            raise _refused()
        for gate, who in gates.items():
            await self._sessions.release(scope, gate, who, forget=gate is not Gate.SOURCE)
        now = self._time.real_now()
        session = Session(id=self._time.new_id(), chain=tried.chain, staff_id=member.id, created_at=now, rotated_at=now)
        await self._sessions.open(scope, session)
        return self._tokens(session, member)

    @staticmethod
    def _gates(tried: SignIn) -> dict[Gate, str]:
        return {
            Gate.SOURCE: tried.source,
            Gate.ACCOUNT: tried.login,
            Gate.PAIR: f"{tried.login}|{tried.source}",
        }

    async def _pass_gates(self, scope: Scope, gates: dict[Gate, str]) -> None:
        """Count a failure at each gate before the password is looked at: tries in parallel cannot slip through."""
        passed: list[Gate] = []
        for gate, who in gates.items():
            wait = await self._reserve(scope, gate, who)
            if wait > 0:
                for other in passed:
                    await self._sessions.release(scope, other, gates[other], forget=False)
                seconds = int(wait) + 1
                message = f"Too many wrong passwords; try again in {seconds} s."
                raise AppError(ErrorKind.THROTTLED, "sign_in_throttled", message)
            passed.append(gate)

    async def _reserve(self, scope: Scope, gate: Gate, who: str) -> float:
        for _ in range(_RACES):
            seen, now = await self._sessions.tries(scope, gate, who), self._time.real_now()
            wait = wait_s(gate, seen, now)
            if wait > 0 or await self._sessions.reserve(scope, gate, who, seen, now):
                return wait
        return 1.0

    def _tokens(self, session: Session, member: StaffMember) -> Tokens:
        ticket = Ticket(chain=session.chain, session_id=session.id, generation=session.generation)
        claims = access_claims(member, session.id, self._time.new_id(), self._time.real_now())
        return Tokens(
            access_token=self._keys.token(claims),
            refresh_token=refresh_token(self._keys.refresh_secret, ticket),
            expires_in=int(ACCESS_TTL.total_seconds()),
            member=member,
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
        await self._sessions.end(scope, session_id)
        for _ in range(_RACES):
            member = await self._directory.member(scope, staff_id)
            if member is None:
                return
            after = sessions_ended(member)
            event = staff_event(member, after, actor, self._time.now(), why)
            change = DirectoryChange(events=(event,), member=after)
            try:
                await self._directory.save(scope, change, Provenance.fresh(self._time.new_id()), 204)
            except AppError as moved:
                if moved.kind is not ErrorKind.STALE:
                    raise
            else:
                return

    async def me(self, principal: Principal) -> StaffMember:
        """The caller as the directory has them now."""
        member = await self._directory.member(Scope(chain=principal.chain), principal.staff_id)
        if member is None:
            raise _ended()
        return member

"""Signing in, staying signed in, and signing out."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import MutableMapping
from weakref import WeakValueDictionary

from services.console.domain.problem import Down, Refused
from services.console.domain.session import Journey, Session, Tokens, Viewer
from services.console.ports import House, Sessions, SignIn, Time
from shared.contracts.errors import AppError
from shared.contracts.values import Scope

log = logging.getLogger(__name__)
_SECRET_BYTES = 32


def chain_of(cookie: str) -> str | None:
    """The chain a cookie names before its secret; None when it cannot be one of ours."""
    chain, dot, secret = cookie.partition(".")
    plausible = dot and 0 < len(chain) <= 63 and 40 <= len(secret) <= 64 and chain.replace("-", "").isalnum()
    return chain if plausible and chain.isascii() and chain == chain.lower() and secret.isascii() else None


class Desk:
    """Where people sign in. A browser holds a random cookie; tokens stay here."""

    def __init__(self, sessions: Sessions, auth: SignIn, house: House, time: Time) -> None:
        self._sessions, self._auth, self._house, self._time = sessions, auth, house, time
        self._renewing: MutableMapping[str, asyncio.Lock] = WeakValueDictionary()

    async def sign_in(self, chain: str, login: str, password: str, source: str, code: str = "") -> Session:
        """A new session; Refused when auth says no."""
        return await self._opened(chain, await self._auth.sign_in(chain, login, password, source, code))

    async def _opened(self, chain: str, tokens: Tokens) -> Session:
        cookie = f"{chain}.{secrets.token_urlsafe(_SECRET_BYTES)}"
        session = Session(cookie, tokens, self._time.real_now())
        await self._sessions.save(Scope(chain=chain), session)
        return session

    async def provider(self, chain: str) -> str | None:
        """The name of a chain's own identity provider; None without one, or while auth is silent."""
        try:
            return await self._auth.provider(chain) if chain else None
        except Down:
            return None

    async def depart(self, chain: str, then: str, return_to: str) -> tuple[Journey, str]:
        """A browser goes to the chain's provider: what it takes along, and where it goes."""
        journey = Journey(chain, secrets.token_urlsafe(_SECRET_BYTES), then)
        return journey, await self._auth.begin(chain, return_to, journey.challenge)

    async def arrive(self, journey: Journey, code: str) -> Session:
        """It came back: a new session; Refused when auth says no."""
        return await self._opened(journey.chain, await self._auth.redeem(journey.chain, code, journey.verifier))

    async def viewer(self, cookie: str) -> Viewer | None:
        """Who this browser is, with a token that still holds; None when it must sign in (again)."""
        chain = chain_of(cookie)
        session = await self._sessions.find(Scope(chain=chain), cookie) if chain else None
        if session is None or chain is None:
            return None
        if session.stale(self._time.real_now()):
            session = await self._renewed(Scope(chain=chain), cookie)
        if session is None:
            return None
        try:
            principal = self._house.principal(session.tokens.access)
        except AppError as refusal:
            log.info("a session ended: %s", refusal.code)
            return None
        return Viewer(principal, session.tokens.access, session.csrf, cookie)

    def name_of(self, session: Session) -> str:
        """The name of who signed in; empty where nobody here knows them yet."""
        try:
            principal = self._house.principal(session.tokens.access)
        except AppError:
            return ""
        person = self._house.person(principal.staff_id)
        return person.display_name if person else ""

    async def sign_out(self, cookie: str) -> None:
        """Forget the session here at once, and at auth if it answers."""
        chain = chain_of(cookie)
        scope = Scope(chain=chain) if chain else None
        session = await self._sessions.find(scope, cookie) if scope else None
        if scope is None or session is None:
            return
        await self._sessions.end(scope, cookie)
        with contextlib.suppress(Refused, Down):
            await self._auth.sign_out(session.tokens.access)

    async def _renewed(self, scope: Scope, cookie: str) -> Session | None:
        # A page asks several things at once, and a refresh token is good once: one of them renews, the others wait.
        lock = self._renewing.setdefault(cookie, asyncio.Lock())
        async with lock:
            session = await self._sessions.find(scope, cookie)
            if session is None or not session.stale(self._time.real_now()):
                return session
            try:
                tokens = await self._auth.renew(session.tokens.refresh)
            except Refused:
                await self._sessions.end(scope, cookie)
                return None
            except Down:
                # While auth is out, ordinary work goes on with the old token; each service decides how long.
                return session
            renewed = session.renewed(tokens)
            await self._sessions.save(scope, renewed)
            return renewed

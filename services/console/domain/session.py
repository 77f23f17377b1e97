"""A signed-in browser: tokens that never leave the server, and the secrets derived from its cookie."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from dataclasses import dataclass, replace

from shared.contracts.identity import Principal

REFRESH_BEFORE = dt.timedelta(seconds=90)


@dataclass(frozen=True)
class Tokens:
    """What auth gave; `expires_at` is real time."""

    access: str
    refresh: str
    expires_at: dt.datetime


@dataclass(frozen=True)
class Session:
    """One signed-in browser. `cookie` is the opaque secret only that browser holds."""

    cookie: str
    tokens: Tokens
    created_at: dt.datetime

    @property
    def csrf(self) -> str:
        """The token that every form of this session carries."""
        return csrf_of(self.cookie)

    def stale(self, now: dt.datetime) -> bool:
        """Whether the access token runs out so soon that it must be renewed first."""
        return self.tokens.expires_at - now < REFRESH_BEFORE

    def renewed(self, tokens: Tokens) -> "Session":
        """This session with new tokens."""
        return replace(self, tokens=tokens)


@dataclass(frozen=True)
class Viewer:
    """Who looks at a page: the verified caller, their token for other services, and their form token."""

    principal: Principal
    access: str
    csrf: str
    cookie: str

    @property
    def id(self) -> str:
        """The staff id."""
        return self.principal.staff_id


@dataclass(frozen=True)
class Journey:
    """A browser that went to the chain's own provider: what it must bring back. It is kept in a cookie of its own."""

    chain: str
    verifier: str
    then: str

    @property
    def challenge(self) -> str:
        """What auth is told of the verifier before (RFC 7636, S256)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()

    @property
    def cookie(self) -> str:
        """The journey as a cookie holds it."""
        said = json.dumps([self.chain, self.verifier, self.then]).encode()
        return base64.urlsafe_b64encode(said).decode()


def journey_of(cookie: str) -> Journey | None:
    """The journey of a cookie, None for any other text."""
    try:
        parts = json.loads(base64.b64decode(cookie, altchars=b"-_", validate=True))
    except ValueError:
        return None
    fit = isinstance(parts, list) and len(parts) == 3 and all(isinstance(each, str) for each in parts)
    return Journey(*parts) if fit else None


def csrf_of(secret: str) -> str:
    """The form token that belongs to a cookie; it says nothing about the cookie."""
    return hashlib.sha256(f"bellboard-form/1|{secret}".encode()).hexdigest()


def same_csrf(secret: str, given: str) -> bool:
    """Whether a form's token belongs to this cookie."""
    return hmac.compare_digest(csrf_of(secret).encode(), given.encode())

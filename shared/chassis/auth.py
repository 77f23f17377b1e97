"""Access tokens: verified locally, by public keys that came over `policy.v1`."""

import hashlib
import time
from dataclasses import dataclass
from typing import Any

import jwt
from pydantic import ValidationError

from shared.chassis.policy import SENSITIVE_STALE_S, Policy
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.identity import Department, Principal, Role
from shared.contracts.staff import StaffMember

ALGORITHM = "EdDSA"
TYPE = "at+jwt"
ISSUER = "bellboard-auth"
REQUIRED = ["iss", "sub", "aud", "iat", "nbf", "exp", "jti", "sid", "chain", "roles", "epoch"]
GRACE_S = 12 * 3600
LEEWAY_S = 5
MAX_TOKEN = 8192
MOST_TOKENS = 4096


def _refused(why: str) -> AppError:
    return AppError(ErrorKind.UNAUTHENTICATED, "not_signed_in", why)


@dataclass(frozen=True)
class _Verified:
    """What never changes about a token: who it is of, when it holds, and the key (as published) that signed it."""

    caller: Principal
    kid: str
    key: dict[str, Any]
    not_before: float
    expires: float


class Verifier:
    """Turns a bearer token into a Principal, or refuses it. Never fetches anything (S6).

    A signature is checked once: the same token, by its digest, is known again. Its times, its key and the state of the
    account are looked at every time.
    """

    def __init__(self, policy: Policy, audience: str) -> None:
        self._policy, self._audience = policy, audience
        self._keys: dict[str, tuple[dict[str, Any], jwt.PyJWK]] = {}
        self._known: dict[bytes, _Verified] = {}

    def _key(self, kid: str) -> jwt.PyJWK | None:
        published = self._policy.known.keys.get(kid)
        if published is None:
            return None
        cached = self._keys.get(kid)
        if cached is None or cached[0] != published:
            cached = self._keys[kid] = (published, jwt.PyJWK(published, algorithm=ALGORITHM))
        return cached[1]

    def principal(self, authorization: str | None) -> Principal:
        """The caller of an `Authorization: Bearer …` header; anything doubtful is a 401."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _refused("Sign in first.")
        if len(token) > MAX_TOKEN:
            raise _refused("The token is too long.")
        digest = hashlib.sha256(token.encode(errors="replace")).digest()
        found = self._known.get(digest)
        if found is None or self._policy.known.keys.get(found.kid) != found.key:
            found = self._verified(token)
            if len(self._known) >= MOST_TOKENS:
                self._known.clear()
            self._known[digest] = found
        self._in_time(found)
        person = self._still_valid(found.caller)
        return self._bearing(found.caller, person) if person.delegations else found.caller

    def _bearing(self, caller: Principal, person: StaffMember) -> Principal:
        """The caller with what others lent them, as it counts at this moment; never a program, nor a token without
        roles, which is good for setting up a second factor alone."""
        lent = self._policy.lent_to(person) if caller.scopes is None and caller.roles else ()
        return caller.model_copy(update={"lent": lent}) if lent else caller

    def _verified(self, token: str) -> _Verified:
        claims, kid, key = self._claims(token)
        try:
            caller = Principal(
                staff_id=claims["sub"],
                chain=claims["chain"],
                roles=frozenset(Role(role) for role in claims["roles"]),
                properties=None if claims.get("properties") is None else frozenset(claims["properties"]),
                departments=frozenset(Department(one) for one in claims.get("departments", ())),
                session=claims["sid"],
                epoch=claims["epoch"],
                language=claims.get("lang", "en"),
                second_factor="otp" in claims.get("amr", ()),
                scopes=None if claims.get("scopes") is None else frozenset(claims["scopes"]),
            )
            begins, ends = max(float(claims["nbf"]), float(claims["iat"])), float(claims["exp"])
        except (ValidationError, ValueError, TypeError) as failure:
            raise _refused("The token does not say who you are.") from failure
        return _Verified(caller, kid, key, begins, ends)

    def _claims(self, token: str) -> tuple[dict[str, Any], str, dict[str, Any]]:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as failure:
            raise _refused("The token cannot be read.") from failure
        kid = str(header.get("kid"))[:128]
        key = self._key(kid)
        # PyJWT ignores `typ`, so an ID or refresh token would pass as an access token (S2).
        if key is None or header.get("typ") != TYPE or header.get("alg") != ALGORITHM:
            raise _refused("The token was not issued here.")
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._audience,
                issuer=ISSUER,
                leeway=GRACE_S,  # the most there ever is; `_in_time` is exact
                options={"require": REQUIRED, "verify_nbf": True},
            )
        except jwt.ExpiredSignatureError as failure:
            raise _refused("The session has run out; sign in again.") from failure
        except jwt.PyJWTError as failure:
            raise _refused("The token is not valid here.") from failure
        return claims, kid, self._policy.known.keys[kid]

    def _in_time(self, found: _Verified) -> None:
        now = time.time()
        # The grace of an outage is for tokens that ran out, never for ones whose time has not come.
        if found.not_before > now + LEEWAY_S:
            raise _refused("The token is not valid yet.")
        if found.expires > now - LEEWAY_S:
            return
        # While auth is out, a token that ran out lately still does ordinary work; sensitive work is refused as stale.
        # Break-glass is never refused as stale, so its tokens get no grace.
        graced = self._policy.stale_s() > SENSITIVE_STALE_S and Role.BREAK_GLASS not in found.caller.roles
        if not graced or found.expires <= now - GRACE_S:
            raise _refused("The session has run out; sign in again.")

    def _still_valid(self, caller: Principal) -> StaffMember:
        person = self._policy.person(caller.staff_id)
        if person is None or person.chain != caller.chain:
            raise _refused("This account is not known here (yet).")
        if not person.active or caller.epoch < person.epoch:
            raise _refused("The session was ended; sign in again.")
        return person

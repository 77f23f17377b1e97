"""Access tokens: verified locally, by public keys that came over `policy.v1`."""

import time
from typing import Any

import jwt
from pydantic import ValidationError

from shared.chassis.policy import SENSITIVE_STALE_S, Policy
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.identity import Department, Principal, Role

ALGORITHM = "EdDSA"
TYPE = "at+jwt"
ISSUER = "bellboard-auth"
REQUIRED = ["iss", "sub", "aud", "iat", "nbf", "exp", "jti", "sid", "chain", "roles", "epoch"]
GRACE_S = 12 * 3600
LEEWAY_S = 5
MAX_TOKEN = 8192


def _refused(why: str) -> AppError:
    return AppError(ErrorKind.UNAUTHENTICATED, "not_signed_in", why)


class Verifier:
    """Turns a bearer token into a Principal, or refuses it. Never fetches anything (S6)."""

    def __init__(self, policy: Policy, audience: str) -> None:
        self._policy, self._audience = policy, audience
        self._keys: dict[str, tuple[dict[str, Any], jwt.PyJWK]] = {}

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
        claims = self._claims(token)
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
            )
        except (ValidationError, ValueError, TypeError) as failure:
            raise _refused("The token does not say who you are.") from failure
        self._still_valid(caller)
        return caller

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as failure:
            raise _refused("The token cannot be read.") from failure
        key = self._key(str(header.get("kid"))[:128])
        # PyJWT ignores `typ`, so an ID or refresh token would pass as an access token (S2).
        if key is None or header.get("typ") != TYPE or header.get("alg") != ALGORITHM:
            raise _refused("The token was not issued here.")
        # While auth is out, a token that ran out lately still does ordinary work; sensitive work is refused as stale.
        leeway = GRACE_S if self._policy.stale_s() > SENSITIVE_STALE_S else LEEWAY_S
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._audience,
                issuer=ISSUER,
                leeway=leeway,
                options={"require": REQUIRED, "verify_nbf": True},
            )
        except jwt.ExpiredSignatureError as failure:
            raise _refused("The session has run out; sign in again.") from failure
        except jwt.PyJWTError as failure:
            raise _refused("The token is not valid here.") from failure
        # The grace of an outage is for tokens that ran out, never for ones whose time has not come.
        if claims["nbf"] > time.time() + LEEWAY_S or claims["iat"] > time.time() + LEEWAY_S:
            raise _refused("The token is not valid yet.")
        # Break-glass is never refused as stale, so its tokens get no grace.
        if Role.BREAK_GLASS in claims["roles"] and claims["exp"] < time.time() - LEEWAY_S:
            raise _refused("The session has run out; sign in again.")
        return claims

    def _still_valid(self, caller: Principal) -> None:
        person = self._policy.person(caller.staff_id)
        if person is None or person.chain != caller.chain:
            raise _refused("This account is not known here (yet).")
        if not person.active or caller.epoch < person.epoch:
            raise _refused("The session was ended; sign in again.")

"""What an id_token must say before anybody is let in by it (OpenID Connect Core 1.0, 3.1.3.7)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from services.auth.domain.federation import Asserted, Provider, refused_sign_in

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key pair alone: with a shared secret the provider's answer could be made up here."""
LEEWAY_S = 60
MOST_GROUPS = 1000
_HALVES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


def _bad(what: str) -> Exception:
    return refused_sign_in("id_token_refused", f"The provider's answer is not accepted: {what}.")


def check_id_token(
    claims: Mapping[str, Any], provider: Provider, nonce: str, now_s: float, *, access_token: str, algorithm: str
) -> None:
    """Refuse (401) a token of another issuer, for another client, of another sign-in, or out of time."""
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if claims.get("iss") != provider.issuer:
        raise _bad("iss")
    if not isinstance(audiences, list) or provider.client_id not in audiences:
        raise _bad("aud")
    # A token for several says in `azp` which of them asked for it.
    party = claims.get("azp")
    if party != provider.client_id and (party is not None or len(audiences) > 1):
        raise _bad("azp")
    if _time(claims, "exp") <= now_s - LEEWAY_S:
        raise _bad("exp")
    if _time(claims, "iat") > now_s + LEEWAY_S:
        raise _bad("iat")
    if not isinstance(said := claims.get("nonce"), str) or not hmac.compare_digest(said.encode(), nonce.encode()):
        raise _bad("nonce")
    half = claims.get("at_hash")
    if half is not None and half != half_hash(access_token, algorithm):
        raise _bad("at_hash")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise _bad("sub")


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _bad(name)
    return value


def half_hash(token: str, algorithm: str) -> str:
    """The left half of a token's hash, base64url (3.1.3.6); EdDSA over Ed25519 takes SHA-512."""
    hashed = _HALVES.get(algorithm[-3:], hashlib.sha512)(token.encode()).digest()
    return base64.urlsafe_b64encode(hashed[: len(hashed) // 2]).rstrip(b"=").decode()


def asserted(claims: Mapping[str, Any], provider: Provider) -> Asserted:
    """What a token that was checked says of the person, by the claims that the chain named."""
    subject = str(claims["sub"])
    given = claims.get(provider.groups_claim, ())
    groups = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    methods = claims.get("amr")
    return Asserted(
        subject=subject,
        name=_text(claims, provider.name_claim) or subject[:120],
        login=_text(claims, provider.login_claim),
        external_id=_text(claims, provider.external_id_claim) if provider.external_id_claim else "",
        groups=frozenset(each for each in groups[:MOST_GROUPS] if isinstance(each, str)),
        second_factor=isinstance(methods, list) and bool(set(provider.second_factor_amr) & set(map(str, methods))),
    )


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip()[:120] if isinstance(value, str) else ""

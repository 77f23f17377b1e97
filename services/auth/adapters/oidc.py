"""OpenID Connect with PKCE, by Authlib: discovery, authorization address, code for tokens, checked id_token."""

import asyncio
import base64
import contextlib
import datetime as dt
import time
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
import jwt
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from jwt.types import Options
from pydantic import Field, ValidationError

from services.auth.domain.federation import Asserted, Provider, refused_sign_in
from services.auth.domain.id_tokens import ALGORITHMS, asserted, check_id_token
from shared.chassis.outbound import TIMEOUT_S
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.hosts import is_loopback
from shared.contracts.values import Wire

KNOWN_S = 3600.0
"""How long what a provider says of itself is believed."""
AGAIN_S = 30.0
"""Keys are asked for again at most so often, whatever strangers send (S5)."""
MOST_ISSUERS = 500
SIGNATURE_ALONE: Options = {
    "verify_aud": False,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}
MAX_ID_TOKEN = 64 * 1024
Said = TypeVar("Said", bound=Wire)


class _Metadata(Wire):
    """What a provider says of itself (OpenID Connect Discovery 1.0, 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _Keys(Wire):
    keys: tuple[dict[str, Any], ...] = Field(max_length=200)


@dataclass
class _Known:
    """What is known of one issuer, and when it was asked (monotonic)."""

    metadata: _Metadata
    asked: float
    keys: tuple[dict[str, Any], ...] = ()
    keys_asked: float = field(default=float("-inf"))


def _silent(what: str) -> AppError:
    return AppError(ErrorKind.UNAVAILABLE, "provider_silent", f"The identity provider does not answer: {what}.")


class OidcProvider:
    """The identity providers of all chains; what they say of themselves is kept in memory, bounded."""

    def __init__(self, transport: httpx.AsyncBaseTransport, *, loopback: bool = False) -> None:
        self._transport, self._loopback = transport, loopback
        self._http = httpx.AsyncClient(transport=transport, timeout=TIMEOUT_S, trust_env=False)
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def address(self, provider: Provider, redirect: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser; only the verifier's challenge is told."""
        known = await self._discovered(provider.issuer)
        client = self._client(provider, "", redirect, "none")
        url, _ = client.create_authorization_url(
            known.metadata.authorization_endpoint, state=state, nonce=nonce, code_verifier=verifier
        )
        return str(url)

    async def redeem(
        self, provider: Provider, secret: str, redirect: str, code: str, verifier: str, nonce: str, now: dt.datetime
    ) -> Asserted:
        """What the provider says of whoever brought the code, checked."""
        known = await self._discovered(provider.issuer)
        method = _auth_method(known.metadata, secret)
        client = self._client(provider, secret, redirect, method)
        try:
            tokens = await client.fetch_token(
                known.metadata.token_endpoint, grant_type="authorization_code", code=code, code_verifier=verifier
            )
        except AuthlibBaseError as refusal:
            raise refused_sign_in("code_refused", "The identity provider does not accept this sign-in.") from refusal
        except httpx.HTTPStatusError as refusal:
            raise refused_sign_in("code_refused", "The identity provider does not accept this sign-in.") from refusal
        except (httpx.HTTPError, ValueError) as failure:
            raise _silent("its token endpoint") from failure
        claims, algorithm = await self._claims(known, str(tokens.get("id_token") or ""))
        said = str(tokens.get("access_token") or "")
        check_id_token(claims, provider, nonce, now.timestamp(), access_token=said, algorithm=algorithm)
        return asserted(claims, provider)

    async def sign_out_address(self, provider: Provider, return_to: str) -> str | None:
        """Where a browser signs out of the provider, if it offers that (RP-Initiated Logout 1.0)."""
        endpoint = (await self._discovered(provider.issuer)).metadata.end_session_endpoint
        if endpoint is None:
            return None
        query = urlencode({"client_id": provider.client_id, "post_logout_redirect_uri": return_to})
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{query}"

    async def names_itself(self, provider: Provider, issuer: str | None) -> bool:
        """Whether the answer's `iss` is right; it may be absent where the provider does not send it (RFC 9207)."""
        if issuer is None:
            known = await self._discovered(provider.issuer)
            return not known.metadata.authorization_response_iss_parameter_supported
        return issuer == provider.issuer

    def _client(self, provider: Provider, secret: str, redirect: str, method: str) -> Any:
        client = AsyncOAuth2Client(
            client_id=provider.client_id,
            client_secret=secret or None,
            token_endpoint_auth_method=method,
            scope=" ".join(provider.scopes),
            redirect_uri=redirect,
            code_challenge_method="S256",
            transport=self._transport,
            timeout=TIMEOUT_S,
            trust_env=False,
        )
        client.register_client_auth_method(("client_secret_basic", _basic))
        return client

    async def _discovered(self, issuer: str) -> _Known:
        known = self._known.get(issuer)
        if known is not None and time.monotonic() - known.asked < KNOWN_S:
            return known
        async with self._asking.setdefault(issuer, asyncio.Lock()):
            known = self._known.get(issuer)
            if known is not None and time.monotonic() - known.asked < KNOWN_S:
                return known
            metadata = await self._asked(f"{issuer.rstrip('/')}/.well-known/openid-configuration", _Metadata)
            ends = (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri)
            # A provider that names another one is no provider (Discovery 1.0, 4.3).
            if metadata.issuer != issuer or not all(self._fit(each) for each in ends):
                raise _silent("what it says of itself is not right")
            if len(self._known) >= MOST_ISSUERS:
                self._known.clear()
                self._asking.clear()
            self._known[issuer] = _Known(metadata, time.monotonic())
            return self._known[issuer]

    def _fit(self, address: str) -> bool:
        parts = urlsplit(address)
        return parts.scheme == "https" or (self._loopback and is_loopback(parts.hostname or ""))

    async def _asked(self, address: str, model: type[Said]) -> Said:
        try:
            answer = await self._http.get(address, headers={"Accept": "application/json"})
            answer.raise_for_status()
            return model.model_validate_json(answer.content)
        except (httpx.HTTPError, httpx.InvalidURL, ValidationError) as failure:
            raise _silent(type(failure).__name__) from failure

    async def _claims(self, known: _Known, token: str) -> tuple[dict[str, Any], str]:
        """The claims of an id_token whose signature is the provider's, and the algorithm of it."""
        try:
            header = jwt.get_unverified_header(token) if 0 < len(token) <= MAX_ID_TOKEN else {}
        except jwt.PyJWTError as unreadable:
            raise _unsigned() from unreadable
        algorithm = str(header.get("alg"))
        if algorithm not in ALGORITHMS:
            raise _unsigned()
        for key in await self._fitting(known, header.get("kid"), algorithm):
            try:
                # Only the signature is looked at here; what the token says is judged by the domain.
                claims: dict[str, Any] = jwt.decode(token, key, algorithms=[algorithm], options=SIGNATURE_ALONE)
            except (jwt.PyJWTError, TypeError, ValueError):
                continue
            return claims, algorithm
        raise _unsigned()

    async def _fitting(self, known: _Known, kid: object, algorithm: str) -> list[jwt.PyJWK]:
        """The provider's keys that may have signed; they are asked for again when an unknown one is named."""
        found = _named(known.keys, kid, algorithm)
        if not found and time.monotonic() - known.keys_asked >= AGAIN_S:
            known.keys_asked = time.monotonic()
            known.keys = (await self._asked(known.metadata.jwks_uri, _Keys)).keys
            found = _named(known.keys, kid, algorithm)
        return found


def _unsigned() -> AppError:
    return refused_sign_in("id_token_refused", "The provider's answer is not accepted: signature.")


def _named(keys: tuple[dict[str, Any], ...], kid: object, algorithm: str) -> list[jwt.PyJWK]:
    found = []
    for key in keys:
        if key.get("kid") == kid and key.get("use", "sig") == "sig" and key.get("alg", algorithm) == algorithm:
            with contextlib.suppress(jwt.PyJWTError, ValueError):
                found.append(jwt.PyJWK(key, algorithm=algorithm))
    return found


def _auth_method(metadata: _Metadata, secret: str) -> str:
    # In a form there is one way to write a secret; in a header some providers forget to decode it.
    offered = metadata.token_endpoint_auth_methods_supported
    wanted = ("client_secret_post", "client_secret_basic") if secret else ("none",)
    return next((method for method in wanted if method in offered), wanted[-1])


def _basic(client: Any, method: str, uri: str, headers: dict[str, str], body: str) -> tuple[str, dict[str, str], str]:
    """Id and secret are encoded each before they are joined (RFC 6749, 2.3.1), which Authlib leaves out."""
    said = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    return uri, {**headers, "Authorization": f"Basic {base64.b64encode(said.encode()).decode()}"}, body

"""Signing in at the auth service."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import quote

from pydantic import Field

from services.console.adapters.http import Client
from services.console.domain.problem import Refused
from services.console.domain.session import Tokens
from shared.contracts.values import Wire


class _Given(Wire):
    access_token: str
    refresh_token: str
    expires_in: int = Field(gt=0)


class _Named(Wire):
    name: str


class _Address(Wire):
    url: str = Field(pattern="^https?://")


class AuthClient:
    """The sessions of the auth service."""

    def __init__(self, client: Client, real_now: Callable[[], dt.datetime]) -> None:
        self._client, self._now = client, real_now

    async def sign_in(self, chain: str, login: str, password: str, source: str, code: str = "") -> Tokens:
        """Trade login, password and the second factor's code, if any, for tokens.

        `source` is the browser's address, by which auth slows guessing.
        """
        body = {"chain": chain, "login": login, "password": password} | ({"code": code} if code else {})
        headers = {"X-Forwarded-For": source}
        return self._tokens(await self._client.post("", "/v1/sessions", body, headers=headers))

    async def renew(self, refresh: str) -> Tokens:
        """Trade a refresh token for new tokens; the old one is spent."""
        return self._tokens(await self._client.post("", "/v1/sessions/refresh", {"refresh_token": refresh}))

    async def sign_out(self, access: str) -> None:
        """End the session at auth too."""
        await self._client.delete(access, "/v1/sessions/current")

    async def provider(self, chain: str) -> str | None:
        """The name of the chain's own identity provider, None where it has none."""
        try:
            found = await self._client.get("", f"/v1/federation/{quote(chain, safe='')}")
        except Refused:
            return None
        return self._client.parse(_Named, found).name

    async def begin(self, chain: str, return_to: str, challenge: str) -> str:
        """Where to send the browser to sign in at the chain's own provider."""
        body = {"return_to": return_to, "challenge": challenge}
        found = await self._client.post("", f"/v1/federation/{quote(chain, safe='')}", body)
        return self._client.parse(_Address, found).url

    async def redeem(self, chain: str, code: str, verifier: str) -> Tokens:
        """Trade the one-time code that the browser came back with for tokens."""
        body = {"chain": chain, "code": code, "verifier": verifier}
        return self._tokens(await self._client.post("", "/v1/sessions/federated", body))

    def _tokens(self, value: object) -> Tokens:
        given = self._client.parse(_Given, value)
        return Tokens(given.access_token, given.refresh_token, self._now() + dt.timedelta(seconds=given.expires_in))

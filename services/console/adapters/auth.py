"""Signing in at the auth service."""

import datetime as dt
from collections.abc import Callable

from pydantic import Field

from services.console.adapters.http import Client
from services.console.domain.session import Tokens
from shared.contracts.values import Wire


class _Given(Wire):
    access_token: str
    refresh_token: str
    expires_in: int = Field(gt=0)


class AuthClient:
    """The sessions of the auth service."""

    def __init__(self, client: Client, real_now: Callable[[], dt.datetime]) -> None:
        self._client, self._now = client, real_now

    async def sign_in(self, chain: str, login: str, password: str, source: str) -> Tokens:
        """Trade a login and password for tokens; `source` is the browser's address, by which auth slows guessing."""
        body = {"chain": chain, "login": login, "password": password}
        headers = {"X-Forwarded-For": source}
        return self._tokens(await self._client.post("", "/v1/sessions", body, headers=headers))

    async def renew(self, refresh: str) -> Tokens:
        """Trade a refresh token for new tokens; the old one is spent."""
        return self._tokens(await self._client.post("", "/v1/sessions/refresh", {"refresh_token": refresh}))

    async def sign_out(self, access: str) -> None:
        """End the session at auth too."""
        await self._client.delete(access, "/v1/sessions/current")

    def _tokens(self, value: object) -> Tokens:
        given = self._client.parse(_Given, value)
        return Tokens(given.access_token, given.refresh_token, self._now() + dt.timedelta(seconds=given.expires_in))

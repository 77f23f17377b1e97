"""Calls partners' endpoints: public addresses only, 20 s in all, 64 kB read at most, no redirection followed."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from services.integrations.domain.deliveries import MAX_ANSWER, TIMEOUT_S, Answer, retry_after
from services.integrations.ports.partners import AddressRefused
from shared.chassis.outbound import Blocked, GuardedTransport

CONNECTIONS = httpx.Limits(max_connections=400, max_keepalive_connections=100)


class HttpEndpoints:
    """The endpoints of all partners behind one guard."""

    def __init__(self, guard: GuardedTransport, timeout_s: float = TIMEOUT_S) -> None:
        self._guard, self._timeout_s = guard, timeout_s
        self._client = httpx.AsyncClient(transport=guard, timeout=timeout_s, follow_redirects=False, trust_env=False)

    async def check(self, url: str) -> None:
        """Look an address up now; raises AddressRefused."""
        parts = urlsplit(url)
        try:
            await self._guard.address_of(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        except Blocked as refused:
            raise AddressRefused(f"{str(refused).capitalize()}.") from refused

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One try. Never raises: what went wrong is the answer's fault."""
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._client.stream("POST", url, headers=dict(headers), content=body) as said,
            ):
                async for _ in said.aiter_raw():
                    pass  # read and thrown away, up to what the guard lets through
                return Answer(said.status_code, retry_after_s=retry_after(said.headers.get("retry-after")))
        except TimeoutError:
            return Answer(fault="timeout")
        except httpx.TimeoutException:
            return Answer(fault="timeout")
        except Blocked:
            return Answer(fault="blocked")
        except httpx.HTTPError as failure:
            return Answer(fault=type(failure).__name__.lower())

    async def aclose(self) -> None:
        """Let connections go."""
        await self._client.aclose()


def guarded(*, loopback: bool) -> GuardedTransport:
    """The guard for partners: short answers, many connections."""
    return GuardedTransport(httpx.AsyncHTTPTransport(limits=CONNECTIONS), loopback=loopback, longest=MAX_ANSWER)

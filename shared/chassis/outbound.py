"""HTTP to addresses that customers chose: the public internet only, unless the installation says otherwise (S43)."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx

from shared.contracts.hosts import is_loopback, is_public

MAX_ANSWER = 512 * 1024
TIMEOUT_S = 10.0
Resolve = Callable[[str, int], Awaitable[list[str]]]


class Blocked(httpx.RequestError):
    """An address that is not called, or an answer that is too long."""


async def resolved(host: str, port: int) -> list[str]:
    """Every address of a host, as the system knows them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


class GuardedTransport(httpx.AsyncBaseTransport):
    """Looks a host up once, checks every address and calls just that one, so a second look-up cannot differ (S44).

    `private`: hosts of the installation's own network that may be called; `loopback`: this machine, too, by http;
    `longest`: bytes of an answer that are read.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport | None = None,
        *,
        private: frozenset[str] = frozenset(),
        loopback: bool = False,
        resolve: Resolve = resolved,
        longest: int = MAX_ANSWER,
    ) -> None:
        self._inner, self._longest = inner or httpx.AsyncHTTPTransport(), longest
        self._private, self._loopback, self._resolve = private, loopback, resolve

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to a checked address; the certificate is still the host's own."""
        host, here = request.url.host, is_loopback(request.url.host)
        if request.url.scheme != "https" and not (self._loopback and here):
            raise Blocked("only https is called", request=request)
        address = await self.address_of(
            host, request.url.port or (443 if request.url.scheme == "https" else 80), request
        )
        request.headers["Host"] = request.url.netloc.decode("ascii")
        # What is packed may be a thousand times as long when it is open.
        request.headers["Accept-Encoding"] = "identity"
        request.extensions["sni_hostname"] = host
        request.url = request.url.copy_with(host=address)
        answer = await self._inner.handle_async_request(request)
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            await answer.aclose()
            raise Blocked("the answer is packed", request=request)
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        answer.stream = _Bounded(answer.stream, request, self._longest)
        return answer

    async def address_of(self, host: str, port: int, request: httpx.Request | None = None) -> str:
        """The checked address of a host; one that is not public among them, or none at all, raises Blocked."""
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError) as unknown:
            raise Blocked("the host is not known", request=request) from unknown
        fit = [each for each in found if is_public(each) or self._allowed(host, each)]
        # One address that is not public is enough: which of them is called is not ours to choose.
        if not found or len(fit) < len(found):
            raise Blocked("the address is not public", request=request)
        return fit[0]

    def _allowed(self, host: str, address: str) -> bool:
        return host in self._private or (self._loopback and is_loopback(host) and is_loopback(address))

    async def aclose(self) -> None:
        """Close what is open."""
        await self._inner.aclose()


class _Bounded(httpx.AsyncByteStream):
    """An answer up to a length."""

    def __init__(self, inner: httpx.AsyncByteStream, request: httpx.Request, longest: int) -> None:
        self._inner, self._request, self._longest = inner, request, longest

    async def __aiter__(self) -> AsyncIterator[bytes]:
        length = 0
        async for chunk in self._inner:
            length += len(chunk)
            if length > self._longest:
                raise Blocked("the answer is too long", request=self._request)
            yield chunk

    async def aclose(self) -> None:
        """Let the connection go."""
        await self._inner.aclose()

"""The smallest HTTP client there is, so that the load it makes takes little from the servers it measures."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Sequence
from time import perf_counter
from urllib.parse import urlsplit

CONNECTIONS = 16
FRESH_S = 3.0
"""How long a kept connection may be idle: a server closes it after 5 s, even as the next request comes."""


def request(path: str, headers: dict[str, str], body: bytes = b"{}") -> bytes:
    """The bytes of a POST of JSON, of an empty object if nothing else is given."""
    sent = {"Host": "bench", "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "", ""]
    return "\r\n".join(lines).encode() + body


async def rate(url: str, requests: Sequence[bytes]) -> float:
    """Requests a second over some connections that are kept; every answer is a success, or this raises."""
    waiting = list(reversed(requests))
    start = perf_counter()
    await asyncio.gather(*(_work_off(url, waiting) for _ in range(CONNECTIONS)))
    return len(requests) / (perf_counter() - start)


class Connections:
    """Kept connections: one for each request under way, as many as it takes."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        self._idle: list[tuple[float, _Connection]] = []

    async def send(self, request: bytes) -> None:
        """Send a request now and wait for its answer; anything but a success raises."""
        connection = await self._connection()
        await _ask(connection, request)
        self._idle.append((perf_counter(), connection))

    async def _connection(self) -> "_Connection":
        since, connection = self._idle.pop() if self._idle else (0.0, None)
        if connection is not None and perf_counter() - since < FRESH_S:
            return connection
        self.close()  # the others have been idle for longer
        return await asyncio.open_connection(self._address.hostname, self._address.port)

    def close(self) -> None:
        """Close those that are idle."""
        for _, (_, writer) in self._idle:
            writer.close()
        self._idle.clear()


class Reader:
    """One client that reads pages over one kept connection, as a browser does."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._address = urlsplit(url)
        self._headers = {"Host": "bench", "Accept-Encoding": "gzip", **headers}
        self._connection: _Connection | None = None
        self._used = 0.0

    async def get(self, path: str) -> tuple[int, bytes]:
        """Status and content of a page; a connection that was closed meanwhile is opened again by the next call."""
        if self._connection is None or perf_counter() - self._used > FRESH_S:
            self.close()
            self._connection = await asyncio.open_connection(self._address.hostname, self._address.port)
        reader, writer = self._connection
        fields = [f"{name}: {value}" for name, value in self._headers.items()]
        writer.write("\r\n".join([f"GET {path} HTTP/1.1", *fields, "", ""]).encode())
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(_length(head))
        except (EOFError, ConnectionError):
            self.close()
            return 0, b""
        self._used = perf_counter()
        zipped = b"content-encoding: gzip" in head.lower()
        return int(head[9:12]), zlib.decompress(body, wbits=31) if zipped else body

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection[1].close()
        self._connection = None


async def lines(url: str, path: str, headers: dict[str, str]) -> AsyncIterator[str]:
    """The lines of an answer that does not end, such as an event stream; those of its chunks' sizes among them."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        sent = [f"GET {path} HTTP/1.1", "Host: bench", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join([*sent, "", ""]).encode())
        if not (head := await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        while line := await reader.readline():
            yield line.decode().rstrip()
    finally:
        writer.close()


_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _work_off(url: str, waiting: list[bytes]) -> None:
    address = urlsplit(url)
    connection = await asyncio.open_connection(address.hostname, address.port)
    try:
        while waiting:
            await _ask(connection, waiting.pop())
    finally:
        connection[1].close()


async def _ask(connection: _Connection, request: bytes) -> None:
    reader, writer = connection
    writer.write(request)
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(_length(head))
    except EOFError as closed:
        raise RuntimeError("The server closed the connection without an answer; its log says why.") from closed
    if not head.startswith(b"HTTP/1.1 2"):
        raise RuntimeError(f"{head.splitlines()[0].decode()}: {body.decode()}")


def _length(head: bytes) -> int:
    fields = (line.split(b":", 1) for line in head.lower().split(b"\r\n")[1:] if line)
    return next(int(value) for name, value in fields if name == b"content-length")

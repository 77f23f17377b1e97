"""The smallest HTTP client there is, so that the load it makes takes little from the servers it measures."""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from urllib.parse import urlsplit

CONNECTIONS = 16


def request(path: str, headers: dict[str, str]) -> bytes:
    """The bytes of a POST of an empty JSON object."""
    sent = {"Host": "bench", "Content-Type": "application/json", "Content-Length": "2", **headers}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "", "{}"]
    return "\r\n".join(lines).encode()


async def rate(url: str, requests: Sequence[bytes]) -> float:
    """Requests a second over some connections that are kept; every answer is a 200, or this raises."""
    waiting = list(reversed(requests))
    start = perf_counter()
    await asyncio.gather(*(_work_off(url, waiting) for _ in range(CONNECTIONS)))
    return len(requests) / (perf_counter() - start)


async def _work_off(url: str, waiting: list[bytes]) -> None:
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        while waiting:
            writer.write(waiting.pop())
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(_length(head))
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"{head.splitlines()[0].decode()}: {body.decode()}")
    finally:
        writer.close()


def _length(head: bytes) -> int:
    fields = (line.split(b":", 1) for line in head.lower().split(b"\r\n")[1:] if line)
    return next(int(value) for name, value in fields if name == b"content-length")

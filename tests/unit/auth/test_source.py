"""S54: the address that tries are counted by is believed only as far as trusted proxies wrote it."""

import pytest
from starlette.requests import Request

from services.auth.api.sessions import source_of

PROXIES = frozenset({"10.0.0.1", "10.0.0.2"})


def request(client: str, forwarded: str | None) -> Request:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded is not None else []
    return Request({"type": "http", "headers": headers, "client": (client, 1)})


@pytest.mark.parametrize(
    ("client", "forwarded", "source"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "not an address", "unknown"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_s54_forwarded_address_counts_only_from_a_trusted_proxy(
    client: str, forwarded: str | None, source: str
) -> None:
    assert source_of(request(client, forwarded), PROXIES) == source

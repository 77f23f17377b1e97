"""Which addresses of customers' choosing are called, and how little of an answer is believed (S43–S45)."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.chassis.outbound import MAX_ANSWER, Blocked, GuardedTransport
from shared.contracts.hosts import is_public, url_fault

PRIVATE = (
    "127.0.0.1",
    "10.1.2.3",
    "192.168.0.1",
    "172.16.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "::1",
    "fe80::1%eth0",
    "fd00::1",
    "::ffff:7f00:1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "nonsense",
)


@pytest.mark.parametrize("address", PRIVATE)
def test_address_that_is_not_on_the_internet_is_known(address: str) -> None:
    assert not is_public(address)


def guarded(
    *addresses: str, body: bytes = b"{}", packed: dict[str, str] | None = None, **more: Any
) -> tuple[httpx.AsyncClient, list[httpx.Request]]:
    """A client whose look-ups are made up, and what it sent."""
    sent: list[httpx.Request] = []

    async def slowly() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, headers=packed, content=slowly())

    async def resolve(host: str, port: int) -> list[str]:
        return list(addresses)

    transport = GuardedTransport(httpx.MockTransport(answer), resolve=resolve, **more)
    return httpx.AsyncClient(transport=transport), sent


async def test_checked_address_is_the_one_that_is_called() -> None:
    client, sent = guarded("93.184.216.34")
    await client.get("https://login.atlantic.example/x")
    [request] = sent
    assert (request.url.host, request.headers["host"]) == ("93.184.216.34", "login.atlantic.example")
    assert request.extensions["sni_hostname"] == "login.atlantic.example"


@pytest.mark.parametrize("addresses", [("10.0.0.1",), ("93.184.216.34", "127.0.0.1"), ()])
async def test_host_with_any_private_address_is_not_called(addresses: tuple[str, ...]) -> None:
    client, sent = guarded(*addresses)
    with pytest.raises(Blocked):
        await client.get("https://login.atlantic.example/x")
    assert sent == []


async def test_own_network_and_this_machine_are_called_where_the_installation_says_so() -> None:
    client, _ = guarded("10.0.0.1", private=frozenset({"keycloak.hotel"}))
    assert (await client.get("https://keycloak.hotel/")).status_code == 200
    client, _ = guarded("127.0.0.1", loopback=True)
    assert (await client.get("http://localhost:9/")).status_code == 200
    with pytest.raises(Blocked):
        await client.get("https://elsewhere.example/")
    with pytest.raises(Blocked):
        await client.get("http://elsewhere.example/")


async def test_endless_answer_is_cut_off() -> None:
    client, _ = guarded("93.184.216.34", body=b"x" * (MAX_ANSWER + 1))
    with pytest.raises(Blocked):
        await client.get("https://login.atlantic.example/x")


async def test_packed_answer_is_not_opened() -> None:
    client, _ = guarded("93.184.216.34", packed={"Content-Encoding": "gzip"})
    with pytest.raises(Blocked):
        await client.get("https://login.atlantic.example/x")


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/x",
        "ftp://hooks.example/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest",
        "https://[::ffff:7f00:1]/x",
        "https://[64:ff9b::7f00:1]/x",
        "https://[2002:7f00:1::]/x",
        "https://0x7f.1/x",
        "https://2130706433/x",
        "https://127.1/x",
        "https://0177.0.0.1/x",
        "https://127.0.0.1./x",
        "https://hooks.example./x",
        "https://localhost/x",
        "https://intranet/x",
        "https://bücher.example/x",
        "https://hooks.example\\@127.0.0.1/",
        "https://user:word@hooks.example/x",
        "https://hooks.example/x#y",
        "https://hooks.example:0/x",
        "https://hooks.example/ x",
        "https://[::1",
        "hooks.example",
        "https://hooks.example/" + "x" * 2048,
    ],
)
def test_odd_address_is_refused_before_it_is_looked_up(url: str) -> None:
    assert url_fault(url) is not None


@pytest.mark.parametrize("url", ["https://hooks.example/bellboard?v=1", "https://xn--bcher-kva.example:8443/"])
def test_plain_address_is_taken(url: str) -> None:
    assert url_fault(url) is None


def test_this_machine_is_taken_only_where_the_installation_says_so() -> None:
    assert url_fault("http://127.0.0.1:9/x", loopback=True) is None
    assert url_fault("http://hooks.example/x", loopback=True) is not None


async def test_second_look_up_cannot_lead_elsewhere() -> None:
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    called: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        return next(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        called.append(request.url.host)
        return httpx.Response(204)

    client = httpx.AsyncClient(transport=GuardedTransport(httpx.MockTransport(answer), resolve=resolve))
    await client.get("https://hooks.example/x")
    with pytest.raises(Blocked):
        await client.get("https://hooks.example/x")
    assert called == ["93.184.216.34"]

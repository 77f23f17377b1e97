"""Guessing passwords from one address and from many, behind made-up proxies, and all at once (S10, S12, S54)."""

import asyncio

import httpx
import pytest

from services.auth.domain.throttle import FREE_TRIES, LONGEST_S, Gate
from tests.integration.auth.conftest import PASSWORD, Auth

pytestmark = pytest.mark.integration


async def tried(auth: Auth, address: str, login: str, password: str = "not it at all", **headers: str) -> int:
    """The status of a try from a network address."""
    app = auth.client._transport.app  # type: ignore[attr-defined] # the app this client speaks to
    transport = httpx.ASGITransport(app=app, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://auth") as client:
        body = {"chain": "atlantic", "login": login, "password": password}
        return (await client.post("/v1/sessions", json=body, headers=headers)).status_code


async def test_one_address_is_slowed_whoever_it_tries_and_whatever_it_says_of_itself(auth: Auth) -> None:
    said = [
        await tried(auth, "198.51.100.7", f"person{number}", **{"X-Forwarded-For": f"203.0.113.{number}"})
        for number in range(FREE_TRIES[Gate.SOURCE] + 2)
    ]
    assert (said[0], said[-1]) == (401, 429)
    assert await tried(auth, "192.0.2.9", "ana", PASSWORD) == 201


async def test_many_addresses_are_slowed_at_one_account_and_its_owner_waits_seconds_at_most(auth: Auth) -> None:
    said = [await tried(auth, f"203.0.113.{number}", "ana") for number in range(FREE_TRIES[Gate.ACCOUNT] + 2)]
    assert (said[0], said[-1]) == (401, 429)
    assert LONGEST_S[Gate.ACCOUNT] <= 10
    # The wait is over: as the clock would have it ten seconds later.
    account = {"_id": f"{Gate.ACCOUNT}|atlantic|ana"}
    row = await auth.rows("tries").find_one(account)
    past = row["last"].replace(year=row["last"].year - 1)
    await auth.rows("tries").update_one(account, {"$set": {"last": past}})
    assert await tried(auth, "192.0.2.9", "ana", PASSWORD) == 201


async def test_a_crowd_at_once_is_answered_and_bounded(auth: Auth) -> None:
    said = await asyncio.gather(*(tried(auth, f"10.0.{n // 100}.{n % 100}", f"guest{n}") for n in range(200)))
    assert set(said) <= {401, 503}
    assert said.count(401) >= 60
    assert await tried(auth, "192.0.2.9", "ana", PASSWORD) == 201

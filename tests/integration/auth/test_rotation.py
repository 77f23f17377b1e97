"""The key of access tokens is rotated while people work: nobody is refused, and the old key goes in the end."""

import asyncio
import datetime as dt

import jwt
import pytest

from tests.factories.chassis import until
from tests.integration.auth.conftest import Auth

pytestmark = pytest.mark.integration


async def test_nobody_is_refused_while_the_key_is_rotated(auth: Auth) -> None:
    headers = await auth.bearer("ana")
    before = auth.parts.keys.access.id
    codes: list[int] = []
    done = asyncio.Event()

    async def work() -> None:
        """Sign in and use the new token at once, over and over, beside the token from before."""
        while not done.is_set():
            fresh = {"Authorization": f"Bearer {(await auth.sign_in('rui')).json()['access_token']}"}
            codes.extend([(await auth.client.get("/v1/me", headers=each)).status_code for each in (fresh, headers)])

    await auth.bearer("rui")
    working = asyncio.create_task(work())
    auth.parts.keys.rotate(dt.timedelta(seconds=10))

    async def taken_over() -> bool:
        token = (await auth.sign_in("ines")).json()["access_token"]
        return bool(jwt.get_unverified_header(token)["kid"] != before)

    await until(taken_over, "the new key signs")
    worked = len(codes)

    async def went_on() -> bool:
        return len(codes) >= worked + 10

    await until(went_on, "work goes on")
    done.set()
    await working
    assert set(codes) == {200}
    keys = (await auth.client.get("/.well-known/jwks.json")).json()["keys"]
    assert before in [key["kid"] for key in keys]
    assert len(keys) == 2


async def test_retired_key_verifies_nothing_any_more(auth: Auth) -> None:
    headers = await auth.bearer("ana")
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)
    old = auth.parts.keys.access.id
    # As if the rotation had been made two days ago: tokens of the key before it cannot be good any more.
    ring = auth.parts.keys
    ring._now = lambda: long_ago
    ring.rotate(dt.timedelta(0))
    ring._now = lambda: dt.datetime.now(dt.UTC)

    async def refused() -> bool:
        return (await auth.client.get("/v1/me", headers=headers)).status_code == 401

    await until(refused, "the old key is forgotten")
    assert old not in [key["kid"] for key in (await auth.client.get("/.well-known/jwks.json")).json()["keys"]]

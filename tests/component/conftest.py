"""A front desk in memory and people who call it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.factories.front_desk import Caller, FrontDesk


@pytest.fixture
def desk() -> FrontDesk:
    return FrontDesk()


@pytest.fixture
async def http(desk: FrontDesk) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.client() as client:
        yield client


@pytest.fixture
async def ana(desk: FrontDesk) -> AsyncIterator[Caller]:
    async with desk.client() as http:
        yield Caller(http)


@pytest.fixture
async def sofia(desk: FrontDesk) -> AsyncIterator[Caller]:
    async with desk.client() as http:
        yield Caller(http, "sofia")

"""The whole system as processes of its own, once for all end-to-end tests and no longer, with time in their hands."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from deploy.demo import hotels
from deploy.demo.clock import DemoClock
from deploy.demo.desk import Desk
from deploy.local.background import LoopThread
from deploy.local.services import SERVICES
from deploy.local.stack import Stack
from tests.e2e.spans import span_sink
from tests.factories.quick_disk import quick_disk


@dataclass
class House:
    """A running chain: the stack, its clock, its stores."""

    folder: Path
    stack: Stack
    clock: DemoClock
    mongo: MongoClient[dict[str, Any]]
    spans: list[bytes] = field(default_factory=list)
    """What was exported of traces, as it came."""

    @property
    def tokens(self) -> dict[str, str]:
        """The secret part of each hotel's inbound addresses."""
        return {row["_id"]: row["token"] for row in self.mongo["bellboard_integrations"]["connections"].find()}

    def desk(self, http: httpx.AsyncClient, login: str) -> Desk:
        """A person of the chain."""
        urls = {name: self.stack.url(name) for name in SERVICES}
        return Desk(http, urls, hotels.CHAIN, login, hotels.PASSWORD)

    def events(self, service: str, **wanted: Any) -> list[dict[str, Any]]:
        """Event rows of a service, oldest first."""
        return list(self.mongo[f"bellboard_{service}"]["events"].find(wanted).sort("_id"))


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The running chain; its clock stands at 07:05 until a test lets it go on."""
    folder = tmp_path_factory.mktemp("house")
    clock = DemoClock(folder, rate=600)
    clock.open()
    seed = hotels.write(folder, 7)
    environment = {
        **clock.environment,
        "BELLBOARD_AUTH_SEED": str(seed),
        "BELLBOARD_CONNECTIONS": hotels.connections(),
        "BELLBOARD_CONSOLE_CHAIN": hotels.CHAIN,
        "BELLBOARD_TRUSTED_PROXIES": "127.0.0.1",
    }
    with quick_disk(folder), span_sink() as (endpoint, spans), LoopThread() as loop:
        environment |= {"BELLBOARD_OTLP_ENDPOINT": endpoint, "OTEL_BSP_SCHEDULE_DELAY": "500"}
        stack = Stack(folder=folder, environment=environment)
        loop.run(stack.__aenter__())
        try:
            loop.run(stack.start_services())
            with MongoClient[dict[str, Any]](stack.mongo_url, tz_aware=True) as mongo:
                yield House(folder, stack, clock, mongo, spans)
        finally:
            loop.run(stack.close())


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A client for desks and doors."""
    async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
        yield client


async def eventually(ask: Any, what: str, seconds: float = 60) -> Any:
    """The first answer that is not empty; fails with its name when there is none in time."""
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline:
        answer = ask()
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer:
            return answer
        await asyncio.sleep(0.2)
    raise AssertionError(f"waited {seconds} s in vain: {what}")

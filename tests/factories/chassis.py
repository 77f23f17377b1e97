"""A chassis for tests: real store and broker, a database and a namespace of the test's own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi import FastAPI

from shared.chassis.service import Chassis
from shared.chassis.settings import ServiceSettings


def chassis_for(service: str, mongo_url: str, kafka_servers: str, database: str, namespace: str) -> Chassis:
    """A chassis on real servers."""
    settings = ServiceSettings(
        service=service,
        mongo_url=mongo_url,
        kafka_servers=kafka_servers,
        mongo_database=database,
        kafka_namespace=namespace,
        log_level="WARNING",
    )
    return Chassis(settings)


@contextlib.asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    """The app's lifespan: indexes, relay, consumers, timers."""
    async with app.router.lifespan_context(app):
        yield


async def until(true: Callable[[], Awaitable[bool]], what: str, seconds: float = 30) -> None:
    """Wait until something holds; fail with its name when it does not."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await true():
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        await asyncio.sleep(0.05)

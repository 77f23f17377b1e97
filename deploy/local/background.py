"""A stack in a thread of its own, each server started when first asked for: for tests and other synchronous callers."""

import asyncio
import threading
from collections.abc import Coroutine
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeVar

from deploy.local.stack import Stack

_Answer = TypeVar("_Answer")


class LoopThread:
    """An event loop in a thread. Children are tied to the life of the thread that started them: keep it as long."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="background-stack", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, _Answer]) -> _Answer:
        """Wait for some work in the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


class BackgroundStack:
    """`with BackgroundStack(folder) as servers:` starts MongoDB at `servers.mongo_url`, Kafka at `.kafka_servers`."""

    def __init__(self, folder: Path) -> None:
        self._stack, self._loop = Stack(folder=folder, declared=()), LoopThread()

    def __enter__(self) -> Self:
        self._stack.open()
        self._loop.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run(self._stack.close())
        self._loop.__exit__()

    @cached_property
    def mongo_url(self) -> str:
        """The URL of a MongoDB that runs until the block ends."""
        return self._loop.run(self._stack.start_mongo())

    @cached_property
    def kafka_servers(self) -> str:
        """The bootstrap servers of a Kafka without topics that runs until the block ends."""
        return self._loop.run(self._stack.start_kafka())

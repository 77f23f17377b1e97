"""Serves an app on a free loopback port from a thread of its own, for tools that speak real HTTP."""

import asyncio
import contextlib
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True)
class House:
    """A service with something in it: its app, tokens by who bears them, ids that mean something, and what is ripe.

    `ripe` has, by operation (`POST /v1/records`), requests whose time has come: parts of one (`path`, `query`,
    `headers`, `body`) that name a thing in the very state, at the very version, in which the operation is done.
    """

    app: FastAPI
    tokens: dict[str, str]
    known: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ripe: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Served:
    """A house at its address; `answers` counts (method, path, status) as they are given."""

    url: str
    house: House
    answers: Counter[tuple[str, str, int]]


def counting(app: ASGIApp, answers: Counter[tuple[str, str, int]]) -> ASGIApp:
    """The app, with what it answers counted."""

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                answers[scope["method"], scope["path"], message["status"]] += 1
            await send(message)

        await app(scope, receive, sent)

    return counted


Make = Callable[[], AbstractAsyncContextManager[House]]


@contextlib.contextmanager
def served(make: Make) -> Iterator[Served]:
    """The house while it answers; the loop that made it serves it, since its store belongs to that loop."""
    # Named as TCP, else the loop leaves Nagle on and every answer waits 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as door:
        door.bind(("127.0.0.1", 0))
        started: list[tuple[House, uvicorn.Server]] = []
        answers: Counter[tuple[str, str, int]] = Counter()
        ready, failures = threading.Event(), list[Exception]()

        async def live() -> None:
            async with make() as house:
                app = counting(house.app, answers)
                server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False))
                started.append((house, server))
                ready.set()
                await server.serve(sockets=[door])

        def run() -> None:
            try:
                asyncio.run(live())
            except Exception as failure:  # noqa: BLE001 -- carried over to the test's own thread
                failures.append(failure)
            finally:
                ready.set()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        ready.wait()
        assert not failures, failures
        house, server = started[0]
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        try:
            yield Served(f"http://127.0.0.1:{door.getsockname()[1]}", house, answers)
        finally:
            server.should_exit = True
            thread.join(30)

"""What was read a moment ago: good for a second, read once for all who ask, never older than our own change."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

RECENT_S = 1.0
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Answers by key, each at most `seconds` old.

    For what every command reads and few change: a change made by another process holds here within those seconds, one
    made by this process at once, if it says `forget` after its commit.
    """

    def __init__(self, seconds: float = RECENT_S, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._monotonic = seconds, monotonic
        self._held: dict[K, tuple[float, V]] = {}
        self._forgotten = 0
        self._reading: defaultdict[K, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, key: K, read: Callable[[], Awaitable[V]]) -> V:
        """The answer for a key; read when there is none, or it is too old, by one of all who ask meanwhile."""
        held = self._fresh(key)
        if held is None:
            async with self._reading[key]:
                held = self._fresh(key) or await self._read(key, read)
        return held[1]

    def forget(self, key: K) -> None:
        """Whoever asks from now on gets what is read from now on."""
        self._forgotten += 1
        self._held.pop(key, None)

    def forget_all(self) -> None:
        """As `forget`, for every key."""
        self._forgotten += 1
        self._held.clear()

    def _fresh(self, key: K) -> tuple[float, V] | None:
        held = self._held.get(key)
        return held if held is not None and self._monotonic() - held[0] < self._seconds else None

    async def _read(self, key: K, read: Callable[[], Awaitable[V]]) -> tuple[float, V]:
        began, before = self._monotonic(), self._forgotten
        found = (began, await read())
        if self._forgotten == before:  # a slow read never hides what was written meanwhile
            self._held[key] = found
        return found

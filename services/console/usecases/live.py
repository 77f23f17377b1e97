"""Which open pages hear which bells: an event is handed on as its id and version only."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

MOST_WAITING = 500
MOST_RUNG = 20_000


@dataclass(frozen=True)
class Bell:
    """Something changed. `noun` is record or alert; what changed is for the page to ask with its own token."""

    chain: str
    property_id: str
    noun: str
    id: str
    version: int


@dataclass
class Ear:
    """One open page: what it may hear and what has rung since it last asked."""

    chain: str
    properties: frozenset[str]
    rung: dict[tuple[str, str], int] = field(default_factory=dict)
    overflown: bool = False
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False

    def hear(self, bell: Bell) -> None:
        """Note a bell; a page that sleeps too long is told to load again instead."""
        if bell.chain != self.chain or bell.property_id not in self.properties:
            return
        if len(self.rung) >= MOST_WAITING:
            self.overflown = True
        else:
            key = (bell.noun, bell.id)
            self.rung[key] = max(bell.version, self.rung.get(key, 0))
        self.woken.set()

    async def wait(self, seconds: float) -> dict[tuple[str, str], int]:
        """What rang, after at most this many seconds; each id once, with its newest version."""
        try:
            await asyncio.wait_for(self.woken.wait(), seconds)
        except TimeoutError:
            return {}
        self.woken.clear()
        rung, self.rung = self.rung, {}
        return rung


class Feed:
    """All open pages of this process."""

    def __init__(self) -> None:
        self._open: dict[int, Ear] = {}
        self._newest: dict[tuple[str, str], int] = {}
        self.closed = False

    def newest(self, chain: str, subject: str) -> int:
        """The newest version of something that rang lately; 0 where nothing did."""
        return self._newest.get((chain, subject), 0)

    def ring(self, bell: Bell) -> None:
        """Hand a bell to every page that may hear it."""
        key = (bell.chain, bell.id)
        self._newest[key] = max(bell.version, self._newest.pop(key, 0))
        if len(self._newest) > MOST_RUNG:
            del self._newest[next(iter(self._newest))]
        for ear in tuple(self._open.values()):
            ear.hear(bell)

    @contextmanager
    def listen(self, chain: str, properties: frozenset[str]) -> Iterator[Ear]:
        """An open page, for as long as it is open."""
        ear = Ear(chain, properties, closed=self.closed)
        self._open[id(ear)] = ear
        try:
            yield ear
        finally:
            del self._open[id(ear)]

    def close(self) -> None:
        """Let every page go, so that the process can stop; browsers come back by themselves."""
        self.closed = True
        for ear in self._open.values():
            ear.closed = True
            ear.woken.set()

    @property
    def pages(self) -> int:
        """How many pages are open."""
        return len(self._open)

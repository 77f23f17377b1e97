"""A group of consumers lives through its busiest minute: does the model's number of processes keep up, and how late?"""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32


@dataclass(frozen=True)
class Minute:
    """What comes: events a second over so many hotels, of which one has `hot` of all (0: none has more)."""

    rate: float
    hotels: int
    hot: float = 0.0
    seconds: float = 60.0
    batch: int = 1
    """Events that come at once, as a PMS sends them."""


@dataclass(frozen=True)
class Group:
    """Who works on it. `cost`: core-seconds for one event; `away`: one process is lost for so long from the start."""

    processes: int
    partitions: int
    cost: float
    away: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """How late events were applied (seconds), and how many waited when the minute was over."""

    p50: float
    p99: float
    worst: float
    behind: int


def live_through(minute: Minute, group: Group, seed: int = 7) -> Outcome:
    """Every event comes at its moment, waits in its partition's process, and is applied in order.

    An event's key is its aggregate, so a hotel that is busier than others still lies on all partitions.
    """
    free = [group.away if group.away and worker == 0 else 0.0 for worker in range(group.processes)]
    late: list[float] = []
    behind = 0
    for moment, key in _arrivals(minute, random.Random(seed)):
        worker = (crc32(key) % group.partitions) % group.processes
        free[worker] = max(free[worker], moment) + group.cost
        late.append(free[worker] - moment)
        behind += free[worker] > minute.seconds
    late.sort()
    return Outcome(late[len(late) // 2], late[int(len(late) * 0.99)], late[-1], behind)


def _arrivals(minute: Minute, chance: random.Random) -> Iterator[tuple[float, bytes]]:
    """Moments and keys, oldest first: bursts at random, each of one hotel."""
    bursts = [chance.uniform(0, minute.seconds) for _ in range(round(minute.rate * minute.seconds / minute.batch))]
    heapq.heapify(bursts)
    while bursts:
        moment = heapq.heappop(bursts)
        hotel = 0 if chance.random() < minute.hot else chance.randrange(minute.hotels)
        for _ in range(minute.batch):
            yield moment, f"{hotel}/{chance.getrandbits(40)}".encode()

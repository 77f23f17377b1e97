"""How many cores, processes and partitions so many hotels need in their busiest minute; pure."""

import math
from dataclasses import dataclass

from deploy.scale.costs import Costs
from deploy.scale.load import Hotel, Rates, a_day, busiest_minute

HEADROOM = 0.5
"""How much of a process may be in use in the busiest minute; the rest is for a lost neighbour, and to wait little."""
LEAST = 2
"""Processes of a service at the least: one may be away."""
LEAST_PARTITIONS = 8
"""A topic's partitions are fixed for its life; fewer save nothing."""


@dataclass(frozen=True)
class Need:
    """What one service needs: cores in use in the busiest minute, and processes (each uses one core at most)."""

    service: str
    cores: float
    processes: int


@dataclass(frozen=True)
class Size:
    """What a chain needs in all."""

    hotels: int
    peak: Rates
    needs: tuple[Need, ...]
    partitions: int
    relays: dict[str, float]
    gigabytes_a_year: float

    @property
    def cores(self) -> float:
        """Cores in use in the busiest minute, MongoDB and Kafka in it, as they were when it was measured."""
        return sum(need.cores for need in self.needs)


def size(hotels: int, costs: Costs, hotel: Hotel = Hotel()) -> Size:  # noqa: B008 -- frozen
    """The size for so many hotels."""
    day = a_day(hotels, hotel)
    peak = busiest_minute(day)
    used = {
        "records": peak.commands * costs.command + peak.stay_events * costs.applied_event + peak.timers * costs.timer,
        "integrations": peak.stay_events * costs.stay_event + peak.events * costs.applied_event,
        "alerts": peak.events * costs.applied_event + peak.timers * costs.timer,
        "reporting": peak.events * costs.applied_event,
        "auth": peak.events * costs.applied_event,
    }
    needs = tuple(Need(name, cores, _processes(cores)) for name, cores in used.items())
    most = max(need.processes for need in needs)
    written = {"records": peak.record_events, "integrations": peak.stay_events, "alerts": peak.alert_events}
    return Size(
        hotels=hotels,
        peak=peak,
        needs=needs,
        # A consumer group uses at most one process for each partition; twice as many leave room to grow.
        partitions=max(LEAST_PARTITIONS, 2 ** math.ceil(math.log2(2 * most))),
        # One process of a service sends its event rows, whoever wrote them: the share of its core that this takes.
        relays={name: rate * costs.relayed_event for name, rate in written.items()},
        # Written once by its owner and once into the audit log.
        gigabytes_a_year=day.events * 365 * costs.bytes_an_event * 2 / 1e9,
    )


def _processes(cores: float) -> int:
    return max(LEAST, math.ceil(cores / HEADROOM) + 1)

"""What becomes of events, and what is told of them: facts, traces, moments."""

from dataclasses import dataclass

from prometheus_client import Counter

from services.reporting.adapters.moments import Moments
from services.reporting.composition.stores import Stores
from services.reporting.ports import TraceSink
from services.reporting.settings import Settings
from services.reporting.usecases.counting import Counting
from services.reporting.usecases.projecting import Projecting
from services.reporting.usecases.tracing import Tracing
from services.reporting.usecases.watching import Watching
from shared.chassis.service import Chassis


@dataclass(frozen=True)
class Telling:
    """Events become facts; closes become traces, hand-offs and overdue moments metrics."""

    moments: Moments
    projecting: Projecting
    watching: Watching
    counting: Counting
    tracing: Tracing


def telling(chassis: Chassis, settings: Settings, have: Stores, sink: TraceSink) -> Telling:
    """Over the stores and a place for business traces."""
    moments = Moments.to(settings.otlp_endpoint, _counter(chassis))
    return Telling(
        moments=moments,
        projecting=Projecting(have.facts, have.sums, have.traces, moments.note),
        watching=Watching(have.facts, moments.note, chassis.clock.now),
        counting=Counting(have.facts, have.sums, chassis.mongo.run),
        tracing=Tracing(have.facts, have.traces, sink),
    )


def _counter(chassis: Chassis) -> Counter:
    return Counter(
        "bellboard_business_moments",
        "Hand-offs between departments, overdue moments and late closes, as they are seen",
        ["what", "before", "after"],
        registry=chassis.telemetry.metrics.registry,
    )

"""Traces, metrics and JSON logs of one process."""

import logging
import pkgutil
import sys
from collections.abc import Sequence
from itertools import islice

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Link, SpanContext, SpanKind, Tracer, format_trace_id
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.openmetrics import exposition
from pythonjsonlogger.json import JsonFormatter

from shared.chassis.sampling import Share, Worth
from shared.chassis.settings import ServiceSettings

EXPORTER = "opentelemetry.exporter.otlp.proto.http.trace_exporter:OTLPSpanExporter"
"""By name: a process that exports nothing need not load it."""
_PROPAGATOR = TraceContextTextMapPropagator()
_ANSWER_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_LATE_BUCKETS = (0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14400, 86400)


class Metrics:
    """The chassis' own metrics; a service adds its own to `registry`. Labels never hold ids or names."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.outbox_depth = Gauge("bellboard_outbox_depth", "Event rows not yet sent", registry=registry)
        self.outbox_age = Gauge("bellboard_outbox_age_seconds", "Age of the oldest unsent event row", registry=registry)
        self.relayed = Counter("bellboard_relayed_events", "Event rows acknowledged by Kafka", registry=registry)
        self.lag = Gauge("bellboard_consumer_lag", "Records behind", ["group", "topic", "partition"], registry=registry)
        self.applied = Counter("bellboard_applied_events", "Events applied", ["group"], registry=registry)
        self.skipped = Counter("bellboard_skipped_events", "Events seen before", ["group"], registry=registry)
        self.unknown = Counter("bellboard_unknown_events", "Events of an unknown type", ["group"], registry=registry)
        self.parked = Counter("bellboard_parked_events", "Events parked", ["group"], registry=registry)
        self.gaps = Counter("bellboard_gaps", "Gaps in an aggregate's versions", ["group"], registry=registry)
        self.forged = Counter(
            "bellboard_forged_policy_events", "Events of policy or keys that auth did not seal", registry=registry
        )
        self.losses = Counter(
            "bellboard_lost_ranges", "Ranges of offsets that Kafka deleted before they were read", ["group"],
            registry=registry,
        )  # fmt: skip
        self.late = Histogram(
            "bellboard_timer_lateness_seconds", "How late timers fired", buckets=_LATE_BUCKETS, registry=registry
        )
        self.skew = Gauge("bellboard_clock_skew_seconds", "This machine's clock less the database's", registry=registry)
        self.answers = Histogram(
            "bellboard_http_answer_seconds", "From a request's head to the head of its answer, by route and 2xx to 5xx",
            ["method", "route", "status"], buckets=_ANSWER_BUCKETS, registry=registry,
        )  # fmt: skip

    def text(self, *, exemplars: bool = False) -> bytes:
        """The metrics in Prometheus' text format; with exemplars in that of OpenMetrics, which alone has them."""
        if not exemplars:
            return generate_latest(self.registry)
        found: bytes = exposition.generate_latest(self.registry)  # type: ignore[no-untyped-call] # it has no types
        return found


def exemplar(context: SpanContext) -> dict[str, str] | None:
    """The trace that a measurement came from, if it was exported; a picture of slow answers leads to one of them."""
    return {"trace_id": format_trace_id(context.trace_id)} if context.trace_flags.sampled else None


class Telemetry:
    """The tracer and metrics of one service; exports traces only when an OTLP endpoint is set."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.metrics = Metrics()
        resource = Resource.create({"service.name": f"bellboard-{settings.service}"})
        self.provider = TracerProvider(Share(settings.trace_ratio), resource)
        self.exports = bool(settings.otlp_endpoint)
        if self.exports:
            exporter = pkgutil.resolve_name(EXPORTER)(endpoint=settings.otlp_endpoint)
            self.provider.add_span_processor(Worth(exporter))
        self.tracer: Tracer = self.provider.get_tracer("bellboard")

    def links(self, traceparents: Sequence[str | None]) -> list[Link]:
        """Span links to the traces that a batch of events came from; at most 128, as the SDK keeps."""
        found = []
        for parent in islice({p for p in traceparents if p}, 128):
            context = trace.get_current_span(_PROPAGATOR.extract({"traceparent": parent})).get_span_context()
            if context.is_valid:
                found.append(Link(context))
        return found

    def stop(self) -> None:
        """Flush what was traced."""
        self.provider.shutdown()


def start_json_logs(settings: ServiceSettings) -> None:
    """One JSON object a line on standard error: newlines and control characters in a value cannot forge a line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonFormatter(
            "{asctime}{levelname}{name}{message}",
            style="{",
            rename_fields={"asctime": "at", "levelname": "level"},
            static_fields={"service": settings.service},
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for noisy in ("aiokafka", "httpx", "uvicorn.access", "opentelemetry", "stripe"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


__all__ = ["Link", "Metrics", "SpanKind", "Telemetry", "Tracer", "start_json_logs"]

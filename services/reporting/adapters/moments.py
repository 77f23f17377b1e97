"""Hand-offs and overdue moments as they happen: Prometheus counters, OpenTelemetry metrics over OTLP, log events."""

import logging

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.metrics import Meter, NoOpMeterProvider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from prometheus_client import Counter

from services.reporting.adapters.traces import SERVICE_NAME
from services.reporting.ports import HandOff

log = logging.getLogger(__name__)
EVERY_MS = 5_000
TRACES, METRICS = "/v1/traces", "/v1/metrics"


class Moments:
    """Takes each moment once; labels are codes only."""

    def __init__(self, seen: Counter, provider: MeterProvider | None) -> None:
        self._seen, self.provider = seen, provider
        meter: Meter = (provider or NoOpMeterProvider()).get_meter("bellboard.business")
        self._told = meter.create_counter(
            "bellboard.business.moments", unit="{moment}", description="Hand-offs, overdue moments and late closes"
        )

    @classmethod
    def to(cls, endpoint: str, seen: Counter) -> "Moments":
        """Metrics to the OTLP/HTTP receiver that takes the traces; an empty endpoint means none."""
        if not endpoint:
            return cls(seen, None)
        exporter = OTLPMetricExporter(endpoint=endpoint.removesuffix(TRACES) + METRICS)
        reader = PeriodicExportingMetricReader(exporter, export_interval_millis=EVERY_MS)
        resource = Resource.create({"service.name": SERVICE_NAME})
        return cls(seen, MeterProvider(resource=resource, metric_readers=[reader], shutdown_on_exit=False))

    def note(self, moment: HandOff) -> None:
        """Count it and write it down."""
        self._seen.labels(moment.what, moment.before, moment.after).inc()
        self._told.add(1, {"what": moment.what, "before": moment.before, "after": moment.after})
        log.info("%s: %s to %s", moment.what, moment.before, moment.after, extra={"record": moment.record_id})

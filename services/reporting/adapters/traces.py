"""Business traces as OpenTelemetry spans with true times and derived ids, over OTLP/HTTP."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from services.reporting.domain.trace import BusinessSpan, BusinessTrace

_PROPAGATOR = TraceContextTextMapPropagator()
SERVICE_NAME = "bellboard-business"


class Sending(Protocol):
    """Takes finished spans."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send them; blocking."""
        ...


class _Given(IdGenerator):
    """Gives the ids it was handed, so that a trace sent again is the same trace."""

    def __init__(self) -> None:
        self.trace_id, self.span_id = 1, 1

    def generate_trace_id(self) -> int:
        return self.trace_id

    def generate_span_id(self) -> int:
        return self.span_id


class _Collected(SpanProcessor):
    """Keeps the spans that ended."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.spans.append(span)


class OtelTraces:
    """Sends whole traces and says whether they were taken. Without an endpoint there is nobody to tell: taken."""

    def __init__(self, exporter: Sending | None) -> None:
        self._exporter = exporter

    @classmethod
    def to(cls, endpoint: str) -> "OtelTraces":
        """Traces to an OTLP/HTTP endpoint; an empty one means none."""
        exporter: SpanExporter | None = OTLPSpanExporter(endpoint=endpoint) if endpoint else None
        return cls(exporter)

    async def send(self, traces: Sequence[BusinessTrace]) -> bool:
        """Send whole traces; False when they were not taken and must be sent again."""
        if self._exporter is None:
            return True
        taken = await asyncio.to_thread(self._exporter.export, spans_of(traces))
        return taken is SpanExportResult.SUCCESS


def spans_of(traces: Sequence[BusinessTrace]) -> list[ReadableSpan]:
    """Business traces as finished OpenTelemetry spans, children before their parents."""
    ids, collected = _Given(), _Collected()
    provider = TracerProvider(
        resource=Resource.create({"service.name": SERVICE_NAME}), id_generator=ids, shutdown_on_exit=False
    )
    provider.add_span_processor(collected)
    tracer = provider.get_tracer("bellboard.business")
    for one in traces:
        ids.trace_id = one.id
        _end(tracer, ids, one.root, Context(), _links(one.links))
    return collected.spans


def _links(traceparents: Sequence[str]) -> list[trace.Link]:
    """Links to the technical traces of a record's commands; what is no traceparent is left out."""
    found = (_PROPAGATOR.extract({"traceparent": one}, Context()) for one in traceparents)
    contexts = (trace.get_current_span(context).get_span_context() for context in found)
    return [trace.Link(context) for context in contexts if context.is_valid]


def _end(
    tracer: trace.Tracer, ids: _Given, span: BusinessSpan, parent: Context, links: Sequence[trace.Link] = ()
) -> None:
    ids.span_id = span.id
    started = tracer.start_span(
        span.name, context=parent, attributes=span.attributes, start_time=_ns(span.start), links=links
    )
    inner = trace.set_span_in_context(started, parent)
    for child in span.children:
        _end(tracer, ids, child, inner)
    started.end(end_time=_ns(span.end))


def _ns(moment: dt.datetime) -> int:
    """Nanoseconds since the epoch, by whole milliseconds: no float on the way."""
    since = moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return (since // dt.timedelta(milliseconds=1)) * 1_000_000

"""Which traces leave: a share of them, decided at their head, and every span that failed or took long."""

from collections.abc import Sequence

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, Sampler, SamplingResult, TraceIdRatioBased
from opentelemetry.trace import Link, SpanContext, SpanKind, StatusCode, TraceFlags, TraceState
from opentelemetry.util.types import Attributes

LONG_S = 1.0
"""A span that takes as long is worth looking at, whatever was decided at the head of its trace."""


class Share(Sampler):
    """As the caller decided, else a share by trace id; what is not chosen is still recorded, for it may yet fail."""

    def __init__(self, ratio: float) -> None:
        self._ratio, self._by = ratio, ParentBased(TraceIdRatioBased(ratio))

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """See the SDK."""
        found = self._by.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)
        if found.decision is Decision.DROP:
            return SamplingResult(Decision.RECORD_ONLY, dict(found.attributes), found.trace_state)
        return found

    def get_description(self) -> str:
        """See the SDK."""
        return f"Share{{{self._ratio}}}"


class Worth(BatchSpanProcessor):
    """Exports what was chosen, and of the rest each span that failed or took long: alone, without its neighbours."""

    def on_end(self, span: ReadableSpan) -> None:
        """See the SDK."""
        super().on_end(span if span.context.trace_flags.sampled or not _worth(span) else _chosen(span))


def _worth(span: ReadableSpan) -> bool:
    took_s = ((span.end_time or 0) - (span.start_time or 0)) / 1e9
    return span.status.status_code is StatusCode.ERROR or took_s >= LONG_S


def _chosen(span: ReadableSpan) -> ReadableSpan:
    """The same span with the flag that lets the SDK export it."""
    own = span.context
    return ReadableSpan(
        name=span.name,
        context=SpanContext(own.trace_id, own.span_id, own.is_remote, TraceFlags(TraceFlags.SAMPLED), own.trace_state),
        parent=span.parent,
        resource=span.resource,
        attributes=span.attributes,
        events=span.events,
        links=span.links,
        kind=span.kind,
        status=span.status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )

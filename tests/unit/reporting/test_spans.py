"""Business traces as OpenTelemetry spans: given ids, true times, children under their parents."""

from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult

from services.reporting.adapters.traces import OtelTraces, spans_of
from services.reporting.domain import recompute
from services.reporting.domain.trace import BusinessTrace, trace_of
from shared.contracts.identity import Department
from tests.factories.records import NOON, Story, minutes


class Exporter:
    """Answers as told and keeps what it was given."""

    def __init__(self, answer: SpanExportResult) -> None:
        self.answer, self.spans = answer, list[ReadableSpan]()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Keep spans."""
        self.spans.extend(spans)
        return self.answer


def trace() -> BusinessTrace:
    """The trace of one record that two departments held."""
    story = Story().handed_to(Department.FRONT_OFFICE, "staff-f", NOON + minutes(20)).completed(NOON + minutes(50))
    found = trace_of(recompute(story.events)["rec-1"], 1)
    assert found is not None
    return found


def test_spans_carry_the_traces_own_ids_and_times() -> None:
    made = trace()
    spans = {span.name: span for span in spans_of([made])}
    root = spans["guest_request"]
    assert root.context is not None
    assert (root.context.trace_id, root.context.span_id, root.parent) == (made.id, made.root.id, None)
    assert root.end_time is not None
    assert root.start_time == int(NOON.timestamp()) * 10**9
    assert root.end_time - root.start_time == 3000 * 10**9
    desk = spans["front_office"]
    assert desk.parent is not None
    assert desk.parent.span_id == made.root.id


def test_spans_of_several_traces_do_not_mix() -> None:
    one = trace()
    other = one.model_copy(update={"id": one.id + 1})
    ids = [span.context.trace_id for span in spans_of([one, other]) if span.context]
    assert sorted(set(ids)) == [one.id, other.id]


async def test_traces_are_taken_only_when_the_exporter_says_so() -> None:
    good, bad = Exporter(SpanExportResult.SUCCESS), Exporter(SpanExportResult.FAILURE)
    answers = [await OtelTraces(exporter).send([trace()]) for exporter in (good, bad, None)]
    assert answers == [True, False, True]
    assert len(good.spans) == 5

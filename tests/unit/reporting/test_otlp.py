"""Traces and metrics as a real OTLP/HTTP receiver reads them: protobuf by the protocol's own definitions."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client import Counter

from services.reporting.adapters.moments import Moments
from services.reporting.adapters.traces import OtelTraces
from services.reporting.domain import recompute
from services.reporting.domain.trace import trace_of
from services.reporting.ports import HandOff
from shared.contracts.identity import Department
from tests.factories.records import NOON, Story, minutes

COMMAND = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Receiver(ThreadingHTTPServer):
    """Takes what is posted, by path."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.taken: list[tuple[str, bytes]] = []

    @property
    def endpoint(self) -> str:
        """Where traces go."""
        return f"http://127.0.0.1:{self.server_port}/v1/traces"


class Taking(BaseHTTPRequestHandler):
    """Answers every export with an empty success."""

    server: Receiver

    def do_POST(self) -> None:
        """Keep the body, unpacked."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        packed = self.headers.get("Content-Encoding") == "gzip"
        self.server.taken.append((self.path, gzip.decompress(body) if packed else body))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on a free port."""
    with Receiver() as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


async def test_receiver_reads_one_trace_with_true_times_and_a_link_to_the_command(receiver: Receiver) -> None:
    story = Story().handed_to(Department.FRONT_OFFICE, "staff-f", NOON + minutes(20)).completed(NOON + minutes(50))
    events = [one.model_copy(update={"traceparent": COMMAND}) for one in story.events]
    trace = trace_of(recompute(events)["rec-1"], 1)
    assert trace is not None
    assert await OtelTraces.to(receiver.endpoint).send([trace])
    ((path, body),) = receiver.taken
    read = ExportTraceServiceRequest.FromString(body)
    spans = {span.name: span for scope in read.resource_spans[0].scope_spans for span in scope.spans}
    root = spans["guest_request"]
    assert path == "/v1/traces"
    assert set(spans) == {"guest_request", "housekeeping", "front_office", "new"}
    assert root.trace_id == trace.id.to_bytes(16, "big")
    assert root.start_time_unix_nano == int(NOON.timestamp()) * 10**9
    assert root.end_time_unix_nano == int((NOON + minutes(50)).timestamp()) * 10**9
    assert spans["front_office"].parent_span_id == root.span_id
    assert [(one.trace_id.hex(), one.span_id.hex()) for one in root.links] == [tuple(COMMAND.split("-")[1:3])]


def test_receiver_reads_hand_offs_and_overdue_moments_as_metrics(receiver: Receiver) -> None:
    moments = Moments.to(receiver.endpoint, Counter("moments", "Moments", ["what", "before", "after"], registry=None))
    for _ in range(3):
        moments.note(HandOff("overdue", "rec-1", "housekeeping", "housekeeping"))
    moments.note(HandOff("handed_off", "rec-1", "housekeeping", "front_office"))
    assert moments.provider is not None
    moments.provider.shutdown()
    (path, body) = receiver.taken[0]
    read = ExportMetricsServiceRequest.FromString(body)
    metric = read.resource_metrics[0].scope_metrics[0].metrics[0]
    told = {
        tuple(sorted((one.key, one.value.string_value) for one in point.attributes)): point.as_int
        for point in metric.sum.data_points
    }
    assert (path, metric.name) == ("/v1/metrics", "bellboard.business.moments")
    assert told == {
        (("after", "housekeeping"), ("before", "housekeeping"), ("what", "overdue")): 3,
        (("after", "front_office"), ("before", "housekeeping"), ("what", "handed_off")): 1,
    }

"""A place for traces to go, in memory: an OTLP endpoint on loopback that keeps what it is sent."""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

Place = tuple[str, str]
"""(trace id, span id), as in a traceparent."""


@dataclass(frozen=True)
class Seen:
    """One span as the receiver reads it, by the protocol's own definitions."""

    service: str
    name: str
    place: Place
    parent: str
    links: frozenset[Place]
    attributes: frozenset[tuple[str, str]]


def read(came: Sequence[bytes]) -> list[Seen]:
    """Every span that came."""
    return [
        Seen(
            service=next(a.value.string_value for a in one.resource.attributes if a.key == "service.name"),
            name=span.name,
            place=(span.trace_id.hex(), span.span_id.hex()),
            parent=span.parent_span_id.hex(),
            links=frozenset((link.trace_id.hex(), link.span_id.hex()) for link in span.links),
            attributes=frozenset((a.key, a.value.string_value) for a in span.attributes),
        )
        for body in list(came)
        for one in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in one.scope_spans
        for span in scope.spans
    ]


def place_of(traceparent: str) -> Place:
    """Where an event says that it came from."""
    _, trace, span, _ = traceparent.split("-")
    return trace, span


@contextlib.contextmanager
def span_sink() -> Iterator[tuple[str, list[bytes]]]:
    """Its address and everything that came."""
    came: list[bytes] = []

    class Sink(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/traces", came
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

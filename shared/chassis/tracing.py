"""One span and one measurement for each request, named after its route: which door was used, never the key to it."""

from collections.abc import Iterable
from time import perf_counter

from opentelemetry.propagators.textmap import Getter
from opentelemetry.trace import SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.chassis.telemetry import exemplar

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SERVER_FAULT = 500
Headers = Iterable[tuple[bytes, bytes]]
_PROPAGATOR = TraceContextTextMapPropagator()


class _Headers(Getter[Headers]):
    """Reads the headers of an ASGI scope, whose names are lower case."""

    def get(self, carrier: Headers, key: str) -> list[str] | None:
        wanted = key.encode()
        return [value.decode("latin-1") for name, value in carrier if name == wanted] or None

    def keys(self, carrier: Headers) -> list[str]:
        return [name.decode("latin-1") for name, _ in carrier]


_HEADERS = _Headers()


class Tracing:
    """ASGI middleware: the server span that what a request does belongs to, in the caller's trace if it names one.

    How long the answer's head took is counted by method, route template and class of status; a stream's end is not.
    """

    def __init__(self, app: ASGIApp, tracer: Tracer, answers: Histogram, *, exports: bool = False) -> None:
        self._app, self._tracer, self._answers, self._exports = app, tracer, answers, exports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request within its span; probes have none."""
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        method, began = scope["method"], perf_counter()
        before = _PROPAGATOR.extract(scope["headers"], getter=_HEADERS)
        with self._tracer.start_as_current_span(method, before, SpanKind.SERVER) as span:

            async def answer(message: Message) -> None:
                if message["type"] == "http.response.start":
                    # Only now is the route known; the path itself may hold an unguessable address.
                    route = getattr(scope.get("route"), "path_format", "")
                    span.update_name(f"{method} {route}".rstrip())
                    said = {"http.method": method, "http.route": route, "http.status_code": message["status"]}
                    span.set_attributes(said)
                    took = perf_counter() - began
                    said_of = exemplar(span.get_span_context()) if self._exports else None
                    answered = self._answers.labels(_verb(method), route, f"{message['status'] // 100}xx")
                    answered.observe(took, said_of)
                    if message["status"] >= SERVER_FAULT:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            await self._app(scope, receive, answer)


def _verb(method: str) -> str:
    """One of the methods that exist: a caller may send any word, and each would be a series of its own."""
    return method if method in METHODS else "other"

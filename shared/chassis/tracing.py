"""One span for each request, named after its route: it says which door was used, never the key to it, and no query."""

from collections.abc import Iterable

from opentelemetry.propagators.textmap import Getter
from opentelemetry.trace import SpanKind, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
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
    """ASGI middleware: the server span that what a request does belongs to, in the caller's trace if it names one."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app, self._tracer = app, tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request within its span; probes have none."""
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        method = scope["method"]
        before = _PROPAGATOR.extract(scope["headers"], getter=_HEADERS)
        with self._tracer.start_as_current_span(method, before, SpanKind.SERVER) as span:

            async def answer(message: Message) -> None:
                if message["type"] == "http.response.start":
                    # Only now is the route known; the path itself may hold an unguessable address.
                    route = getattr(scope.get("route"), "path_format", "")
                    span.update_name(f"{method} {route}".rstrip())
                    said = {"http.method": method, "http.route": route, "http.status_code": message["status"]}
                    span.set_attributes(said)
                await send(message)

            await self._app(scope, receive, answer)

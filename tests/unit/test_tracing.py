"""Which spans leave, which measurements name a trace, and what /metrics says of it."""

import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from starlette.testclient import TestClient

from shared.chassis.sampling import LONG_S, Share, Worth
from shared.chassis.telemetry import Metrics
from shared.chassis.tracing import Tracing

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-{}"


class Traced:
    """An app of two routes, and what it exports."""

    def __init__(self, ratio: float) -> None:
        self.exported, self.metrics = InMemorySpanExporter(), Metrics()
        self.provider = TracerProvider(Share(ratio))
        self.provider.add_span_processor(Worth(self.exported))
        self.tracer = self.provider.get_tracer("tests")
        app = FastAPI()

        @app.get("/well")
        async def well() -> str:
            return "well"

        @app.get("/broken", status_code=503)
        async def broken() -> str:
            return "broken"

        app.add_middleware(Tracing, tracer=self.tracer, answers=self.metrics.answers, exports=True)
        self.client = TestClient(app)

    @property
    def left(self) -> list[str]:
        self.provider.force_flush()
        return [span.name for span in self.exported.get_finished_spans()]


def test_every_trace_leaves_when_all_are_asked_for() -> None:
    traced = Traced(1.0)
    traced.client.get("/well")
    assert traced.left == ["GET /well"]


def test_only_what_failed_or_took_long_leaves_when_no_share_is_asked_for() -> None:
    traced = Traced(0.0)
    traced.client.get("/well")
    traced.client.get("/broken")
    span = traced.tracer.start_span("slow", start_time=10**9)
    span.end(end_time=10**9 + int(LONG_S * 1e9))
    traced.tracer.start_span("quick", start_time=10**9).end(end_time=10**9 + 1)
    assert traced.left == ["GET /broken", "slow"]
    assert traced.exported.get_finished_spans()[0].status.status_code is StatusCode.ERROR


@pytest.mark.parametrize(("flag", "left"), [("01", ["GET /well"]), ("00", [])], ids=["chosen", "not chosen"])
def test_caller_decides_for_its_trace(flag: str, left: list[str]) -> None:
    traced = Traced(0.5)
    traced.client.get("/well", headers={"traceparent": CALLER.format(flag)})
    assert traced.left == left


def test_slow_answer_leads_to_its_trace_in_the_format_of_openmetrics_alone() -> None:
    traced = Traced(1.0)
    traced.client.get("/well", headers={"traceparent": CALLER.format("01")})
    example = 'trace_id="0af7651916cd43dd8448eb211c80319c"'
    assert example in traced.metrics.text(exemplars=True).decode()
    assert example not in traced.metrics.text().decode()


def test_trace_that_does_not_leave_is_nobodys_example() -> None:
    traced = Traced(0.0)
    traced.client.get("/well")
    assert "trace_id" not in traced.metrics.text(exemplars=True).decode()

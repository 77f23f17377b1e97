"""The secret part of an unguessable address is in no trace and no metric."""

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.chassis.addresses import without_token
from shared.chassis.telemetry import Metrics
from shared.chassis.tracing import Tracing

TOKEN = "sEcrEt_-" + "x" * 35


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"/v1/pms/city/{TOKEN}/mews/events", "/v1/pms/city/:token/mews/events"),
        (f"/v1/guest-messages/city/{TOKEN}", "/v1/guest-messages/city/:token"),
        ("/v1/stays/3f74b6be-a7b5-5e23-b1b5-8a7d572654e5", "/v1/stays/3f74b6be-a7b5-5e23-b1b5-8a7d572654e5"),
    ],
)
def test_path_is_shown_without_its_token(path: str, shown: str) -> None:
    assert without_token(path) == shown


async def test_span_and_metric_of_a_request_hold_neither_token_nor_query() -> None:
    metrics = Metrics()
    spans, provider, app = InMemorySpanExporter(), TracerProvider(), FastAPI()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    doors = APIRouter(prefix="/v1")
    doors.add_api_route("/{token}/door", lambda: 1, methods=["POST"])
    app.include_router(doors)
    app.add_middleware(Tracing, tracer=provider.get_tracer("test"), answers=metrics.answers)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        caller = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
        await client.post(f"/v1/{TOKEN}/door?name=Quuxington", headers=caller)
        await client.request("QUUXINGTON", f"/v1/{TOKEN}/door")
        await client.get("/v1/Quuxington/nowhere")

    span = spans.get_finished_spans()[0]
    counted = metrics.text().decode()
    said = str([span.name, dict(span.attributes or {}), counted])
    assert 'count{method="POST",route="/v1/{token}/door",status="2xx"} 1.0' in counted
    assert 'count{method="other",route="/v1/{token}/door",status="4xx"} 1.0' in counted
    assert span.name == "POST /v1/{token}/door"
    assert span.context.trace_id == int("a" * 32, 16)
    assert TOKEN not in said
    assert "quuxington" not in said.lower()

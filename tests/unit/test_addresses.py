"""The secret part of an unguessable address is in no trace."""

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.chassis.addresses import hide_token, without_token

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


async def test_span_of_a_request_holds_neither_token_nor_query() -> None:
    spans, provider, app = InMemorySpanExporter(), TracerProvider(), FastAPI()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    app.add_api_route("/v1/{token}/door", lambda: 1, methods=["POST"])
    FastAPIInstrumentor.instrument_app(app, tracer_provider=provider, server_request_hook=hide_token)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        await client.post(f"/v1/{TOKEN}/door?name=Quuxington")

    said = str([(span.name, dict(span.attributes or {})) for span in spans.get_finished_spans()])
    assert "/v1/:token/door" in said
    assert TOKEN not in said
    assert "Quuxington" not in said

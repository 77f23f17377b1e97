"""Every route of every service answers bad input with a problem document that says what is wrong; nothing changes."""

import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from fastapi import FastAPI

from services.alerts.app import build as build_alerts
from services.alerts.settings import Settings as AlertsSettings
from services.auth.app import build as build_auth
from services.auth.settings import Settings as AuthSettings
from services.integrations.app import build as build_integrations
from services.integrations.settings import Settings as IntegrationsSettings
from services.records.app import build as build_records
from services.records.settings import Settings as RecordsSettings
from services.reporting.app import build as build_reporting
from services.reporting.settings import Settings as ReportingSettings
from shared.chassis.mongo import Mongo

pytestmark = pytest.mark.integration
JSON = {"Content-Type": "application/json"}
BUILDS = {
    "alerts": (build_alerts, AlertsSettings),
    "auth": (build_auth, AuthSettings),
    "integrations": (build_integrations, IntegrationsSettings),
    "records": (build_records, RecordsSettings),
    "reporting": (build_reporting, ReportingSettings),
}
BODIES = {
    "not JSON": b"{",
    "a key given twice": b'{"a": 1, "a": 2}',
    "not a number": b'{"amount": NaN}',
    "half a character": b'{"text": "\\ud800"}',
    "not UTF-8": b'{"text": "\xff"}',
    "an operator": b'{"login": {"$ne": 1}}',
    "too deep": b"[" * 40 + b"]" * 40,
    "more than 64 bits": b'{"amount": 9223372036854775808}',
    "more digits than Python reads": b'{"amount": ' + b"9" * 5000 + b"}",
    "infinite": b'{"amount": 1e999}',
    "empty": b"",
}
TAKES_FILES = "/attachments"
TAKES_FORMS = "/v1/twilio/"
"""The only routes whose bodies are no JSON."""
ODD = ("\x00", "%00", "%ED%A0%80", "9" * 400, "-1", "9223372036854775808", "..%2f", "$where", "x" * 4000, "é", "\u202e")
"""What no path, query or header here expects."""
OPEN_DOORS = (
    "/v1/sessions",
    "/.well-known/",
    "/v1/pms/",
    "/v1/guest-messages/",
    "/v1/finance/",
    "/v1/federation/",
    "/v1/tokens",
    TAKES_FORMS,
)
"""Where nobody is signed in yet: sign-in itself, public keys, and machines behind an unguessable address."""


@pytest.fixture(params=sorted(BUILDS))
async def service(
    request: pytest.FixtureRequest, mongo_url: str, database_name: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient, Mongo]]:
    """Each service on a store of its own, without Kafka: it answers all the same."""
    build, settings = BUILDS[request.param]
    told: dict[str, Any] = {"mongo_url": mongo_url, "mongo_database": database_name, "kafka_servers": "127.0.0.1:9"}
    app = build(settings(**told, data_dir=tmp_path_factory.mktemp("data"), log_level="ERROR"))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    store = Mongo(mongo_url, database_name)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        yield app, client, store
    await store.close()


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """Every documented method and path, its parameters filled in with a plausible id."""
    found = []
    for path, methods in app.openapi()["paths"].items():
        found += [(method.upper(), re.sub(r"\{[^}]+\}", "unknown-1", path)) for method in methods]
    return found


def is_problem(reply: httpx.Response) -> bool:
    """Whether a reply is a problem document that says what is wrong, and no stack trace."""
    body = reply.json()
    said = reply.headers["content-type"].startswith("application/problem+json") and {"code", "detail"} <= body.keys()
    return said and body["status"] == reply.status_code and "Traceback" not in reply.text


async def test_route_refuses_a_stranger_in_words(service: tuple[FastAPI, httpx.AsyncClient, Mongo]) -> None:
    app, client, _ = service
    closed = [(method, path) for method, path in routes(app) if not path.startswith(OPEN_DOORS)]
    assert closed
    for method, path in closed:
        reply = await client.request(method, path, content=b"{}", headers=JSON)
        assert (reply.status_code, is_problem(reply)) in [(401, True), (422, True)], f"{method} {path}: {reply.text}"


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_route_refuses_a_bad_body_and_writes_no_event(
    service: tuple[FastAPI, httpx.AsyncClient, Mongo], body: bytes
) -> None:
    app, client, store = service
    writing = [(method, path) for method, path in routes(app) if method in ("POST", "PUT", "PATCH")]
    for method, path in writing:
        reply = await client.request(method, path, content=body, headers=JSON)
        assert 400 <= reply.status_code < 500, f"{method} {path}: {reply.status_code} {reply.text}"
        assert is_problem(reply), f"{method} {path}: {reply.text}"
    assert await store.collection("events").count({}) == 0


def batched(names: list[str]) -> list[list[str]]:
    """Query parameters a few at a time: an address holds no more of the longest oddity. None at all is one batch."""
    return [names[start : start + 8] for start in range(0, max(1, len(names)), 8)]


async def test_route_takes_json_and_nothing_else(service: tuple[FastAPI, httpx.AsyncClient, Mongo]) -> None:
    app, client, _ = service
    writing = [(method, path) for method, path in routes(app) if method in ("POST", "PUT", "PATCH")]
    of_json = [each for each in writing if not each[1].endswith(TAKES_FILES) and not each[1].startswith(TAKES_FORMS)]
    for method, path in of_json:
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""):
            reply = await client.request(method, path, content=b'{"a": 1}', headers={"Content-Type": kind})
            assert (reply.status_code, reply.json()["code"]) == (415, "not_json"), f"{method} {path} {kind}"


async def test_oddities_in_path_query_and_headers_are_refused(
    service: tuple[FastAPI, httpx.AsyncClient, Mongo],
) -> None:
    app, client, _ = service
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            query = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
            for odd in ODD:
                filled = re.sub(r"\{[^}]+\}", lambda _, odd=odd: quote(odd), path)
                headers = {"If-Match": odd.encode(), "Idempotency-Key": odd.encode(), **JSON}
                for some in batched(query):
                    url = f"{filled}?{urlencode(dict.fromkeys(some, odd))}"
                    reply = await client.request(method, url, headers=headers)
                    assert 400 <= reply.status_code < 500 or path.startswith("/.well-known/"), f"{method} {url}"


async def test_wrong_method_names_all_the_right_ones(service: tuple[FastAPI, httpx.AsyncClient, Mongo]) -> None:
    app, client, _ = service
    for path, methods in app.openapi()["paths"].items():
        reply = await client.request("TRACE", re.sub(r"\{[^}]+\}", "unknown-1", path))
        allowed = {name.strip().lower() for name in reply.headers["allow"].split(",")}
        assert (reply.status_code, is_problem(reply), methods.keys() <= allowed) == (405, True, True)


async def test_unknown_path_and_wrong_method_are_problems(service: tuple[FastAPI, httpx.AsyncClient, Mongo]) -> None:
    _, client, _ = service
    for reply in (await client.get("/v1/nowhere"), await client.delete("/ops/v1/status")):
        assert (reply.status_code in (404, 405), is_problem(reply)) == (True, True)


async def test_body_over_a_megabyte_is_refused(service: tuple[FastAPI, httpx.AsyncClient, Mongo]) -> None:
    app, client, _ = service
    method, path = next((m, p) for m, p in routes(app) if m == "POST")
    reply = await client.request(method, path, content=b" " * 1_100_000, headers=JSON)
    assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")

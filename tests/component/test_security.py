"""Attacks on every service's door: forged tokens, forged logs, closed documents, default secrets, bugs that tell."""

import asyncio
import base64
import io
import json
import logging
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import jwt
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import SecretStr

from services.records.settings import Settings
from shared.chassis import insight
from shared.chassis.defaults import is_default, refuse_default_secrets
from shared.chassis.errors import install
from shared.chassis.guarding import HEADERS
from shared.chassis.service import Chassis, run
from shared.chassis.telemetry import start_json_logs
from tests.factories.access import KEY, KID, token
from tests.factories.front_desk import STAFF, FrontDesk, known, person

OPEN = "an-operations-token-of-32-letters"
CLAIMS: dict[str, Any] = jwt.decode(token(person("ana"), "records"), options={"verify_signature": False})
DETAIL = "the secret in the exception"


def forged(**header: Any) -> str:
    made = {"kid": KID, "typ": "at+jwt", **header}
    return jwt.encode(CLAIMS, KEY, algorithm="EdDSA", headers=made)


@pytest.fixture
async def http(desk: FrontDesk) -> AsyncIterator[httpx.AsyncClient]:
    async with desk.client() as client:
        yield client


@pytest.fixture
def egress(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address somebody tried to reach."""
    tried: list[Any] = []

    def connect(_: socket.socket, address: Any) -> None:
        tried.append(address)
        raise OSError("no way out")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect)
    return tried


@pytest.mark.parametrize(
    "bearer",
    [
        forged(jku="https://evil.example/jwks.json", kid="evil"),
        forged(x5u="https://evil.example/x5.pem", kid="evil"),
        forged(jwk={"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}, kid="evil"),
        forged(kid="../../../etc/passwd"),
        forged(kid="k" * 2000),
        forged(typ="JWT"),
        *[forged(kid=f"unknown-{number}") for number in range(20)],
    ],
)
async def test_s5_s6_token_that_names_its_own_key_is_refused_and_nothing_is_fetched(
    http: httpx.AsyncClient, egress: list[Any], bearer: str
) -> None:
    said = await http.get("/v1/kinds", headers={"Authorization": f"Bearer {bearer}"})
    assert (said.status_code, said.headers["www-authenticate"]) == (401, "Bearer")
    assert egress == []


async def test_good_token_passes_where_the_forged_are_refused(http: httpx.AsyncClient) -> None:
    said = await http.get("/v1/kinds", headers={"Authorization": f"Bearer {forged()}"})
    assert said.status_code == 200


@pytest.mark.parametrize(
    "word",
    [
        "line\nfeed",
        "carriage\rreturn",
        '"}\n{"level": "ERROR", "message": "forged"}',
        "\x1b[31mred\x1b[0m",
        "\u2028",
        "\x00",
    ],
)
def test_s31_whatever_is_logged_is_one_line_and_one_record(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    start_json_logs(Settings(log_level="INFO"))
    out = io.StringIO()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(out)
    logging.getLogger("test").warning("it said %s", word, extra={"subject": word})
    lines = [line for line in out.getvalue().split("\n") if line]
    assert len(lines) == 1
    assert (json.loads(lines[0])["message"], json.loads(lines[0])["subject"]) == (f"it said {word}", word)
    assert not {"\r", "\x1b", "\x00"} & set(lines[0])


@pytest.fixture
async def broken() -> AsyncIterator[httpx.AsyncClient]:
    """A service with a mistake in it."""
    routes = APIRouter()

    @routes.get("/broken")
    async def mistake() -> None:
        raise RuntimeError(DETAIL)

    app = FastAPI(openapi_url=None)
    install(app)
    app.include_router(routes)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://broken") as client:
        yield client


async def test_s52_bug_tells_nothing_of_itself(broken: httpx.AsyncClient) -> None:
    said = await broken.get("/broken")
    assert (said.status_code, said.json()["code"]) == (500, "internal_error")
    assert all(word not in said.text for word in (DETAIL, "Traceback", "RuntimeError", "fastapi", ".py"))
    assert {name.lower() for name in HEADERS} <= set(said.headers)
    assert "server" not in said.headers


@pytest.fixture
async def inside() -> AsyncIterator[httpx.AsyncClient]:
    """What a service tells of itself, with an operations token."""
    chassis = Chassis(Settings(log_level="CRITICAL"))
    chassis.policy.known = known(chassis)
    app = FastAPI(openapi_url=None)
    install(app)

    async def metrics(_: bool) -> bytes:
        await asyncio.sleep(0)
        return b"bellboard_outbox_depth 0"

    entrance = insight.Entrance(SecretStr(OPEN), chassis.verifier, chassis.policy)
    app.include_router(insight.router(app, entrance, metrics))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://inside") as client:
        yield client


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"prometheus:{password}".encode()).decode()


@pytest.mark.parametrize("path", ["/metrics", "/openapi.json", "/docs"])
@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer wrong", f"Bearer {OPEN[:-1]}", basic("wrong"), "Basic not-base64!", basic(""), OPEN],
)
async def test_s53_metrics_and_documents_are_closed_to_strangers(
    inside: httpx.AsyncClient, path: str, authorization: str | None
) -> None:
    said = await inside.get(path, headers={} if authorization is None else {"Authorization": authorization})
    assert said.status_code == 401
    assert said.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize("path", ["/metrics", "/openapi.json", "/docs"])
@pytest.mark.parametrize("authorization", [f"Bearer {OPEN}", basic(OPEN)])
async def test_s53_operations_token_opens_them(inside: httpx.AsyncClient, path: str, authorization: str) -> None:
    assert (await inside.get(path, headers={"Authorization": authorization})).status_code == 200


@pytest.mark.parametrize(("path", "status"), [("/openapi.json", 200), ("/docs", 200), ("/metrics", 403)])
async def test_s53_staff_read_documents_and_only_operators_measure(
    inside: httpx.AsyncClient, path: str, status: int
) -> None:
    ana = {"Authorization": f"Bearer {token(person('ana'), 'records')}"}
    assert (await inside.get(path, headers=ana)).status_code == status


def settings(**given: Any) -> Settings:
    return Settings(**{"mongo_url": "mongodb://records:kX93hfQ0vLw2pZ@db:27017/?replicaSet=x"} | given)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"operations_token": "changeme-changeme"}, "BELLBOARD_OPERATIONS_TOKEN"),
        ({"operations_token": "a" * 40}, "BELLBOARD_OPERATIONS_TOKEN"),
        ({"mongo_url": "mongodb://records:password@db/"}, "BELLBOARD_MONGO_URL"),
        ({"mongo_url": "mongodb://records:records@db/"}, "BELLBOARD_MONGO_URL"),
        ({"mongo_url": "mongodb://records:kX9@db/"}, "BELLBOARD_MONGO_URL"),
        ({"mongo_url": "mongodb://db:27017/"}, "BELLBOARD_MONGO_URL"),
        ({"mongo_url": "mongodb://127.0.0.1:1,db:27017/"}, "BELLBOARD_MONGO_URL"),
    ],
)
def test_service_does_not_start_with_a_default_secret(given: dict[str, Any], named: str) -> None:
    with pytest.raises(SystemExit, match=named) as stopped:
        refuse_default_secrets(settings(**given))
    assert all(str(secret) not in str(stopped.value) for secret in given.values())


def test_secrets_are_looked_at_before_anything_is_served() -> None:
    with pytest.raises(SystemExit, match="does not start"):
        run(FastAPI(), settings(mongo_url="mongodb://db/"))


def test_service_starts_with_secrets_of_its_own_and_in_the_embedded_stack() -> None:
    own = settings(operations_token="q0V9xX2Lk7Yh3mNd8RtS1wZb")
    beside = Settings(mongo_url="mongodb://127.0.0.1:27017/?replicaSet=x")
    embedded = Settings(mongo_url="mongodb://db/", operations_token="changeme-changeme", embedded=True)
    assert [refuse_default_secrets(each) for each in (own, beside, embedded)] == [None, None, None]


@pytest.mark.parametrize("secret", ["secret", "Bellboard123", "the night porter knows", "CHANGE-ME", "password1234567"])
def test_what_everybody_knows_is_no_secret(secret: str) -> None:
    assert is_default(secret)


def test_settings_do_not_show_their_secrets() -> None:
    held = settings(operations_token="q0V9xX2Lk7Yh3mNd8RtS1wZb")
    assert "q0V9xX2Lk7Yh3mNd8RtS1wZb" not in f"{held!r} {held} {held.model_dump()}"


def test_cast_is_whom_the_tokens_name() -> None:
    assert CLAIMS["sub"] in {each.id for each in STAFF}

"""Servers for tests: the given address, else containers where Docker answers, else embedded; once a session."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from docker.errors import DockerException
from hypothesis import HealthCheck, settings
from pymongo import MongoClient
from testcontainers.community.kafka import KafkaContainer
from testcontainers.core.container import DockerContainer

from deploy.local.background import BackgroundStack
from tests.factories.databases import PreparedDatabases
from tests.factories.quick_apps import make_apps_quickly
from tests.factories.quick_disk import quick_disk

_SECONDS_TO_ANSWER = 60_000

# A busy machine is no failure, hence no deadline. `ci` tries the same examples each time, `long` new ones for longer.
_TRIES = max(100, int(300 * float(os.environ.get("BELLBOARD_FUZZ_MINUTES", "10"))))
_PATIENT = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("ci", derandomize=True, max_examples=80, deadline=None, suppress_health_check=_PATIENT)
settings.register_profile("long", max_examples=_TRIES, deadline=None, suppress_health_check=_PATIENT)
make_apps_quickly()
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def docker_answers() -> bool:
    """True when a Docker engine can start containers here."""
    try:
        client = docker.from_env(timeout=3)
        return bool(client.ping())
    except DockerException:
        return False


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackgroundStack]:
    """The embedded servers of this session; each starts when its address is first asked for."""
    with quick_disk(tmp_path_factory.mktemp("stack")) as folder, BackgroundStack(folder) as servers:
        yield servers


@pytest.fixture(scope="session")
def mongo_url(request: pytest.FixtureRequest, docker_answers: bool) -> Iterator[str]:
    """The URL of a MongoDB replica set, shared by the session: take a database of your own (`database_name`)."""
    given = os.environ.get("BELLBOARD_TEST_MONGO")
    if given:
        yield given
    elif docker_answers:
        yield from _mongo_container()
    else:
        yield request.getfixturevalue("embedded").mongo_url


@pytest.fixture(scope="session")
def kafka_servers(request: pytest.FixtureRequest, docker_answers: bool) -> Iterator[str]:
    """The bootstrap servers of a Kafka, shared by the session: take topics of your own (`topic_prefix`)."""
    given = os.environ.get("BELLBOARD_TEST_KAFKA")
    if given:
        yield given
    elif docker_answers:
        with KafkaContainer().with_kraft() as kafka:
            yield kafka.get_bootstrap_server()
    else:
        yield request.getfixturevalue("embedded").kafka_servers


@pytest.fixture(scope="session")
def prepared() -> Iterator[PreparedDatabases]:
    """The databases that tests of one file hand on to each other."""
    with PreparedDatabases() as databases:
        yield databases


@pytest.fixture
def database_name(mongo_url: str, prepared: PreparedDatabases, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database name nobody else has; after the test it, and what is named after it, holds no document any more."""
    name = prepared.name(mongo_url, request.path)
    yield name
    prepared.empty(mongo_url, name)


@pytest.fixture
def topic_prefix() -> str:
    """A prefix for topic and group names nobody else has."""
    return f"test-{secrets.token_hex(6)}."


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """A folder for a stack of a test's own."""
    return tmp_path / "run"


def _mongo_container() -> Iterator[str]:
    container = DockerContainer("mongo:8").with_command("--replSet bellboard --bind_ip_all").with_exposed_ports(27017)
    with container:
        address = f"{container.get_container_host_ip()}:{container.get_exposed_port(27017)}"
        url = f"mongodb://{address}/?directConnection=true"
        with MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=_SECONDS_TO_ANSWER) as client:
            # The member is named by its address inside the container; a direct connection never follows it.
            member = {"_id": 0, "host": "localhost:27017"}
            client.admin.command("replSetInitiate", {"_id": "bellboard", "members": [member]})
            while not client.admin.command("hello")["isWritablePrimary"]:
                pass
        yield url

"""Bellboard on a broker that asks who one is: the command makes users and rights, services do with them, no more."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError
from click.testing import Result
from typer.testing import CliRunner

from bellboard.app import app
from deploy.cluster.admin import ClusterAdmin
from deploy.cluster.plan import plan
from deploy.cluster.rights import READS, Right, declared, user_of
from shared.chassis.access import Access
from shared.chassis.kafka import Producer
from shared.contracts import topics
from tests.factories.guarded_kafka import ADMIN, PASSWORD, guarded_broker

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
SINGLE = ("--replication", "1")
PASSWORDS = {f"BELLBOARD_KAFKA_PASSWORD_{service.upper()}": f"secret-{service}" for service in READS}


@pytest.fixture(scope="module")
def administrator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Access]:
    """A guarded broker that the command has made ready."""
    with guarded_broker(tmp_path_factory.mktemp("guarded")) as access:
        assert command(access, "plan", *SINGLE).exit_code == 1
        done = command(access, "apply", *SINGLE)
        assert done.exit_code == 0, done.output
        yield access


def command(access: Access, *words: str, **environment: str) -> Result:
    """`bellboard cluster …` as the administrator."""
    login = ["--kafka", access.servers, "--admin", ADMIN, "--ca", str(access.authority)]
    told = {"BELLBOARD_KAFKA_PASSWORD": PASSWORD, **(environment or PASSWORDS)}
    return CliRunner().invoke(app, ["cluster", words[0], *login, *words[1:]], env=told)


def as_service(administrator: Access, service: str) -> Access:
    return Access(administrator.servers, user_of(service), f"secret-{service}", True, administrator.authority)


async def send(access: Access, topic: str) -> None:
    producer = Producer(access, "test")
    try:
        await asyncio.wait_for(await asyncio.wait_for(producer.send(topic, b"k", b"v", ()), 20), 20)
    finally:
        await producer.stop()


async def read(access: Access, topic: str, group: str) -> None:
    async with AIOKafkaConsumer(topic, **access.client(), group_id=group, auto_offset_reset="earliest") as consumer:
        await asyncio.wait_for(consumer.getmany(timeout_ms=500), 20)


def test_plan_is_empty_once_applied_and_names_what_was_changed_since(administrator: Access) -> None:
    cluster = ClusterAdmin(administrator)
    assert plan(declared(replication=1), cluster.look()).empty
    strange = Right(user_of("console"), "topic", topics.STAFF, "write")
    stranger = Right("monitoring", "topic", topics.STAFF, "read")
    cluster.carry_out(plan(declared(replication=1), cluster.look())._replace(grant=(strange, stranger)), {}, 1)
    while strange not in cluster.look().rights:
        time.sleep(0.1)
    shown = command(administrator, "plan", *SINGLE)
    assert shown.exit_code == 1
    assert shown.output.split() == f"no longer let {strange.user} write topic {topics.STAFF}".split()
    assert command(administrator, "apply", *SINGLE).exit_code == 0
    assert stranger in cluster.look().rights
    assert strange not in cluster.look().rights


async def test_service_writes_its_own_topics_alone(administrator: Access) -> None:
    """S37, S38: a service that was broken into cannot say what another says."""
    records = as_service(administrator, "records")
    await send(records, topics.RECORDS)
    await send(records, topics.ACCESS)
    for foreign in (topics.STAFF, topics.POLICY, topics.MONEY, "ext.acme.v1"):
        with pytest.raises(TopicAuthorizationFailedError):
            await send(records, foreign)


async def test_service_reads_what_it_is_told_of_in_groups_of_its_own(administrator: Access) -> None:
    """S40: it can take no partition from another service."""
    console = as_service(administrator, "console")
    await read(console, topics.RECORDS, "console.test")
    with pytest.raises(GroupAuthorizationFailedError):
        await read(console, topics.RECORDS, "reporting")
    with pytest.raises(TopicAuthorizationFailedError):
        await read(console, topics.MONEY, "console.test")


@pytest.mark.parametrize(
    ("user", "password", "trusted"),
    [
        ("bellboard-records", "wrong", True),
        ("nobody", "secret-records", True),
        ("bellboard-records", "secret-records", False),
    ],
    ids=["wrong password", "unknown user", "broker that nobody vouches for"],
)
async def test_nobody_gets_in_otherwise(administrator: Access, user: str, password: str, trusted: bool) -> None:
    access = Access(administrator.servers, user, password, True, administrator.authority if trusted else None)
    with pytest.raises((KafkaError, OSError)):
        await send(access, topics.RECORDS)


def test_command_says_which_passwords_are_missing_and_does_nothing(administrator: Access) -> None:
    done = command(administrator, "apply", "--namespace", "staging.", BELLBOARD_KAFKA_PASSWORD_AUTH="secret-auth")
    assert "set BELLBOARD_KAFKA_PASSWORD_ALERTS, BELLBOARD_KAFKA_PASSWORD_CONSOLE" in str(done.exception)
    assert "AUTH" not in str(done.exception)
    assert not any(name.startswith("staging.") for name in ClusterAdmin(administrator).look().partitions)


def test_command_is_refused_in_one_sentence_with_a_wrong_password(administrator: Access) -> None:
    done = command(administrator, "plan", BELLBOARD_KAFKA_PASSWORD="wrong")
    assert done.exit_code != 0
    assert "refuses" in str(done.exception)

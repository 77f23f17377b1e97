"""A partner on a broker that asks who one is: it reads its own topic, and nothing else of ours (S39, S40)."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError
from typer.testing import CliRunner

from bellboard.app import app
from deploy.local import jars, java
from deploy.local.kafka import Installed, Listening, broker_settings, broker_words, new_cluster_id
from deploy.local.ports import choose
from deploy.local.stack import CACHE
from examples.kafka_subscriber import events
from services.integrations.adapters.topics import KafkaPartnerTopics
from services.integrations.domain.deliveries import body_of, headers_of
from services.integrations.domain.sandbox import samples
from shared.chassis.kafka import Producer
from shared.contracts.partner_types import PUBLISHED
from tests.factories.records import NOON
from tests.unit.integrations.test_partner_redaction import subscription

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]
ADMIN = {
    "security_protocol": "SASL_PLAINTEXT",
    "sasl_mechanism": "SCRAM-SHA-512",
    "sasl_plain_username": "admin",
    "sasl_plain_password": "admin-password",
}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker with SCRAM and ACLs; everything that is not allowed is denied."""
    folder = tmp_path_factory.mktemp("guarded")
    port, controller = choose(("broker", "controller"), {}, {}).values()
    installed = Installed(java.java(os.environ, print), jars.kafka_jars(CACHE, os.environ, print))
    settings = broker_settings(Listening(port, controller, port), folder) | {
        "listeners": f"SASL_PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"SASL_PLAINTEXT://127.0.0.1:{port}",
        "listener.security.protocol.map": "SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "SASL_PLAINTEXT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
        "listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required "
            'username="admin" password="admin-password";'
        ),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:admin;User:ANONYMOUS",
    }
    properties = folder / "server.properties"
    properties.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    user = "SCRAM-SHA-512=[name=admin,password=admin-password]"
    format_words = (
        "kafka.tools.StorageTool",
        "format",
        "-t",
        new_cluster_id(),
        "-c",
        str(properties),
        "--add-scram",
        user,
    )
    subprocess.run(installed.command(*format_words), check=True, capture_output=True, timeout=120)
    (folder / "logs").mkdir()
    broker = subprocess.Popen(broker_words(properties, folder / "logs", installed), stdout=subprocess.DEVNULL)
    try:
        asyncio.run(_until_up(f"127.0.0.1:{port}"))
        yield f"127.0.0.1:{port}"
    finally:
        broker.kill()
        broker.wait()


async def _until_up(servers: str) -> None:
    for _ in range(120):
        producer = AIOKafkaProducer(bootstrap_servers=servers, **ADMIN)
        try:
            await producer.start()
        except (KafkaError, OSError):
            await asyncio.sleep(0.5)
        else:
            return
        finally:
            await producer.stop()
    raise AssertionError("the broker does not come up")


def granted(servers: str, partner: str) -> str:
    """The password that our command prints."""
    words = ["partners", "grant", partner, "--kafka", servers, "--admin", "admin", "--protocol", "SASL_PLAINTEXT"]
    done = CliRunner().invoke(app, words, env={"BELLBOARD_KAFKA_PASSWORD": "admin-password"})
    assert done.exit_code == 0, done.output
    [line] = [line for line in done.output.splitlines() if line.startswith("password")]
    return line.split()[1]


def login(partner: str, password: str) -> dict[str, Any]:
    return ADMIN | {"sasl_plain_username": f"ext.{partner}", "sasl_plain_password": password}


@pytest.fixture(scope="module")
def passwords(guarded: str) -> dict[str, str]:
    """Two partners, each with its topic; acme's holds an event."""
    made = {name: granted(guarded, name) for name in ("acme", "other")}
    asyncio.run(_told(guarded))
    return made


async def _told(servers: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=servers, **ADMIN)
    async with producer:
        for one in samples(subscription(sandbox=True), PUBLISHED, "run-1", NOON)[:3]:
            numbered = one.model_copy(update={"number": 1})
            await producer.send_and_wait(
                "ext.acme.v1", body_of(one.data), key=one.subject.encode(), headers=headers_of(numbered)
            )


async def read(servers: str, topic: str, group: str | None, **who: Any) -> int:
    """How many records somebody gets to see within a few seconds; a refusal raises."""
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=servers, group_id=group, auto_offset_reset="earliest", request_timeout_ms=5000, **who
    )
    try:
        await consumer.start()
        found = await consumer.getmany(timeout_ms=6000)
        return sum(len(records) for records in found.values())
    finally:
        await consumer.stop()


async def test_plain_aiokafka_subscriber_reads_its_own_topic(guarded: str, passwords: dict[str, str]) -> None:
    told = events(guarded, "acme", **login("acme", passwords["acme"]))
    async with asyncio.timeout(60):
        first = [await anext(told) for _ in range(3)]
    await told.aclose()
    assert [event["specversion"] for event in first] == ["1.0"] * 3
    assert all(set(event["data"]) for event in first)


async def test_other_partners_topic_internal_topics_and_groups_are_denied(
    guarded: str, passwords: dict[str, str]
) -> None:
    mine = login("acme", passwords["acme"])
    for topic, group in (
        ("ext.other.v1", "ext.acme.a"),
        ("__consumer_offsets", "ext.acme.b"),
        ("ext.acme.v1", "integrations"),
        ("ext.acme.v1", "ext.other.reader"),
    ):
        with pytest.raises(KafkaError):
            await read(guarded, topic, group, **mine)
    with pytest.raises(KafkaError):
        await read(guarded, "ext.acme.v1", "ext.acme.c", **login("acme", "guessed"))
    assert await read(guarded, "ext.acme.v1", "ext.acme.d", **mine) == 3


async def test_partner_cannot_write(guarded: str, passwords: dict[str, str]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=guarded, **login("acme", passwords["acme"]))
    async with producer:
        with pytest.raises(KafkaError):
            await producer.send_and_wait("ext.acme.v1", b"{}", key=b"x")


async def test_missing_topic_is_said_and_a_new_one_is_filled(kafka_servers: str, topic_prefix: str) -> None:
    topics = KafkaPartnerTopics(Producer(kafka_servers, "test-partners"), topic_prefix)
    done = CliRunner().invoke(app, ["partners", "grant", "acme", "--kafka", kafka_servers, "--namespace", topic_prefix])
    assert done.exit_code == 0, done.output
    rows = [one.model_copy(update={"number": n + 1}) for n, one in enumerate(samples(subscription(), None, "r", NOON))]
    safe = await topics.publish("ext.acme.v1", [(one.subject, body_of(one.data), headers_of(one)) for one in rows])
    assert safe == len(PUBLISHED)
    told = events(kafka_servers, "acme", topic_prefix)
    async with asyncio.timeout(60):
        seen = {(await anext(told))["partnersequence"] for _ in rows}
    await told.aclose()
    assert seen == {str(n + 1) for n in range(len(rows))}
    await topics._producer.stop()


def test_wrong_partner_is_one_sentence() -> None:
    wrong = CliRunner().invoke(app, ["partners", "grant", "Acme!", "--kafka", "127.0.0.1:1"])
    assert "is no partner's id" in str(wrong.exception)

"""A partner on a broker that asks who one is: it reads its own topic, and nothing else of ours (S39, S40)."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError
from typer.testing import CliRunner

from bellboard.app import app
from examples.kafka_subscriber import events
from services.integrations.adapters.topics import KafkaPartnerTopics
from services.integrations.domain.deliveries import body_of, headers_of
from services.integrations.domain.sandbox import samples
from shared.chassis.access import Access
from shared.chassis.kafka import Producer
from shared.contracts.partner_types import PUBLISHED
from tests.factories.guarded_kafka import guarded_broker
from tests.factories.records import NOON
from tests.unit.integrations.test_partner_redaction import subscription

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Access]:
    """A broker with TLS, SCRAM and rights; everything that is not allowed is denied."""
    with guarded_broker(tmp_path_factory.mktemp("guarded")) as access:
        yield access


def commanded(guarded: Access, what: str, partner: str) -> str:
    """What our command prints."""
    words = [
        "partners",
        what,
        partner,
        "--kafka",
        guarded.servers,
        "--admin",
        guarded.user,
        "--ca",
        str(guarded.authority),
    ]
    done = CliRunner().invoke(app, words, env={"BELLBOARD_KAFKA_PASSWORD": guarded.password})
    assert done.exit_code == 0, done.output
    return done.output


def granted(guarded: Access, partner: str) -> str:
    """The password that our command prints."""
    said = commanded(guarded, "grant", partner).splitlines()
    [line] = [line for line in said if line.startswith("password")]
    return line.split()[1]


def login(guarded: Access, partner: str, password: str) -> dict[str, Any]:
    return Access(guarded.servers, f"ext.{partner}", password, tls=True, authority=guarded.authority).client()


@pytest.fixture(scope="module")
def passwords(guarded: Access) -> dict[str, str]:
    """Two partners, each with its topic; acme's holds an event."""
    made = {name: granted(guarded, name) for name in ("acme", "other")}
    asyncio.run(_told(guarded))
    return made


async def _told(guarded: Access) -> None:
    producer = AIOKafkaProducer(**guarded.client())
    async with producer:
        for one in samples(subscription(sandbox=True), PUBLISHED, "run-1", NOON)[:3]:
            numbered = one.model_copy(update={"number": 1})
            await producer.send_and_wait(
                "ext.acme.v1", body_of(one.data), key=one.subject.encode(), headers=headers_of(numbered)
            )


async def read(who: dict[str, Any], topic: str, group: str | None) -> int:
    """How many records somebody gets to see within a few seconds; a refusal raises."""
    consumer = AIOKafkaConsumer(topic, group_id=group, auto_offset_reset="earliest", request_timeout_ms=5000, **who)
    try:
        await consumer.start()
        found = await consumer.getmany(timeout_ms=6000)
        return sum(len(records) for records in found.values())
    finally:
        await consumer.stop()


async def test_plain_aiokafka_subscriber_reads_its_own_topic(guarded: Access, passwords: dict[str, str]) -> None:
    mine = login(guarded, "acme", passwords["acme"])
    told = events(mine.pop("bootstrap_servers"), "acme", **mine)
    async with asyncio.timeout(60):
        first = [await anext(told) for _ in range(3)]
    await told.aclose()
    assert [event["specversion"] for event in first] == ["1.0"] * 3
    assert all(set(event["data"]) for event in first)


async def test_other_partners_topic_internal_topics_and_groups_are_denied(
    guarded: Access, passwords: dict[str, str]
) -> None:
    mine = login(guarded, "acme", passwords["acme"])
    for topic, group in (
        ("ext.other.v1", "ext.acme.a"),
        ("__consumer_offsets", "ext.acme.b"),
        ("ext.acme.v1", "integrations"),
        ("ext.acme.v1", "ext.other.reader"),
    ):
        with pytest.raises(KafkaError):
            await read(mine, topic, group)
    with pytest.raises(KafkaError):
        await read(login(guarded, "acme", "guessed"), "ext.acme.v1", "ext.acme.c")
    assert await read(mine, "ext.acme.v1", "ext.acme.d") == 3


async def test_partner_cannot_write(guarded: Access, passwords: dict[str, str]) -> None:
    producer = AIOKafkaProducer(**login(guarded, "acme", passwords["acme"]))
    async with producer:
        with pytest.raises(KafkaError):
            await producer.send_and_wait("ext.acme.v1", b"{}", key=b"x")


async def test_partner_that_was_shut_out_reads_nothing(guarded: Access) -> None:
    password = await asyncio.to_thread(granted, guarded, "leaving")
    mine = login(guarded, "leaving", password)
    assert await read(mine, "ext.leaving.v1", "ext.leaving.a") == 0
    await asyncio.to_thread(commanded, guarded, "revoke", "leaving")
    with pytest.raises(KafkaError):
        await read(mine, "ext.leaving.v1", "ext.leaving.b")


async def test_missing_topic_is_said_and_a_new_one_is_filled(kafka_servers: str, topic_prefix: str) -> None:
    topics = KafkaPartnerTopics(Producer(Access(kafka_servers), "test-partners"), topic_prefix)
    words = ["partners", "grant", "acme", "--kafka", kafka_servers, "--namespace", topic_prefix]
    done = await asyncio.to_thread(CliRunner().invoke, app, words)
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

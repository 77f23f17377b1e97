"""Creates the topics on a broker, as often as one likes, and refuses to go on with one that differs for good."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from deploy.local.faults import StackFault
from shared.chassis.access import Access

# aiokafka's admin client, not confluent-kafka's: asking a broker that is just starting, the latter took the whole
# process down with a segmentation fault, and with it the stack that it belonged to.

_CALL_MS = 15_000
_PAUSE = 0.1


class TopicLike(Protocol):
    """What is known of a topic before it exists."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def partitions(self) -> int:
        """Its number of partitions, fixed for its life."""

    @property
    def config(self) -> dict[str, str]:
        """Its Kafka settings."""


async def wait_for_broker(servers: str | Access, within: float = 60.0) -> None:
    """Return once a broker answers and can coordinate groups. Raises StackFault after `within` seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if await _listens(_access(servers).servers):
            try:
                async with administered(servers) as admin:
                    # Makes the broker create its offsets topic now, not when the first consumer asks.
                    await asyncio.wait_for(admin.find_coordinator("bellboard-wake"), 5)
                return
            except (KafkaError, OSError, TimeoutError):
                pass  # up, but not ready: asked again below
        await asyncio.sleep(_PAUSE)
    raise StackFault(
        f"No Kafka broker answers at {_access(servers).servers}; "
        "start it, or leave out --kafka and one is started for you."
    )


async def create_topics(servers: str | Access, topics: Iterable[TopicLike], replication: int = 1) -> list[str]:
    """Create what is missing and set what differs; returns the names of the topics that were created.

    Raises StackFault when a topic exists with another number of partitions, or the broker refuses.
    """
    wanted = {topic.name: topic for topic in topics}
    try:
        async with administered(servers) as admin:
            existing = await _partitions(admin)
            _refuse_other_partitions(wanted, existing, servers)
            missing = [topic for name, topic in wanted.items() if name not in existing]
            if missing:
                new = [NewTopic(t.name, t.partitions, replication, topic_configs=t.config) for t in missing]
                _raise_refusal((await admin.create_topics(new, timeout_ms=_CALL_MS)).topic_errors)
                await _until_led(admin, {topic.name for topic in missing})
            await _set_configs(admin, [topic for name, topic in wanted.items() if name in existing])
    except (KafkaError, OSError, TimeoutError) as error:
        raise StackFault(
            f"The broker at {_access(servers).servers} refused to create the topics ({error}); "
            f"look at what it has with `bellboard stack topics --kafka {_access(servers).servers}`."
        ) from error
    return [topic.name for topic in missing]


async def topic_partitions(servers: str) -> dict[str, int]:
    """The topics on a broker, without Kafka's own, with their number of partitions."""
    async with administered(servers) as admin:
        found = await _partitions(admin)
    return {name: count for name, count in sorted(found.items()) if not name.startswith("__")}


async def _listens(servers: str) -> bool:
    """Look by a bare connection first: the client logs each refused one as an error."""
    host, _, port = servers.split(",", maxsplit=1)[0].strip().rpartition(":")
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, int(port)), 5)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


@asynccontextmanager
async def administered(servers: str | Access) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client that lives as long as the block."""
    admin = AIOKafkaAdminClient(**_access(servers).client(), request_timeout_ms=_CALL_MS)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


def _access(at: str | Access) -> Access:
    return Access(at) if isinstance(at, str) else at


async def _partitions(admin: AIOKafkaAdminClient) -> dict[str, int]:
    return {found["topic"]: len(found["partitions"]) for found in await admin.describe_topics()}


async def _until_led(admin: AIOKafkaAdminClient, names: set[str]) -> None:
    """Wait until every partition has a leader: a client that asks earlier meets an unknown topic."""
    deadline = time.monotonic() + _CALL_MS / 1000
    while time.monotonic() < deadline:
        found = [topic for topic in await admin.describe_topics() if topic["topic"] in names]
        led = all(part["leader"] >= 0 and part["error_code"] == 0 for topic in found for part in topic["partitions"])
        if len(found) == len(names) and led:
            return
        await asyncio.sleep(_PAUSE)
    raise TimeoutError("the new topics have no leader yet")


def _raise_refusal(answers: Iterable[tuple[Any, ...]]) -> None:
    for name, code, *message in answers:
        if code:
            raise for_code(code)(f"{name}: {message[0] if message else ''}")


def _refuse_other_partitions(
    wanted: Mapping[str, TopicLike], existing: Mapping[str, int], servers: str | Access
) -> None:
    for name, topic in wanted.items():
        if name in existing and existing[name] != topic.partitions:
            raise StackFault(
                f"Topic {name} at {_access(servers).servers} has {existing[name]} partitions and {topic.partitions} "
                f"are declared, which is fixed for a topic's life; for a demo start afresh with `make demo-reset`."
            )


async def _set_configs(admin: AIOKafkaAdminClient, topics: list[TopicLike]) -> None:
    resources = [ConfigResource(ConfigResourceType.TOPIC, topic.name, configs=topic.config) for topic in topics]
    for answer in await admin.alter_configs(resources) if resources else []:
        _raise_refusal((name, code, message) for code, message, _, name in answer.resources)

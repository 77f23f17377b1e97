"""All that the promises are checked against, read from the stores and the topics themselves."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from pymongo import MongoClient

from shared.contracts.envelope import Envelope, parse
from shared.contracts.errors import AppError
from shared.contracts.topics import TOPICS

Row = dict[str, Any]
SERVICES = ("auth", "integrations", "records", "alerts", "reporting")
ALL_TOPICS = tuple(topic.name for topic in TOPICS)
_READ_S = 60


@dataclass(frozen=True)
class Record:
    """One Kafka record as it lies on its topic."""

    topic: str
    key: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    value: bytes | None

    def event(self) -> Envelope | None:
        """The event it holds; None for a heartbeat, a tombstone or what cannot be read."""
        try:
            found = parse(self.topic, self.headers, self.value)
        except AppError:
            return None
        return None if found.type == "policy.heartbeat.v1" else found


@dataclass(frozen=True)
class Evidence:
    """Stores by service and collection, and the records of every topic, all read at the end of the day."""

    mongo: MongoClient[Row]
    records: dict[str, list[Record]]

    def rows(self, service: str, collection: str, wanted: Row | None = None, **options: Any) -> list[Row]:
        """The documents of one collection of one service's store."""
        return list(self.mongo[f"bellboard_{service}"][collection].find(wanted or {}, **options))

    def event_rows(self, service: str) -> list[Row]:
        """The event rows of a service, by aggregate and version."""
        return self.rows(service, "events", sort=[("agg", 1), ("ver", 1)])

    def events(self, topic: str) -> list[Envelope]:
        """The events on a topic, in the order of the topic, duplicates included."""
        return [event for record in self.records.get(topic, ()) if (event := record.event())]


async def read_topic(servers: str, topic: str) -> list[Record]:
    """Every record that stands on a topic now, from its first to its last."""
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=servers, auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    try:
        ends: dict[TopicPartition, int] = await consumer.end_offsets(consumer.assignment())
        found: list[Record] = []
        while not await _at(consumer, ends):
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                found += [Record(r.topic, r.key, tuple(r.headers), r.value) for r in batch]
        return found
    finally:
        await consumer.stop()


async def _at(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> bool:
    positions = [await consumer.position(partition) >= end for partition, end in ends.items()]
    return all(positions)


async def gather(mongo_url: str, servers: str, topics: Iterable[str] = ALL_TOPICS) -> Evidence:
    """Read all topics; the stores are read as they are asked for."""
    records = {}
    for topic in topics:
        records[topic] = await asyncio.wait_for(read_topic(servers, topic), _READ_S)
    return Evidence(MongoClient(mongo_url, tz_aware=True), records)

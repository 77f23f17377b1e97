"""A partner's topic in 30 lines of plain aiokafka: `python kafka_subscriber.py host:9092 acme-pms password`."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

from aiokafka import AIOKafkaConsumer


async def events(servers: str, partner: str, prefix: str = "", **login: Any) -> AsyncIterator[dict[str, Any]]:
    """Every event for a partner, from the first, each with its CloudEvents attributes and its `data`."""
    consumer = AIOKafkaConsumer(
        f"{prefix}ext.{partner}.v1",
        bootstrap_servers=servers,
        group_id=f"{prefix}ext.{partner}.reader",  # your groups begin with ext.<partner>.
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        **login,
    )
    async with consumer:
        async for record in consumer:
            attributes = {name.removeprefix("ce_"): value.decode() for name, value in record.headers}
            yield attributes | {"data": json.loads(record.value)}
            await consumer.commit()  # after you have kept it; it may come twice, under the same id


async def main(servers: str, partner: str, password: str) -> None:
    login = {"sasl_mechanism": "SCRAM-SHA-512", "sasl_plain_username": f"ext.{partner}"}
    async for event in events(servers, partner, security_protocol="SASL_SSL", sasl_plain_password=password, **login):
        print(event["partnersequence"], event["type"], event["subject"], event["data"])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))

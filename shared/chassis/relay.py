"""The relay: sends pending event rows to Kafka, in order per aggregate, from one replica at a time."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from shared.chassis.kafka import KafkaError, MessageSizeTooLargeError, Producer
from shared.chassis.leases import Lease
from shared.chassis.mongo import Document, Mongo
from shared.chassis.outbox import HALTED, PENDING, SENT, Outbox, envelope_of
from shared.chassis.telemetry import Metrics
from shared.contracts.values import Scope

log = logging.getLogger(__name__)
BATCH = 500
POLL_S = 0.2
ACK_S = 15.0
RETRY_S = 1.0
MOST_REFUSING = 2
"""One topic may be missing or forbidden; when more refuse, the broker is down and the rest waits."""


@dataclass
class _Sent:
    row: Document
    ack: "asyncio.Future[object]"


class Relay:
    """Read ≤ 500 pending rows in (aggregate, version) order → send all → await the acks → mark sent.

    Never pages by "last seen id": a transaction that commits late would be skipped for good (F7).
    """

    def __init__(
        self, mongo: Mongo, outbox: Outbox, producer: Producer, lease: Lease, metrics: Metrics, namespace: str = ""
    ) -> None:
        self._rows, self._namespace = mongo.collection("events"), namespace
        self._outbox, self._producer, self.lease, self._metrics = outbox, producer, lease, metrics

    async def run(self) -> None:
        """For ever, while this replica holds the lease."""
        await self.lease.hold(self._loop)

    async def _loop(self) -> None:
        while True:
            self._outbox.nudge.clear()
            sent = await self.once()
            if sent == 0:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):
                        await self._outbox.nudge.wait()

    async def once(self) -> int:
        """One pass; how many rows were acknowledged and marked."""
        halted = await self._rows.distinct("agg", {"st": HALTED})
        wanted: Document = {"st": PENDING} | ({"agg": {"$nin": halted}} if halted else {})
        rows = await self._rows.find(wanted, sort=[("agg", 1), ("ver", 1)], limit=BATCH)
        if not rows:
            return 0
        try:
            acked = await self._acknowledged(await self._send(rows))
        except (KafkaError, TimeoutError, OSError) as failure:
            log.warning("relay: the broker does not take events (%s)", type(failure).__name__)
            acked = []
        if acked and await self.lease.held():
            await self._rows.update_many({"_id": {"$in": acked}, "st": PENDING}, {"$set": {"st": SENT}})
            self._metrics.relayed.inc(len(acked))
        if len(acked) < len(rows):
            await self._producer.drop()
            await asyncio.sleep(RETRY_S)
        return len(acked)

    async def _send(self, rows: Sequence[Document]) -> list[_Sent]:
        sent: list[_Sent] = []
        stopped: set[str] = set()
        refusing: set[str] = set()
        for row in rows:
            if row["agg"] in stopped or row["topic"] in refusing:
                continue
            envelope = envelope_of(row)
            try:
                ack = await self._producer.send(
                    self._namespace + envelope.topic, envelope.subject.encode(), envelope.value, envelope.headers()
                )
            except (MessageSizeTooLargeError, ValueError):
                stopped.add(row["agg"])
                await self._halt(row)
                continue
            except (KafkaError, TimeoutError, OSError) as failure:
                # What was queued before it is awaited and marked all the same, or it would be sent for ever.
                log.warning("relay: %s does not take events (%s)", envelope.topic, type(failure).__name__)
                refusing.add(row["topic"])
                if len(refusing) > MOST_REFUSING:
                    break
                continue
            sent.append(_Sent(row, ack))
        return sent

    async def _acknowledged(self, sent: Sequence[_Sent]) -> list[str]:
        if not sent:
            return []
        done, _ = await asyncio.wait({item.ack for item in sent}, timeout=ACK_S)
        return [item.row["_id"] for item in sent if item.ack in done and item.ack.exception() is None]

    async def _halt(self, row: Document) -> None:
        log.error("relay: an event can never be sent; its aggregate is halted", extra={"event": row["_id"]})
        await self._rows.update_one({"_id": row["_id"]}, {"$set": {"st": HALTED}})

    async def redrive(self, scope: Scope, subject: str) -> int:
        """Give the halted rows of one aggregate of a chain another try; how many."""
        halted = {"agg": subject, "chain": scope.chain, "st": HALTED}
        return await self._rows.update_many(halted, {"$set": {"st": PENDING}})

    async def send_raw(self, topic: str, key: bytes, value: bytes, headers: Sequence[tuple[str, bytes]]) -> None:
        """Send what is no event row (the policy heartbeat) and wait for its acknowledgement."""
        await asyncio.wait_for(await self._producer.send(self._namespace + topic, key, value, headers), ACK_S)

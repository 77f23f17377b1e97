"""The relay: sends pending event rows to Kafka, in order per aggregate, from one replica at a time."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from shared.chassis.faultpoints import reach
from shared.chassis.kafka import KafkaError, MessageSizeTooLargeError, Producer
from shared.chassis.leases import Lease, ended
from shared.chassis.mongo import Document, Mongo
from shared.chassis.outbox import HALTED, PENDING, SENT, Outbox, envelope_of
from shared.chassis.sweep import pages
from shared.chassis.telemetry import Metrics
from shared.contracts.values import Scope

log = logging.getLogger(__name__)
POLL_S = 0.25
UNSETTLED = 4
"""Pages that may be on their way to Kafka's acknowledgement and their mark at once."""
ACK_S = 15.0
RETRY_S = 1.0
STRAGGLERS_S = 1.0
MOST_REFUSING = 2
"""One topic may be missing or forbidden; when more refuse, the broker is down and the rest waits."""


@dataclass
class _Sweep:
    """What one sweep has met: aggregates that must not go on, topics that refuse, how many rows came through."""

    stopped: set[str] = field(default_factory=set)
    refusing: set[str] = field(default_factory=set)
    marked: int = 0

    @property
    def hopeless(self) -> bool:
        """Whether to give it up: so many topics refuse that it must be the broker."""
        return len(self.refusing) > MOST_REFUSING

    def refused(self, row: Document) -> None:
        """A row did not come through: what follows it in its aggregate waits, and so does its topic."""
        self.stopped.add(row["agg"])
        self.refusing.add(row["topic"])

    def acknowledged(self, sent: Sequence["_Sent"]) -> list[str]:
        """The rows that came through, up to the first of each aggregate that did not."""
        acked: list[str] = []
        for item in sent:
            done = item.ack.done() and not item.ack.cancelled() and item.ack.exception() is None
            if not done:
                self.refused(item.row)
            elif item.row["agg"] not in self.stopped:
                acked.append(item.row["_id"])
        return acked


@dataclass(frozen=True)
class _Sent:
    row: Document
    ack: "asyncio.Future[object]"


class Relay:
    """Reads a page of pending rows, sends it, and marks it sent when acknowledged: the three steps overlap.

    While one page is sent the next is read and the one before is awaited and marked. A sweep ends when everything is
    settled, so no row is ever read while it is on its way; one that fails ends it at once.
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
        """One sweep; how many rows were acknowledged and marked."""
        sweep = _Sweep()
        waiting = pages(self._rows)
        reading = asyncio.ensure_future(_next(waiting))
        settling: deque[asyncio.Task[None]] = deque()
        try:
            while (page := await reading) and not sweep.hopeless:
                reading = asyncio.ensure_future(_next(waiting))
                reach("relay.read")
                settling.append(asyncio.create_task(self._settle(sweep, await self._send(sweep, page))))
                if len(settling) == UNSETTLED:
                    await settling.popleft()
            await asyncio.gather(*settling)
        finally:
            for step in (reading, *settling):
                await ended(step)
            await waiting.aclose()
        if sweep.refusing:
            await self._producer.drop()
            await asyncio.sleep(RETRY_S)
        return sweep.marked

    async def _send(self, sweep: _Sweep, page: Sequence[Document]) -> list[_Sent]:
        """Queue what may be sent of a page; a row that can never be sent halts its aggregate only."""
        sent: list[_Sent] = []
        for row in page:
            if row["st"] == HALTED:
                sweep.stopped.add(row["agg"])
            if row["agg"] in sweep.stopped or row["topic"] in sweep.refusing:
                continue
            try:
                ack = await self._queue(row)
            except (MessageSizeTooLargeError, ValueError):
                sweep.stopped.add(row["agg"])
                await self._halt(row)
            except (KafkaError, TimeoutError, OSError) as failure:
                # What was queued before it is awaited and marked all the same, or it would be sent for ever.
                log.warning("relay: %s does not take events (%s)", row["topic"], type(failure).__name__)
                sweep.refused(row)
                if sweep.hopeless:
                    break
            else:
                sent.append(_Sent(row, ack))
        return sent

    async def _queue(self, row: Document) -> "asyncio.Future[object]":
        event = envelope_of(row)
        return await self._producer.send(
            self._namespace + event.topic, event.subject.encode(), event.value, event.headers()
        )

    async def _settle(self, sweep: _Sweep, sent: Sequence[_Sent]) -> None:
        """Await the acknowledgements of a page and mark what came through, while the lease is still ours."""
        if not sent:
            return
        await _answered(sweep, sent)
        acked = sweep.acknowledged(sent)
        if len(acked) < len(sent):
            log.warning("relay: the broker did not take %d events%s", len(sent) - len(acked), _why(sent))
        reach("relay.acknowledged")
        if acked and await self.lease.held():
            await self._rows.update_many({"_id": {"$in": acked}, "st": PENDING}, {"$set": {"st": SENT}})
            self._metrics.relayed.inc(len(acked))
            sweep.marked += len(acked)

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


def _why(sent: Sequence[_Sent]) -> str:
    """The kinds of the refusals, for the log."""
    failed = (item.ack.exception() for item in sent if item.ack.done() and not item.ack.cancelled())
    kinds = sorted({type(failure).__name__ for failure in failed if failure})
    return f" ({', '.join(kinds)})" if kinds else " in time"


async def _next(waiting: AsyncGenerator[list[Document], None]) -> list[Document]:
    """The next page; an empty one when there is none."""
    return await anext(waiting, [])


async def _answered(sweep: _Sweep, sent: Sequence[_Sent]) -> None:
    """Wait until each row is acknowledged or refused: 15 s at most, 1 s more once the first was refused.

    One after the other, as most are done when the first is: waiting for all at once costs a callback for each.
    """
    now = asyncio.get_running_loop().time
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ACK_S) as limit:
            for item in sent:
                try:
                    await item.ack
                except KafkaError:
                    sweep.refused(item.row)  # at once: a later page may be marked meanwhile
                    limit.reschedule(min(limit.when() or now(), now() + STRAGGLERS_S))

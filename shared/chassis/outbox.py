"""Event rows: the history of every aggregate and the outbox in one collection."""

import asyncio
from collections.abc import Sequence

from shared.chassis.clock import Clock
from shared.chassis.mongo import Binary, Document, Duplicate, Index, Mongo, Tx
from shared.chassis.provenance import Provenance
from shared.contracts.catalogue import topic_of
from shared.contracts.envelope import Envelope, NewEvent, encode
from shared.contracts.values import SYSTEM_CHAIN, Scope

PENDING, SENT, HALTED = 0, 1, 2
_MARKED_AT_ONCE = 500
WAITING: Document = {"$in": [PENDING, HALTED]}
"""What the index of unsent rows holds; a query that says just this is answered from it."""
UNSENT: Document = {"st": PENDING, "topic": {"$gt": ""}}
"""Rows to be sent. That index begins with the topic: a query that names none goes through all that were ever sent."""


def envelope_of(row: Document) -> Envelope:
    """An event row as the envelope that goes on the wire; the value is the stored bytes, never re-encoded."""
    return Envelope(
        id=row["_id"],
        type=row["type"],
        source=row["source"],
        subject=row["agg"],
        time=row["time"],
        chain=row["chain"],
        property_id=row["prop"],
        sequence=row["ver"],
        topic=row["topic"],
        correlation=row["corr"],
        causation=row.get("cause"),
        traceparent=row.get("trace"),
        value=bytes(row["value"]),
    )


def row_of(envelope: Envelope) -> Document:
    """An envelope as a new event row, not yet sent."""
    row: Document = {
        "_id": envelope.id,
        "agg": envelope.subject,
        "ver": envelope.sequence,
        "topic": envelope.topic,
        "type": envelope.type,
        "source": envelope.source,
        "time": envelope.time,
        "chain": envelope.chain,
        "prop": envelope.property_id,
        "corr": envelope.correlation,
        "cause": envelope.causation,
        "trace": envelope.traceparent,
        "value": Binary(envelope.value),
        "st": PENDING,
    }
    return row


class Outbox:
    """Appends events in the transaction of the state they describe; the relay sends them."""

    def __init__(self, mongo: Mongo, clock: Clock, source: str) -> None:
        self._mongo, self._rows = mongo, mongo.collection("events")
        self._clock, self._source = clock, source
        self.nudge = asyncio.Event()

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._rows.ensure_indexes(
            [
                Index(("agg", "ver"), unique=True),
                Index(("topic", "agg", "ver"), partial={"st": WAITING}),
            ]
        )

    def stamp(self, events: Sequence[NewEvent], provenance: Provenance) -> list[Envelope]:
        """The envelopes of new events: id, topic, source and trace added, size checked (F9)."""
        return [
            Envelope(
                id=self._clock.new_id(),
                type=event.type,
                source=f"/bellboard/{self._source}",
                subject=event.subject,
                time=event.time,
                chain=event.chain,
                property_id=event.property_id,
                sequence=event.sequence,
                topic=topic_of(event.type),
                correlation=provenance.correlation,
                causation=provenance.causation,
                traceparent=provenance.traceparent,
                value=encode(event.body),
            )
            for event in events
        ]

    async def append(self, tx: Tx, events: Sequence[NewEvent], provenance: Provenance) -> list[Envelope]:
        """Write event rows in the caller's transaction; a version written by somebody else raises Duplicate."""
        envelopes = self.stamp(events, provenance)
        await self._rows.insert_many([row_of(envelope) for envelope in envelopes], tx=tx)
        tx.after_commit.append(self.nudge.set)
        return envelopes

    async def append_once(self, event: NewEvent, provenance: Provenance, mongo: Mongo) -> bool:
        """Write one event row by itself; False when that version exists already."""

        async def work(tx: Tx) -> None:
            await self.append(tx, [event], provenance)

        try:
            await mongo.run(work)
        except Duplicate:
            return False
        return True

    async def history(self, scope: Scope, subject: str, event_type: str | None = None) -> list[Envelope]:
        """All events of one aggregate, or those of one type, oldest first; others' aggregates are not seen."""
        wanted: Document = {"agg": subject, "chain": scope.chain} | ({"type": event_type} if event_type else {})
        if scope.properties is not None:
            wanted["prop"] = {"$in": sorted(scope.properties)}
        return [envelope_of(row) for row in await self._rows.find(wanted, sort=[("ver", 1)])]

    async def republish(self, scope: Scope, *, subject: str | None = None, topic: str | None = None) -> int:
        """Mark sent events as pending again, of one aggregate, one topic or all; how many. Consumers deduplicate.

        The system's own events (keys, audit checkpoints) go with those of any chain: a lost broker has lost them too.
        """
        wanted: Document = {"chain": {"$in": [scope.chain, SYSTEM_CHAIN]}, "st": SENT}
        wanted |= {"agg": subject} if subject else {}
        wanted |= {"topic": topic} if topic else {}
        count, batch = 0, list[str]()
        # The relay sends whatever it finds pending: it must never find a version whose older ones are not. So they are
        # marked in the order of versions, and each batch at one moment.
        async for row in self._rows.stream(wanted, projection={"_id": 1}, sort=[("agg", 1), ("ver", 1)]):
            batch.append(row["_id"])
            if len(batch) == _MARKED_AT_ONCE:
                count += await self._mark(batch)
                batch = []
        count += await self._mark(batch)
        self.nudge.set()
        return count

    async def _mark(self, ids: Sequence[str]) -> int:
        """Make sent events pending, all at one moment."""
        chosen: Document = {"_id": {"$in": list(ids)}, "st": SENT}

        async def work(tx: Tx) -> int:
            return await self._rows.update_many(chosen, {"$set": {"st": PENDING}}, tx=tx)

        return await self._mongo.run(work)

    async def resend(self, tx: Tx, scope: Scope, topic: str, subject: str) -> int:
        """As `republish` for one aggregate, in a transaction; how many events are pending by it."""
        wanted: Document = {"agg": subject, "topic": topic, "chain": scope.chain, "st": SENT}
        count = await self._rows.update_many(wanted, {"$set": {"st": PENDING}}, tx=tx)
        tx.after_commit.append(self.nudge.set)
        return count

    async def age_s(self) -> float:
        """How long ago the oldest unsent event was written, in real seconds; 0 when all are sent."""
        # Not a sorted find: that would go through all sent rows by their id, of which there may be millions.
        found = await self._rows.aggregate([{"$match": UNSENT}, {"$group": {"_id": None, "oldest": {"$min": "$_id"}}}])
        if not found:
            return 0.0
        written_ms = int(found[0]["oldest"].replace("-", "")[:12], 16)  # the first 48 bits of a UUID version 7
        return max(0.0, self._clock.real_now().timestamp() - written_ms / 1000)

    async def depth(self) -> int:
        """Events not yet sent."""
        return await self._rows.count(UNSENT)

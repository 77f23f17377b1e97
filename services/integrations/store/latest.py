"""The newest event of everything that a new subscription is told as it stands."""

import datetime as dt
from collections.abc import Sequence

from shared.chassis.mongo import Binary, BulkOp, Document, Mongo, Put, Tx
from shared.contracts.envelope import Envelope
from shared.contracts.values import Scope


class LatestStore:
    """The `partner_latest` of this service: ids and codes only, as events are."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("partner_latest")

    async def keep(self, scope: Scope, tx: Tx, events: Sequence[Envelope], now: dt.datetime) -> None:
        """Take events; older versions than the kept one change nothing."""
        newest: dict[str, Envelope] = {}
        for event in events:
            known = newest.get(event.subject)
            newest[event.subject] = event if known is None or event.sequence > known.sequence else known
        found = await self._rows.find({"_id": {"$in": list(newest)}}, projection={"ver": 1}, tx=tx)
        there = {row["_id"]: row["ver"] for row in found}
        ops: list[BulkOp] = [
            Put({"_id": event.subject}, {"$set": _row(event, now)})
            for event in newest.values()
            if event.sequence > there.get(event.subject, 0)
        ]
        await self._rows.bulk(ops, tx=tx)

    async def page(self, scope: Scope, nouns: Sequence[str], after: str, limit: int) -> list[Envelope]:
        """Some of what stands, by id."""
        wanted = {"chain": scope.chain, "noun": {"$in": list(nouns)}, "_id": {"$gt": after}}
        return [_event(row) for row in await self._rows.find(wanted, sort=[("_id", 1)], limit=limit)]


def _row(event: Envelope, now: dt.datetime) -> Document:
    return {
        "chain": event.chain,
        "prop": event.property_id,
        "noun": event.noun,
        "type": event.type,
        "ver": event.sequence,
        "event": event.id,
        "time": event.time,
        "topic": event.topic,
        "corr": event.correlation,
        "value": Binary(event.value),
        "at": now,
    }


def _event(row: Document) -> Envelope:
    return Envelope(
        id=row["event"],
        type=row["type"],
        source="/bellboard/integrations",
        subject=row["_id"],
        time=row["time"],
        chain=row["chain"],
        property_id=row["prop"],
        sequence=row["ver"],
        topic=row["topic"],
        correlation=row["corr"],
        value=bytes(row["value"]),
    )

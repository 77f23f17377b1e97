"""Events that arrived for the audit log: each once for ever, until the sequencer gives it its place."""

import datetime as dt
from collections.abc import Sequence

from services.auth.domain.entries import Header, Sealed, seal
from services.auth.domain.merkle import leaf_hash
from shared.chassis.mongo import Binary, Document, Mongo, Tx
from shared.contracts.envelope import Envelope
from shared.contracts.values import Scope

WAITING, PLACED = 0, 1
MAX_BATCH_BYTES = 8 * 1024 * 1024


def headers_row(sealed: Sealed) -> list[list[object]]:
    """Headers as a document keeps them: bytes stay bytes."""
    return [[name, Binary(value)] for name, value in sealed.headers]


def sealed_of(row: Document) -> Sealed:
    """The sealed bytes of a row."""
    headers = tuple(Header(name, bytes(value)) for name, value in row["headers"])
    return Sealed(topic=row["topic"], key=row["key"], headers=headers, value=bytes(row["value"]))


class Arrivals:
    """The `audit_in` rows, unique by topic, aggregate and version; never deleted, emptied when placed."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("audit_in")

    async def add(self, scope: Scope, tx: Tx, events: Sequence[Envelope], now: dt.datetime) -> list[str]:
        """Keep what is new of one chain's events, in order; returns the keys that came before with other content."""
        rows = {f"{e.topic}|{e.subject}|{e.sequence}": e for e in reversed(events)}
        known = {r["_id"]: r["event"] for r in await self._rows.find({"_id": {"$in": list(rows)}}, tx=tx)}
        arrived = int(now.timestamp() * 1000) * 1000
        fresh = [
            self._row(key, rows[key], scope, arrived + place)
            for place, key in enumerate(reversed(rows))
            if key not in known
        ]
        await self._rows.insert_many(fresh, tx=tx)
        return [key for key, event_id in known.items() if rows[key].id != event_id]

    @staticmethod
    def _row(key: str, event: Envelope, scope: Scope, arrived: int) -> Document:
        sealed = seal(event)
        return {
            "_id": key,
            "chain": scope.chain,
            "st": WAITING,
            "arrived": arrived,
            "event": event.id,
            "topic": sealed.topic,
            "key": sealed.key,
            "headers": headers_row(sealed),
            "value": Binary(sealed.value),
            "leaf": Binary(leaf_hash(sealed.leaf_data)),
        }

    async def chains(self, scope: Scope) -> list[str]:
        """Chains whose events wait, whatever the scope: only the sequencer asks."""
        found: list[str] = await self._rows.distinct("chain", {"st": WAITING})
        return found

    async def oldest(self, scope: Scope, limit: int, *, after: int | None = None) -> list[Document]:
        """The next rows to place, in arrival order, together at most 8 MiB; only what arrived after a moment."""
        waiting: Document = {"st": WAITING, "chain": scope.chain}
        waiting |= {"arrived": {"$gt": after}} if after is not None else {}
        rows = await self._rows.find(waiting, sort=[("arrived", 1)], limit=limit)
        room = MAX_BATCH_BYTES
        taken: list[Document] = []
        for row in rows:
            room -= len(row["value"])
            if taken and room < 0:
                break
            taken.append(row)
        return taken

    async def placed(self, scope: Scope, tx: Tx, keys: Sequence[str]) -> int:
        """Mark rows as placed; their bytes are in the log now. How many waited until this moment."""
        waiting: Document = {"_id": {"$in": list(keys)}, "chain": scope.chain, "st": WAITING}
        done = {"$set": {"st": PLACED}, "$unset": {"headers": 1, "value": 1, "leaf": 1}}
        return await self._rows.update_many(waiting, done, tx=tx)

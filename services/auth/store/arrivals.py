"""Events that arrived for the audit log: each once for ever, in bundles until the sequencer gives them their place."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from uuid import uuid4

from services.auth.domain.entries import Header, Sealed, seal
from services.auth.domain.merkle import leaf_hash
from shared.chassis.mongo import Binary, Document, Mongo, Tx
from shared.contracts.envelope import Envelope
from shared.contracts.values import Scope

MOST_IN_BUNDLE, MOST_BYTES = 500, 4 * 1024 * 1024
"""What one document holds; MongoDB takes 16 MiB."""
MAX_BATCH_BYTES = 8 * 1024 * 1024


def headers_row(sealed: Sealed) -> list[list[object]]:
    """Headers as a document keeps them: bytes stay bytes."""
    return [[name, Binary(value)] for name, value in sealed.headers]


def sealed_of(row: Document) -> Sealed:
    """The sealed bytes of a row."""
    headers = tuple(Header(name, bytes(value)) for name, value in row["headers"])
    return Sealed(topic=row["topic"], key=row["key"], headers=headers, value=bytes(row["value"]))


class Arrivals:
    """`audit_seen` has a row for every event that ever came, by topic, aggregate and version; nothing deletes it.

    `audit_in` has the bytes of those that wait, many in one document: a bundle is placed as a whole and then deleted.
    """

    def __init__(self, mongo: Mongo) -> None:
        self._seen, self._bundles = mongo.collection("audit_seen"), mongo.collection("audit_in")

    async def add(self, scope: Scope, tx: Tx, events: Sequence[Envelope], now: dt.datetime) -> list[str]:
        """Keep what is new of one chain's events, in order; returns the keys that came before with other content."""
        first: dict[str, Envelope] = {}
        for event in events:
            first.setdefault(f"{event.topic}|{event.subject}|{event.sequence}", event)
        known = {r["_id"]: r["event"] for r in await self._seen.find({"_id": {"$in": list(first)}}, tx=tx)}
        fresh = {key: event for key, event in first.items() if key not in known}
        seen = [{"_id": key, "chain": scope.chain, "event": event.id} for key, event in fresh.items()]
        await self._seen.insert_many(seen, tx=tx)
        await self._bundles.insert_many(list(_bundles(scope, fresh.values(), now)), tx=tx)
        return [key for key, event_id in known.items() if first[key].id != event_id]

    async def chains(self, scope: Scope) -> list[str]:
        """Chains whose events wait, whatever the scope: only the sequencer asks."""
        found: list[str] = await self._bundles.distinct("chain", {})
        return found

    async def oldest(self, scope: Scope, limit: int, *, after: int | None = None) -> list[Document]:
        """The next bundles to place, in arrival order: at least one, else no more events than `limit` nor 8 MiB."""
        waiting: Document = {"chain": scope.chain}
        waiting |= {"arrived": {"$gt": after}} if after is not None else {}
        sizes = {"count": 1, "bytes": 1}
        taken: list[str] = []
        room = MAX_BATCH_BYTES
        for row in await self._bundles.find(waiting, projection=sizes, sort=[("arrived", 1)], limit=limit):
            limit, room = limit - row["count"], room - row["bytes"]
            if taken and (limit < 0 or room < 0):
                break
            taken.append(row["_id"])
        if not taken:
            return []
        return await self._bundles.find({"_id": {"$in": taken}}, sort=[("arrived", 1)])

    async def placed(self, scope: Scope, tx: Tx, bundles: Sequence[str]) -> int:
        """Drop bundles: their bytes are in the log now. How many waited until this moment."""
        return await self._bundles.delete_many({"_id": {"$in": list(bundles)}, "chain": scope.chain}, tx=tx)


def _bundles(scope: Scope, events: Iterable[Envelope], now: dt.datetime) -> Iterator[Document]:
    """The documents of new events: each as long as it may be, in the order of arrival."""
    arrived = int(now.timestamp() * 1000) * 1000
    waiting: list[Document] = []
    size = 0
    for event in events:
        if waiting and (len(waiting) == MOST_IN_BUNDLE or size + len(event.value) > MOST_BYTES):
            yield _bundle(scope, arrived, waiting, size)
            arrived, waiting, size = arrived + 1, [], 0
        waiting.append(_waiting(event))
        size += len(event.value)
    if waiting:
        yield _bundle(scope, arrived, waiting, size)


def _bundle(scope: Scope, arrived: int, events: list[Document], size: int) -> Document:
    return {
        "_id": uuid4().hex,
        "chain": scope.chain,
        "arrived": arrived,
        "count": len(events),
        "bytes": size,
        "events": events,
    }


def _waiting(event: Envelope) -> Document:
    sealed = seal(event)
    return {
        "topic": sealed.topic,
        "key": sealed.key,
        "headers": headers_row(sealed),
        "value": Binary(sealed.value),
        "leaf": Binary(leaf_hash(sealed.leaf_data)),
    }

"""Keeps silences: they are never deleted, so that who silenced what stays known."""

import logging
from collections.abc import Sequence

from services.alerts.domain.silence import Silence
from services.alerts.store.scoping import within
from shared.chassis.mongo import DatabaseError, Document, Mongo, Tx
from shared.contracts.values import Instant, Scope

log = logging.getLogger(__name__)
MOST = 200


class MongoSilences:
    """The `silences` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("silences")

    async def running(self, scope: Scope, now: Instant) -> tuple[Silence, ...]:
        """The silences that run; none when they cannot be read, so that alerts are sent."""
        try:
            rows = await self._rows.find({"until": {"$gt": now}, "ended_at": None, **within(scope)})
        except DatabaseError as failure:
            log.warning("silences cannot be read, so nothing is silenced (%s)", type(failure).__name__)
            return ()
        return tuple(_silence(row) for row in rows)

    async def hold(self, scope: Scope, ids: Sequence[str], tx: Tx) -> frozenset[str]:
        """Touch these silences: whoever ends one beside this transaction starts over. Those that are not ended yet."""
        wanted: Document = {"_id": {"$in": sorted(set(ids))}, "ended_at": None, **within(scope)}
        await self._rows.update_many(wanted, {"$inc": {"held": 1}}, tx=tx)
        return frozenset(row["_id"] for row in await self._rows.find(wanted, projection={"_id": 1}, tx=tx))

    async def get(self, scope: Scope, silence_id: str, tx: Tx | None = None) -> Silence | None:
        """One silence."""
        row = await self._rows.find_one({"_id": silence_id, **within(scope)}, tx=tx)
        return _silence(row) if row else None

    async def page(self, scope: Scope, property_id: str | None, running_at: Instant | None) -> list[Silence]:
        """Silences, the newest first; of one property, or only those that run, where that is asked."""
        wanted: Document = dict(within(scope))
        if property_id is not None:
            wanted = {"$and": [wanted, {"property_id": property_id}]}
        if running_at is not None:
            wanted |= {"until": {"$gt": running_at}, "ended_at": None}
        rows = await self._rows.find(wanted, sort=[("begun_at", -1), ("_id", -1)], limit=MOST)
        return [_silence(row) for row in rows]

    async def save(self, scope: Scope, silence: Silence, tx: Tx) -> None:
        """Keep a silence."""
        row = {**silence.model_dump(exclude={"id"}), "chain": scope.chain}
        await self._rows.update_one({"_id": silence.id}, {"$set": row}, upsert=True, tx=tx)


def _silence(row: Document) -> Silence:
    fields = {name: row[name] for name in Silence.model_fields if name in row}
    return Silence.model_validate({**fields, "id": row["_id"]})

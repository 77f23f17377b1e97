"""Cursors: how far one group has applied each aggregate, so that an effect happens once."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from shared.chassis.mongo import BulkOp, Document, Index, Mongo, Put, Tx
from shared.contracts.envelope import Envelope
from shared.contracts.values import Scope


def cursor_id(group: str, envelope: Envelope) -> str:
    """The key of one aggregate's cursor in one group."""
    return f"{group}|{envelope.topic}|{envelope.subject}"


@dataclass(frozen=True)
class Gap:
    """Versions of an aggregate that never came: `first` to `last`, both missing."""

    envelope: Envelope
    first: int
    last: int


@dataclass
class Sorted:
    """A batch of events sorted by what their cursors say."""

    fresh: list[Envelope] = field(default_factory=list)
    held: list[Envelope] = field(default_factory=list)
    skipped: int = 0
    gaps: list[Gap] = field(default_factory=list)


def sort_by_cursor(
    group: str, events: Iterable[Envelope], cursors: dict[str, Document], compacted: frozenset[str]
) -> Sorted:
    """Skip what was applied, hold what must wait behind a parked event, note gaps, take the rest in order.

    A gap still applies: the event carries the whole state. Compacted topics have gaps by nature.
    """
    found = Sorted()
    reached = {key: int(cursor.get("seq", 0)) for key, cursor in cursors.items()}
    for event in events:
        key = cursor_id(group, event)
        seq, cursor = reached.get(key, 0), cursors.get(key, {})
        # While an aggregate is rebuilt a jump waits: republish sends it again, after the versions before it.
        rebuilding = seq < int(cursor.get("rebuild_to", 0)) and event.sequence > seq + 1
        if event.sequence <= seq or rebuilding:
            found.skipped += 1
        elif cursor.get("held"):
            found.held.append(event)
        else:
            if event.sequence > seq + 1 and event.topic not in compacted:
                found.gaps.append(Gap(event, seq + 1, event.sequence - 1))
            found.fresh.append(event)
            reached[key] = event.sequence
    return found


class Cursors:
    """The `cursors` and `gaps` of one service's store."""

    def __init__(self, mongo: Mongo, group: str) -> None:
        self._rows, self._gaps, self.group = mongo.collection("cursors"), mongo.collection("gaps"), group

    async def prepare(self) -> None:
        """Create the indexes. Cursors have no end of life: a replay of any age has no effect."""
        await self._rows.ensure_indexes([Index(("agg",)), Index(("held",), partial={"held": True})])
        await self._gaps.ensure_indexes([Index(("agg",))])

    async def read(self, tx: Tx, events: Sequence[Envelope]) -> dict[str, Document]:
        """The cursors of a batch's aggregates."""
        keys = sorted({cursor_id(self.group, event) for event in events})
        return {row["_id"]: row for row in await self._rows.find({"_id": {"$in": keys}}, tx=tx)}

    async def advance(self, tx: Tx, events: Sequence[Envelope], gaps: Sequence[Gap]) -> None:
        """Move the cursors past what was applied and write down what is missing."""
        newest = {cursor_id(self.group, event): event for event in events}
        ops: list[BulkOp] = [
            Put({"_id": key}, {"$set": {"seq": event.sequence, "agg": event.subject, "chain": event.chain}})
            for key, event in newest.items()
        ]
        await self._rows.bulk(ops, tx=tx)
        await self._gaps.bulk([self._gap(gap) for gap in gaps], tx=tx)

    def _gap(self, gap: Gap) -> Put:
        event = gap.envelope
        row = {"group": self.group, "topic": event.topic, "agg": event.subject, "first": gap.first, "last": gap.last}
        return Put({"_id": f"{cursor_id(self.group, event)}|{gap.first}"}, {"$setOnInsert": row})

    async def hold(self, tx: Tx, event: Envelope) -> None:
        """An event of this aggregate is parked: later ones wait. The count conflicts with a redrive beside it."""
        await self._rows.update_one(
            {"_id": cursor_id(self.group, event)},
            {
                "$set": {"held": True, "agg": event.subject, "chain": event.chain},
                "$inc": {"parked": 1},
                "$setOnInsert": {"seq": 0},
            },
            upsert=True,
            tx=tx,
        )

    async def let_go(self, tx: Tx, event: Envelope) -> None:
        """One parked event of this aggregate was applied; the last one clears the hold. A cursor never goes back."""
        after = await self._rows.find_one_and_update(
            {"_id": cursor_id(self.group, event)}, {"$max": {"seq": event.sequence}, "$inc": {"parked": -1}}, tx=tx
        )
        if after and after.get("parked", 0) <= 0:
            await self._rows.update_one({"_id": after["_id"]}, {"$unset": {"held": 1, "parked": 1}}, tx=tx)

    async def forget(self, tx: Tx, scope: Scope, subject: str) -> bool:
        """Put an aggregate's cursor back, so that its events apply again from version 1 (rebuild); False: not there."""
        mine = {"agg": subject, "chain": scope.chain, "_id": {"$regex": f"^{re.escape(self.group)}\\|"}}
        rows = await self._rows.find(mine, tx=tx)
        for row in rows:
            back = {"seq": 0, "rebuild_to": row.get("seq", 0)}
            await self._rows.update_one({"_id": row["_id"]}, {"$set": back}, tx=tx)
        await self._gaps.delete_many({"agg": subject, "group": self.group}, tx=tx)
        return bool(rows)

    async def gaps(self, limit: int = 1000) -> list[Document]:
        """What is missing."""
        return await self._gaps.find({"group": self.group}, limit=limit)

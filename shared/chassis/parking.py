"""Parked records: what could not be applied, kept whole until an operator redrives it."""

import datetime as dt

from aiokafka import ConsumerRecord

from shared.chassis.mongo import Binary, Document, Index, Mongo, Tx
from shared.contracts.cards import mask_cards
from shared.contracts.envelope import Envelope
from shared.contracts.values import SYSTEM_CHAIN, Scope

__all__ = ["ConsumerRecord", "Parking"]


def _headers(record: "ConsumerRecord[bytes, bytes]", unreadable: bool) -> list[list[object]]:
    return [[str(name), _kept(value, unreadable)] for name, value in record.headers]


def _kept(value: bytes | None, unreadable: bool) -> Binary | None:
    """The bytes as they came; those of an unreadable record without card numbers."""
    if value is None or not unreadable:
        return Binary(value) if value is not None else None
    return Binary(mask_cards(value.decode(errors="surrogateescape")).encode(errors="surrogateescape"))


class Parking:
    """The `parked` rows of one group."""

    def __init__(self, mongo: Mongo, group: str) -> None:
        self._mongo, self._rows, self.group = mongo, mongo.collection("parked"), group

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._rows.ensure_indexes([Index(("group", "st", "agg", "ver"))])

    async def park(
        self,
        tx: Tx,
        record: "ConsumerRecord[bytes, bytes]",
        event: Envelope | None,
        reason: str,
        now: dt.datetime,
        *,
        waits: bool = False,
        unread: bool = False,
    ) -> bool:
        """Keep one record; False when it is kept already (the record was delivered again).

        `unread`: this version cannot read its event; a newer one may.
        """
        unreadable = event is None  # nobody will ever apply it: what it holds of cards is not worth keeping
        row: Document = {
            "group": self.group,
            "topic": record.topic,
            "key": _kept(record.key, unreadable),
            "headers": _headers(record, unreadable),
            "value": _kept(record.value, unreadable),
            "agg": event.subject if event else None,
            "ver": event.sequence if event else None,
            "chain": event.chain if event else None,
            "waits": waits,
            "unread": unread,
            "reason": reason,
            "at": now,
            "st": "parked",
        }
        where = f"{self.group}|{record.topic}|{record.partition}|{record.offset}"
        if await self._rows.find_one({"_id": where}, tx=tx):
            return False
        await self._rows.insert_one({"_id": where, **row}, tx=tx)
        return True

    async def waiting(self, scope: Scope, subject: str | None = None, limit: int = 1000) -> list[Document]:
        """Parked rows of a chain's aggregate, or all of them, in the order to redrive them."""
        wanted: Document = {"group": self.group, "st": "parked"} | ({"agg": subject} if subject else {})
        wanted |= {} if scope.chain == SYSTEM_CHAIN else {"chain": {"$in": [scope.chain, None]}}
        return await self._rows.find(wanted, sort=[("agg", 1), ("ver", 1)], limit=limit)

    async def unready(self) -> list[str]:
        """Aggregates whose first parked event only waits for something not heard of yet."""
        found: list[str] = await self._rows.distinct("agg", {"group": self.group, "st": "parked", "waits": True})
        return found

    async def unread(self) -> list[str]:
        """Aggregates of which an event is parked that the version which parked it could not read."""
        found: list[str] = await self._rows.distinct("agg", {"group": self.group, "st": "parked", "unread": True})
        return found

    async def count(self) -> int:
        """How many wait."""
        return await self._rows.count({"group": self.group, "st": "parked"})

    async def claim(self, tx: Tx, row: Document) -> bool:
        """Mark one row as redriven; False when somebody else did."""
        after = await self._rows.update_one({"_id": row["_id"], "st": "parked"}, {"$set": {"st": "redriven"}}, tx=tx)
        return after == 1

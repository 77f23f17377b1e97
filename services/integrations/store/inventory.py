"""The days of each property as they were last published."""

import datetime as dt
from collections.abc import Sequence

from shared.chassis.mongo import Mongo, Put, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.identity import system
from shared.contracts.inventory import InventoryDay, InventoryEvent
from shared.contracts.values import Scope

ME = system("integrations")


class InventoryStore:
    """The `inventory` of this service."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo, self._outbox = mongo, outbox
        self._rows = mongo.collection("inventory")

    async def days(self, scope: Scope, property_id: str, first: dt.date, last: dt.date) -> dict[dt.date, InventoryDay]:
        """The published days of one property, by day."""
        ids = {"$gte": f"{property_id}:{first.isoformat()}", "$lte": f"{property_id}:{last.isoformat()}"}
        rows = await self._rows.find({"_id": ids, "chain": scope.chain})
        found = [InventoryDay.model_validate(row["body"]) for row in rows]
        return {one.day: one for one in found}

    async def publish(
        self, scope: Scope, days: Sequence[InventoryDay], now: dt.datetime, provenance: Provenance
    ) -> None:
        """Save days with their events; one written by another replica meanwhile raises Duplicate."""

        async def work(tx: Tx) -> None:
            ops = [
                Put({"_id": day.id}, {"$set": {"chain": scope.chain, "prop": day.property_id, "body": _body(day)}})
                for day in days
            ]
            await self._rows.bulk(ops, tx=tx)
            await self._outbox.append(tx, [_told(scope.chain, day, now) for day in days], provenance)

        await self._mongo.run(work)


def _body(day: InventoryDay) -> dict[str, object]:
    return day.model_dump(mode="json")


def _told(chain: str, day: InventoryDay, now: dt.datetime) -> NewEvent:
    return NewEvent(
        type="inventory.changed.v1",
        chain=chain,
        property_id=day.property_id,
        subject=day.id,
        sequence=day.version,
        time=now,
        body=InventoryEvent(actor=ME, inventory=day),
    )

"""The in-house loyalty ledger in MongoDB: each entry numbered by guest, so that two never follow the same one."""

from collections.abc import Sequence

from services.records.domain.points import Account, Entry, account_after
from shared.chassis.mongo import Document, Mongo, Tx
from shared.contracts.stays import Stay
from shared.contracts.values import Scope


def _entry(row: Document) -> Entry:
    return Entry.model_validate(row["entry"])


class MongoLoyalty:
    """The `loyalty` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows, self._stays = mongo.collection("loyalty"), mongo.collection("stays")

    async def account(self, scope: Scope, guest_id: str, tx: Tx | None = None) -> Account:
        """How a guest stands; nothing moved yet is an empty account."""
        wanted = {"chain": scope.chain, "guest_id": guest_id}
        row = await self._rows.find_one(wanted, sort=[("seq", -1)], tx=tx)
        return account_after(_entry(row)) if row else Account(guest_id)

    async def entry(self, scope: Scope, key: str, tx: Tx | None = None) -> Entry | None:
        """The entry of one close."""
        row = await self._rows.find_one({"chain": scope.chain, "key": key}, tx=tx)
        return _entry(row) if row else None

    async def of_stay(self, scope: Scope, guest_id: str, stay_id: str, tx: Tx | None = None) -> Sequence[Entry]:
        """What was moved in one stay."""
        wanted = {"chain": scope.chain, "guest_id": guest_id, "entry.stay_id": stay_id}
        return [_entry(row) for row in await self._rows.find(wanted, sort=[("seq", 1)], tx=tx)]

    async def page(self, scope: Scope, guest_id: str, before: int | None, limit: int) -> list[Entry]:
        """A guest's entries, newest first, before one of them."""
        wanted: Document = {"chain": scope.chain, "guest_id": guest_id}
        wanted |= {"seq": {"$lt": before}} if before is not None else {}
        return [_entry(row) for row in await self._rows.find(wanted, sort=[("seq", -1)], limit=limit)]

    async def add(self, scope: Scope, entries: Sequence[Entry], tx: Tx) -> None:
        """Add entries; a number or a key that is taken makes the transaction fail."""
        rows = [
            {
                "_id": f"{scope.chain}|{each.guest_id}|{each.seq}",
                "chain": scope.chain,
                "guest_id": each.guest_id,
                "seq": each.seq,
                "key": each.key,
                "entry": each.model_dump(mode="json"),
            }
            for each in entries
        ]
        await self._rows.insert_many(rows, tx=tx)

    async def latest_stay(self, scope: Scope, guest_id: str) -> Stay | None:
        """The guest's latest stay in these properties, which says their tier."""
        wanted: Document = {"chain": scope.chain, "stay.guest_id": guest_id}
        if scope.properties is not None:
            wanted["stay.property_id"] = {"$in": sorted(scope.properties)}
        row = await self._stays.find_one(wanted, sort=[("stay.arrival", -1), ("_id", 1)])
        return Stay.model_validate(row["stay"]) if row else None

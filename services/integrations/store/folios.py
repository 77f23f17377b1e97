"""The folio ledger of hotels whose PMS takes no charges: one line a key, for ever."""

from services.integrations.domain.postings import Charge
from services.integrations.ports import Posted
from shared.chassis.mongo import Duplicate, Mongo
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.values import Scope


class FolioStore:
    """The `folio` lines of this service."""

    def __init__(self, mongo: Mongo) -> None:
        self._lines = mongo.collection("folio")

    async def post(self, scope: Scope, charge: Charge) -> Posted:
        """Write a line once; the same key again answers the same. Another content under it is a `conflict`."""
        folio = f"F-{charge.stay_id or charge.property_id}"
        line = {
            "_id": charge.key,
            "chain": scope.chain,
            "prop": charge.property_id,
            "stay": charge.stay_id,
            "folio": folio,
            "kind": charge.kind.value,
            "amount": charge.amount.model_dump(),
            "on_balance": charge.on_balance,
            "at": charge.at,
        }
        try:
            await self._lines.insert_one(line)
        except Duplicate:
            there = await self._lines.find_one({"_id": charge.key, "chain": scope.chain})
            if there is None or there["amount"] != line["amount"]:
                raise AppError(
                    ErrorKind.CONFLICT, "charge_differs", "Another charge was posted under this key."
                ) from None
        return Posted(folio, charge.key)

    async def posted(self, scope: Scope, stay_id: str) -> int:
        """What our lines add to a stay's balance, in minor units."""
        found = await self._lines.aggregate(
            [
                {"$match": {"stay": stay_id, "chain": scope.chain}},
                {"$group": {"_id": None, "sum": {"$sum": "$on_balance"}}},
            ]
        )
        return int(found[0]["sum"]) if found else 0

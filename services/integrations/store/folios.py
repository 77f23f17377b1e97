"""The folio ledger of hotels whose PMS takes no charges: one line a key, for ever."""

import datetime as dt
from collections.abc import Sequence

from services.integrations.domain.postings import Charge, FolioLine
from services.integrations.domain.reconciling import ON_FOLIO, Movement
from services.integrations.ports import Posted
from shared.chassis.mongo import Document, Duplicate, Mongo
from shared.contracts.errors import AppError, ErrorKind
from shared.contracts.records import LineKind
from shared.contracts.values import Money, Scope


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

    async def of_stays(self, scope: Scope, stay_ids: Sequence[str]) -> list[FolioLine]:
        """What was posted for these stays, oldest first."""
        rows = await self._lines.find({"stay": {"$in": list(stay_ids)}, "chain": scope.chain}, sort=[("at", 1)])
        return [_line(row) for row in rows]

    async def movements(self, scope: Scope, property_id: str, since: dt.datetime, until: dt.datetime) -> list[Movement]:
        """What stands on a hotel's folios from a stretch of time, for matching; a house's own cost stands on none."""
        wanted = {"prop": property_id, "chain": scope.chain, "at": {"$gte": since, "$lt": until}}
        rows = await self._lines.find(wanted | {"kind": {"$ne": LineKind.COST.value}}, sort=[("_id", 1)])
        return [_movement(row) for row in rows]

    async def posted(self, scope: Scope, stay_id: str) -> int:
        """What our lines add to a stay's balance, in minor units."""
        found = await self._lines.aggregate(
            [
                {"$match": {"stay": stay_id, "chain": scope.chain}},
                {"$group": {"_id": None, "sum": {"$sum": "$on_balance"}}},
            ]
        )
        return int(found[0]["sum"]) if found else 0


def _movement(row: Document) -> Movement:
    return Movement(
        on="folio",
        reference=row["_id"],
        key=row["_id"],
        kind=ON_FOLIO[LineKind(row["kind"])],
        amount=Money(**row["amount"]),
        stay_id=row["stay"],
        at=row["at"],
    )


def _line(row: Document) -> FolioLine:
    amount = Money(**row["amount"])
    return FolioLine(stay_id=row["stay"], folio=row["folio"], kind=row["kind"], amount=amount, at=row["at"])

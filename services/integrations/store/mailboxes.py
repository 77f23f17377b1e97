"""How far each inbox was read."""

from services.integrations.ports.mail import BoxMark
from shared.chassis.mongo import Mongo
from shared.contracts.values import Scope


class BoxMarkStore:
    """The `mailboxes` of this service."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("mailboxes")

    async def find(self, scope: Scope, name: str) -> BoxMark | None:
        """Where a box stands; None when it was never read."""
        row = await self._rows.find_one({"_id": f"{scope.chain}|{name}"})
        return BoxMark(row["validity"], row["next"]) if row else None

    async def keep(self, scope: Scope, name: str, mark: BoxMark) -> None:
        """Note where it stands now."""
        fields = {"chain": scope.chain, "validity": mark.validity, "next": mark.next_uid}
        await self._rows.update_one({"_id": f"{scope.chain}|{name}"}, {"$set": fields}, upsert=True)

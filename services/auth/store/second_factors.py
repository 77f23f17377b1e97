"""Second factors: sealed secrets, used steps and digests of recovery codes."""

from services.auth.domain.second_factor import SecondFactor
from shared.chassis.mongo import Document, Duplicate, Mongo
from shared.contracts.values import Scope


def _row(factor: SecondFactor) -> Document:
    return factor.model_dump(exclude={"staff_id"})


class MongoSecondFactors:
    """One document for each person who has one."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("second_factors")

    async def find(self, scope: Scope, staff_id: str) -> SecondFactor | None:
        """A person's factor, confirmed or not."""
        row = await self._rows.find_one({"_id": staff_id, "chain": scope.chain})
        return SecondFactor(staff_id=row.pop("_id"), **row) if row else None

    async def begin(self, scope: Scope, factor: SecondFactor) -> bool:
        """Keep an unconfirmed factor in place of another such; False when a confirmed one stands."""
        known = {"_id": factor.staff_id, "chain": scope.chain, "confirmed": False}
        try:
            return await self._rows.update_one(known, {"$set": _row(factor)}, upsert=True) == 1
        except Duplicate:
            return False

    async def use(self, scope: Scope, before: SecondFactor, after: SecondFactor) -> bool:
        """Replace what was read; False when somebody else used it meanwhile."""
        known = {"_id": before.staff_id, **_row(before), "recovery": list(before.recovery), "chain": scope.chain}
        return await self._rows.update_one(known, {"$set": _row(after)}) == 1

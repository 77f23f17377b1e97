"""Who was lent rights, found on the people themselves: there is no second place where a delegation stands."""

from services.auth.store.directory import working
from shared.chassis.mongo import Document, Mongo
from shared.contracts.staff import StaffMember
from shared.contracts.values import Scope

MOST = 1000


class MongoDelegations:
    """Reads the directory's rows by what was lent."""

    def __init__(self, mongo: Mongo) -> None:
        self._staff = mongo.collection("staff")

    async def lent_by(self, scope: Scope, lender: str) -> list[StaffMember]:
        """Whom somebody lent rights to."""
        return await self._found({"chain": scope.chain, "body.delegations.lender": lender})

    async def holding(self, scope: Scope, delegation_id: str) -> StaffMember | None:
        """Whom one delegation was given to."""
        wanted = working(scope) | {"body.delegations.id": delegation_id}
        found = await self._found(wanted)
        return found[0] if found else None

    async def borrowers(self, scope: Scope) -> list[StaffMember]:
        """Everybody in scope who was lent something."""
        return await self._found(working(scope) | {"body.delegations.id": {"$exists": True}})

    async def borrowing(self, scope: Scope) -> list[StaffMember]:
        """Everybody of every chain who was lent something; only auth's own job asks."""
        return await self._found({"body.delegations.id": {"$exists": True}})

    async def _found(self, wanted: Document) -> list[StaffMember]:
        rows = await self._staff.find(wanted, sort=[("_id", 1)], limit=MOST)
        return [StaffMember.model_validate(row["body"]) for row in rows]

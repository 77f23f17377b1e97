"""The links by which calendars read rotas."""

from shared.chassis.mongo import Mongo, Tx
from shared.contracts.values import Scope


class MongoRotaLinks:
    """One document for each person who has one; its id is the digest of the token."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo, self._rows = mongo, mongo.collection("rota_links")

    async def keep(self, scope: Scope, staff_id: str, digest: str) -> None:
        """Keep a new link; the one before it is good no more."""

        async def work(tx: Tx) -> None:
            mine = {"chain": scope.chain, "staff_id": staff_id}
            await self._rows.delete_many(mine, tx=tx)
            await self._rows.insert_one({"_id": digest, **mine}, tx=tx)

        await self._mongo.run(work)

    async def drop(self, scope: Scope, staff_id: str) -> None:
        """End the link."""
        await self._rows.delete_many({"chain": scope.chain, "staff_id": staff_id})

    async def owner(self, scope: Scope, digest: str) -> tuple[str, str] | None:
        """Chain and staff id of a link, whatever the scope: the token alone says whose it is."""
        row = await self._rows.find_one({"_id": digest})
        return (row["chain"], row["staff_id"]) if row else None

"""The links by which calendars read rotas."""

import datetime as dt

from shared.chassis.mongo import Mongo, Tx
from shared.contracts.staff import StaffMember
from shared.contracts.values import Scope, iso

MOST = 100


class MongoRotaLinks:
    """One document for each person who has one; its id is the digest of the token."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo, self._rows, self._staff = mongo, mongo.collection("rota_links"), mongo.collection("staff")

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

    async def missing(self, scope: Scope, now: dt.datetime) -> list[StaffMember]:
        """Who was missing in a shift that is over by now, of every chain: only auth's own job asks."""
        past = {"missed.over": False, "missed.end": {"$lte": iso(now)}}
        rows = await self._staff.find({"body.absences": {"$elemMatch": past}}, limit=MOST)
        return [StaffMember.model_validate(row["body"]) for row in rows]

    async def owner(self, scope: Scope, digest: str) -> tuple[str, str] | None:
        """Chain and staff id of a link, whatever the scope: the token alone says whose it is."""
        row = await self._rows.find_one({"_id": digest})
        return (row["chain"], row["staff_id"]) if row else None

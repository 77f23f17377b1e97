"""How each hotel's PMS does, for all replicas and for people to see."""

import datetime as dt

from services.integrations.domain.endpoints import Endpoint
from shared.chassis.mongo import Document, Mongo
from shared.contracts.values import SYSTEM_CHAIN, Scope

SELDOM = dt.timedelta(seconds=10)
"""That all is well is written down no more often."""


class EndpointStore:
    """The `endpoints` of this service: one document for each connected hotel that was ever called."""

    def __init__(self, mongo: Mongo, name: str = "endpoints") -> None:
        self._rows = mongo.collection(name)

    async def find(self, scope: Scope, property_id: str) -> Endpoint:
        """One hotel's PMS; one that was never called has never failed."""
        row = await self._rows.find_one({"_id": property_id})
        return _endpoint(row) if row else Endpoint(property_id)

    async def failing(self, scope: Scope) -> list[Endpoint]:
        """The hotels whose PMS fails again and again; the system's scope sees every chain's."""
        wanted: Document = {"open_until": {"$ne": None}}
        wanted |= {} if scope.chain == SYSTEM_CHAIN else {"chain": scope.chain}
        return [_endpoint(row) for row in await self._rows.find(wanted)]

    async def failed(self, scope: Scope, property_id: str, code: str, now: dt.datetime) -> Endpoint:
        """Note a call that did not get through."""
        return await self._save(scope, (await self.find(scope, property_id)).failed(code, now))

    async def worked(self, scope: Scope, property_id: str, now: dt.datetime) -> None:
        """Note a call that got through, where that is news."""
        before = await self.find(scope, property_id)
        if before.failures or before.worked_at is None or now - before.worked_at > SELDOM:
            await self._save(scope, before.worked(now))

    async def _save(self, scope: Scope, after: Endpoint) -> Endpoint:
        # Two that fail at once may count once: it opens one call later.
        fields = {name: value for name, value in vars(after).items() if name != "property_id"}
        update = {"$set": {**fields, "chain": scope.chain}}
        await self._rows.update_one({"_id": after.property_id}, update, upsert=True)
        return after


def _endpoint(row: Document) -> Endpoint:
    names = ("failures", "open_until", "failure", "failed_at", "worked_at")
    return Endpoint(row["_id"], **{name: row[name] for name in names})

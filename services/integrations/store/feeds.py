"""What was last told of each hotel's PMS."""

from shared.chassis.mongo import Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.feeds import Feed
from shared.contracts.values import Scope


class FeedStore:
    """The `feeds` of this service: one document for each connected hotel that was ever called."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo, self._outbox = mongo, outbox
        self._rows = mongo.collection("feeds")

    async def find(self, scope: Scope, property_id: str) -> Feed | None:
        """What was last told of one hotel."""
        row = await self._rows.find_one({"_id": property_id, "chain": scope.chain})
        return Feed.model_validate(row["body"]) if row else None

    async def publish(self, scope: Scope, feed: Feed, event: NewEvent, provenance: Provenance) -> None:
        """Keep it with its event; one that another replica told meanwhile raises Duplicate."""

        async def work(tx: Tx) -> None:
            kept = {"$set": {"chain": scope.chain, "body": feed.model_dump(mode="json")}}
            await self._rows.update_one({"_id": feed.property_id}, kept, upsert=True, tx=tx)
            await self._outbox.append(tx, [event], provenance)

        await self._mongo.run(work)

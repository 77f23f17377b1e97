"""The policy of each chain and the events that publish policies and keys."""

from services.auth.domain.policy_edits import Edit
from services.auth.domain.policy_versions import PolicyVersion
from shared.chassis.mongo import Duplicate, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.policy import PolicySnapshot
from shared.contracts.values import Scope


class MongoPolicies:
    """One document per chain: the newest version. Earlier ones are in its events."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo, self._outbox, self._rows = mongo, outbox, mongo.collection("policies")
        self._heads, self._versions = mongo.collection("policy_heads"), mongo.collection("policy_versions")

    async def policy(self, scope: Scope) -> PolicySnapshot | None:
        """The newest version."""
        row = await self._rows.find_one({"_id": scope.chain})
        return PolicySnapshot.model_validate(row["body"]) if row else None

    async def edits(self, scope: Scope) -> tuple[Edit, ...]:
        """What the chain lays over the policy that every chain starts with."""
        head = await self._heads.find_one({"_id": scope.chain})
        approved = head["body"]["approved"] if head else 0
        row = await self._versions.find_one({"_id": f"{scope.chain}|{approved}", "chain": scope.chain})
        return PolicyVersion.model_validate(row["body"]).edits if row else ()

    async def save(self, scope: Scope, snapshot: PolicySnapshot, event: NewEvent) -> bool:
        """Write a version with its event; False when that version exists already."""
        body = {"ver": snapshot.version, "body": snapshot.model_dump(mode="json")}

        async def work(tx: Tx) -> None:
            await self._outbox.append(tx, [event], Provenance.fresh(event.subject))
            await self._rows.update_one({"_id": scope.chain}, {"$set": body}, upsert=True, tx=tx)

        try:
            await self._mongo.run(work)
        except Duplicate:
            return False
        return True

    async def publish_once(self, scope: Scope, event: NewEvent) -> bool:
        """Write an event that has no other state; False when it was written before."""
        return await self._outbox.append_once(event, Provenance.fresh(event.subject), self._mongo)

    async def versions(self, scope: Scope) -> dict[str, int]:
        """The policy version of every chain, whatever the scope: the heartbeat tells them."""
        return {row["_id"]: row["ver"] for row in await self._rows.find({}, projection={"ver": 1})}

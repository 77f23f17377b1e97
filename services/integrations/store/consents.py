"""What guests agree to be sent, in MongoDB: ids and codes only, each change with its event."""

from collections.abc import Sequence

from services.integrations.domain.consents import Given, told
from services.integrations.ports.consents import Decide
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.identity import Actor
from shared.contracts.messages import Consent
from shared.contracts.values import Scope


class ConsentStore:
    """The `consents` of this service."""

    def __init__(self, mongo: Mongo, outbox: Outbox, idempotency: Idempotency) -> None:
        self._mongo, self._outbox, self._idempotency = mongo, outbox, idempotency
        self._rows = mongo.collection("consents")

    async def of_guest(self, scope: Scope, guest_id: str) -> list[Consent]:
        """Everything a guest said, by channel."""
        rows = await self._rows.find({"guest": guest_id, "chain": scope.chain}, sort=[("_id", 1)])
        return [Consent.model_validate(row["body"]) for row in rows]

    async def given(self, scope: Scope, guest_id: str) -> Given:
        """The same as a look-up."""
        return {(one.channel, one.purpose): one.given for one in await self.of_guest(scope, guest_id)}

    async def say(
        self, scope: Scope, consent_id: str, decide: Decide, actor: Actor, ctx: CommandContext
    ) -> Consent | None:
        """Keep what was said, once for its Idempotency-Key; None when it was so already."""

        async def work(tx: Tx) -> Consent | None:
            after = await self._decided(tx, scope, consent_id, decide, actor, ctx.provenance)
            await self._idempotency.keep(tx, ctx, 200, consent_id, after.version if after else 1)
            return after

        return await self._mongo.run(work)

    async def hear(
        self, scope: Scope, tx: Tx, said: Sequence[tuple[str, Decide]], actor: Actor, provenance: Provenance
    ) -> None:
        """Keep what an event says, in its consumer's transaction."""
        for consent_id, decide in said:
            await self._decided(tx, scope, consent_id, decide, actor, provenance)

    async def _decided(
        self, tx: Tx, scope: Scope, consent_id: str, decide: Decide, actor: Actor, provenance: Provenance
    ) -> Consent | None:
        row = await self._rows.find_one({"_id": consent_id, "chain": scope.chain}, tx=tx)
        after = decide(Consent.model_validate(row["body"]) if row else None)
        if after is None:
            return None
        named = {"chain": scope.chain, "prop": after.property_id, "guest": after.guest_id, "ver": after.version}
        kept = {"$set": named | {"body": after.model_dump(mode="json")}}
        await self._rows.update_one({"_id": consent_id}, kept, upsert=True, tx=tx)
        await self._outbox.append(tx, [told(scope.chain, after, actor)], provenance)
        return after

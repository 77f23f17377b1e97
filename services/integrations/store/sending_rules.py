"""How places send to guests, and which ways out are left alone for a while."""

import datetime as dt

from services.integrations.domain.sending_rules import CHAIN, KeptRules, SendingRules, rules_told
from services.integrations.store.endpoints import EndpointStore
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.contracts.errors import conflict
from shared.contracts.values import Scope


class SendingRulesStore:
    """The `sending_rules` of this service: one document for each place that has its own."""

    def __init__(self, mongo: Mongo, outbox: Outbox, idempotency: Idempotency) -> None:
        self._mongo, self._outbox, self._idempotency = mongo, outbox, idempotency
        self._rows = mongo.collection("sending_rules")

    async def find(self, scope: Scope, place: str) -> KeptRules:
        """A place's own; version 0 where it has none."""
        row = await self._rows.find_one({"_id": f"{scope.chain}|{place}", "chain": scope.chain})
        return KeptRules.model_validate(row["body"]) if row else KeptRules(chain=scope.chain, place=place)

    async def rules(self, scope: Scope, property_id: str) -> SendingRules:
        """What holds at a hotel: its own, else its chain's, else what every house starts with."""
        own = await self.find(scope, property_id)
        return own.rules if own.version else (await self.find(scope, CHAIN)).rules

    async def save(self, scope: Scope, after: KeptRules, ctx: CommandContext, now: dt.datetime) -> None:
        """Keep a place's rules with the event, once for the caller's key; 409 when they moved on."""

        async def work(tx: Tx) -> None:
            await self._idempotency.keep(tx, ctx, 200, after.place, after.version)
            named = {"_id": f"{scope.chain}|{after.place}", "chain": scope.chain}
            fields = {"place": after.place, "version": after.version, "body": after.model_dump(mode="json")}
            if after.version == 1:
                await self._rows.insert_one(named | fields, tx=tx)
            elif not await self._rows.update_one(named | {"version": after.version - 1}, {"$set": fields}, tx=tx):
                raise conflict("version_moved_on", "Somebody else has changed these at the same moment.")
            await self._outbox.append(tx, [rules_told(after, ctx.principal.actor, now)], ctx.provenance)

        await self._mongo.run(work)


class WayBreakers:
    """The `message_endpoints` of this service: one for each channel of each hotel that ever failed."""

    def __init__(self, mongo: Mongo) -> None:
        self._ways = EndpointStore(mongo, "message_endpoints")

    async def open_until(self, scope: Scope, way: str, now: dt.datetime) -> dt.datetime | None:
        """Until when a way is left alone; None: it may be used."""
        one = await self._ways.find(scope, way)
        return None if one.closed(now) else one.open_until

    async def failed(self, scope: Scope, way: str, code: str, now: dt.datetime) -> None:
        """Note a call that did not get through; being asked to wait is none."""
        if code != "throttled":
            await self._ways.failed(scope, way, code, now)

    async def worked(self, scope: Scope, way: str, now: dt.datetime) -> None:
        """Note a call that got through."""
        await self._ways.worked(scope, way, now)

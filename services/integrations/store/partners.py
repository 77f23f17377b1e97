"""Partners and their subscriptions in MongoDB, each version with its event in the same transaction."""

import datetime as dt
from collections.abc import Sequence

from services.integrations.domain.deliveries import PREFIX, Answer
from services.integrations.domain.partners import RECEIVING, Partner, Standing, Subscription
from services.integrations.ports.partners import Seal
from shared.chassis.commands import CommandContext
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import Document, Duplicate, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.errors import conflict
from shared.contracts.values import SYSTEM_CHAIN, Scope

_RECEIVING = sorted(standing.value for standing in RECEIVING)


class PartnerStore:
    """The `partners` and `subscriptions` of this service. How an endpoint fares stands beside the version.

    Signing secrets lie sealed: a copy of the database alone signs nothing in our name.
    """

    def __init__(self, mongo: Mongo, outbox: Outbox, idempotency: Idempotency, seal: Seal) -> None:
        self._seal = seal
        self._mongo, self._outbox, self._idempotency = mongo, outbox, idempotency
        self._partners, self._rows = mongo.collection("partners"), mongo.collection("subscriptions")

    async def partner(self, scope: Scope, partner: str) -> Partner | None:
        """One partner of the chain."""
        row = await self._partners.find_one({"_id": f"{scope.chain}|{partner}"})
        return _partner(row) if row else None

    async def of_account(self, scope: Scope, account_id: str) -> Partner | None:
        """The partner that a program speaks for."""
        row = await self._partners.find_one({"chain": scope.chain, "account": account_id, "open": True})
        return _partner(row) if row else None

    async def partners(self, scope: Scope) -> list[Partner]:
        """Every partner of the chain, by id."""
        return [_partner(row) for row in await self._partners.find({"chain": scope.chain}, sort=[("_id", 1)])]

    async def save_partner(self, scope: Scope, partner: Partner, event: NewEvent, ctx: CommandContext) -> None:
        """Keep a version of a partner; another one of that version is a conflict."""
        row = {
            "chain": scope.chain,
            "account": partner.account_id,
            "open": not partner.closed,
            "version": partner.version,
            "body": partner.model_dump(mode="json"),
        }
        mine = {"_id": f"{scope.chain}|{partner.id}"}

        async def work(tx: Tx) -> None:
            await self._idempotency.keep(tx, ctx, 201 if partner.version == 1 else 200, partner.id, partner.version)
            if partner.version == 1:
                await self._partners.insert_one({**mine, **row}, tx=tx)
            elif not await self._partners.update_one({**mine, "version": partner.version - 1}, {"$set": row}, tx=tx):
                raise conflict("partner_moved_on", "Somebody else has changed this partner at the same moment.")
            if partner.closed:
                theirs = {"chain": scope.chain, "partner": partner.id, "standing": {"$in": _RECEIVING}}
                ended = {"standing": Standing.ENDED.value, "body.standing": Standing.ENDED.value}
                await self._rows.update_many(theirs, {"$set": ended | {"body.why": "partner_closed"}}, tx=tx)
            await self._outbox.append(tx, [event], ctx.provenance)

        try:
            await self._mongo.run(work)
        except Duplicate:
            if partner.version == 1 and await self.partner(scope, partner.id):
                raise conflict("partner_exists", "There is a partner of this name.") from None
            raise

    async def subscription(self, scope: Scope, partner: str, subscription_id: str) -> Subscription | None:
        """One subscription of a partner."""
        row = await self._rows.find_one({"_id": subscription_id, "chain": scope.chain, "partner": partner})
        return self._subscription(row) if row else None

    async def subscriptions(self, scope: Scope, partner: str) -> list[Subscription]:
        """Those of a partner that have not ended, oldest first."""
        wanted = {"chain": scope.chain, "partner": partner, "standing": {"$in": _RECEIVING}}
        return [self._subscription(row) for row in await self._rows.find(wanted, sort=[("_id", 1)])]

    async def save(self, scope: Scope, one: Subscription, event: NewEvent, ctx: CommandContext, status: int) -> None:
        """Keep a version of a subscription; another one of that version is a conflict."""

        async def work(tx: Tx) -> None:
            await self._idempotency.keep(tx, ctx, status, one.id, one.version)
            await self._keep(tx, scope, one)
            await self._outbox.append(tx, [event], ctx.provenance)

        await self._mongo.run(work)

    async def _keep(self, tx: Tx, scope: Scope, one: Subscription) -> None:
        if one.version == 1:
            await self._rows.insert_one(
                {**self._row(one), "numbers": 0, "listed": "", "since": None, "failures": 0}, tx=tx
            )
            return
        mine = {"_id": one.id, "chain": scope.chain, "version": one.version - 1}
        fresh = {"since": None, "failures": 0} if one.standing is Standing.ACTIVE else {}
        if not await self._rows.update_one(mine, {"$set": self._row(one) | fresh}, tx=tx):
            raise conflict("subscription_moved_on", "Somebody else has changed this subscription at the same moment.")

    async def disable(self, scope: Scope, one: Subscription, event: NewEvent, provenance: Provenance) -> bool:
        """Keep that it is called no more; False when it changed meanwhile."""

        async def work(tx: Tx) -> bool:
            mine = {"_id": one.id, "chain": scope.chain, "version": one.version - 1}
            if not await self._rows.update_one(mine, {"$set": self._row(one)}, tx=tx):
                return False
            await self._outbox.append(tx, [event], provenance)
            return True

        return await self._mongo.run(work)

    async def receiving(self, scope: Scope, tx: Tx, chains: Sequence[str]) -> list[Subscription]:
        """Every subscription that events are written down for."""
        wanted = {"chain": {"$in": sorted(chains)}, "standing": {"$in": _RECEIVING}}
        return [self._subscription(row) for row in await self._rows.find(wanted, sort=[("_id", 1)], tx=tx)]

    async def standing(self, scope: Scope) -> list[Subscription]:
        """Those that are being started or are active, of every chain."""
        wanted: Document = {"standing": {"$in": [Standing.STARTING.value, Standing.ACTIVE.value]}}
        wanted |= {} if scope.chain == SYSTEM_CHAIN else {"chain": scope.chain}
        return [self._subscription(row) for row in await self._rows.find(wanted, sort=[("_id", 1)])]

    async def note_health(self, scope: Scope, subscription_id: str, answer: Answer, now: dt.datetime) -> None:
        """Whether an endpoint took something: since when it has not, and how often in a row."""
        mine: Document = {"_id": subscription_id, "chain": scope.chain}
        if answer.taken:
            await self._rows.update_one({**mine, "failures": {"$gt": 0}}, {"$set": {"since": None, "failures": 0}})
            return
        worse = {"since": {"$ifNull": ["$since", now]}, "failures": {"$add": ["$failures", 1]}}
        await self._rows.update_one(mine, [{"$set": worse}])

    async def reseal(self, scope: Scope) -> int:
        """Seal every signing secret under the newest key, those from before they were sealed too; how many rows."""
        wanted: Document = {"body.secrets.0": {"$exists": True}}
        wanted |= {} if scope.chain == SYSTEM_CHAIN else {"chain": scope.chain}
        done = 0
        for row in await self._rows.find(wanted):
            if all(self._seal.newest(one["value"]) for one in row["body"]["secrets"]):
                continue
            sealed = self._row(self._subscription(row))["body"]["secrets"]
            mine = {"_id": row["_id"], "chain": row["chain"], "version": row["version"]}
            done += await self._rows.update_one(mine, {"$set": {"body.secrets": sealed}})
        return done

    def _row(self, one: Subscription) -> Document:
        body = one.model_dump(mode="json", exclude={"failing_since", "failures"})
        body["secrets"] = [each | {"value": self._seal.close(each["value"], one.id)} for each in body["secrets"]]
        return {
            "_id": one.id,
            "chain": one.chain,
            "partner": one.partner,
            "standing": one.standing.value,
            "version": one.version,
            "body": body,
        }

    def _subscription(self, row: Document) -> Subscription:
        secrets = [each | {"value": self._opened(each["value"], row["_id"])} for each in row["body"]["secrets"]]
        more = {"failing_since": row["since"], "failures": row["failures"], "secrets": secrets}
        return Subscription.model_validate(row["body"] | more)

    def _opened(self, value: str, about: str) -> str:
        # One from before secrets were sealed is readable as it lies, until `reseal` has come by.
        return value if value.startswith(PREFIX) else self._seal.open(value, about)


def _partner(row: Document) -> Partner:
    return Partner.model_validate(row["body"])

"""Keeps notifications and the log of what became of each notice."""

from collections.abc import Sequence

from services.alerts.domain.notice import Delivery, Notice
from services.alerts.ports import InboxItem, Page
from services.alerts.store.alerts import live_of
from services.alerts.store.scoping import within
from shared.chassis.mongo import BulkOp, Document, Mongo, Put, Tx
from shared.contracts.alerts import Severity
from shared.contracts.values import Instant, Scope, derived_id

PENDING = "pending"
_RANKS = {severity: rank for rank, severity in enumerate(reversed(Severity))}
"""The gravest goes first."""


class MongoNotices:
    """The `notifications`, `rings` and `notices` collections."""

    def __init__(self, mongo: Mongo) -> None:
        self._sent, self._rings = mongo.collection("notifications"), mongo.collection("rings")
        self._log, self._alerts = mongo.collection("notices"), mongo.collection("alerts")

    async def sent(self, scope: Scope, alert_ids: Sequence[str], tx: Tx) -> frozenset[str]:
        """Ids of the deliveries of these alerts."""
        wanted = {"alert": {"$in": sorted(set(alert_ids))}, **within(scope)}
        rows = await self._sent.find(wanted, projection={"_id": 1}, tx=tx)
        return frozenset(row["_id"] for row in rows)

    async def rung(self, scope: Scope, groups: Sequence[str], tx: Tx) -> frozenset[tuple[str, str]]:
        """(group, hearer) pairs that have been rung."""
        rows = await self._rings.find({"group": {"$in": sorted(set(groups))}, "chain": scope.chain}, tx=tx)
        return frozenset((row["group"], row["hearer"]) for row in rows)

    async def deliver(self, scope: Scope, deliveries: Sequence[Delivery], tx: Tx) -> None:
        """Keep deliveries: those to inboxes are there with this, the others wait to be sent. Each once.

        A hearer is rung once for a group: of two transactions that would ring them at once, one starts over.
        """
        rings: list[BulkOp] = [
            Put(
                {"_id": ring_id(group, hearer)},
                {"$set": {**_ring(group, hearer), "chain": scope.chain, "at": at}},
            )
            for (group, hearer), at in {
                (one.group, one.hearer): one.visible_at for one in deliveries if one.lead
            }.items()
        ]
        await self._rings.bulk(rings, tx=tx)
        puts = [Put({"_id": one.id}, {"$setOnInsert": row_of(scope, one)}) for one in deliveries]
        await self._sent.bulk(puts, tx=tx)

    async def write_log(self, scope: Scope, notices: Sequence[Notice], now: Instant, tx: Tx) -> None:
        """Write down what became of notices."""
        puts = [Put({"_id": one.id}, {"$setOnInsert": _logged(scope, one, now)}) for one in notices]
        await self._log.bulk(puts, tx=tx)

    async def inbox(
        self, scope: Scope, staff_id: str, roles: Sequence[str], now: Instant, page: Page
    ) -> list[InboxItem]:
        """The notifications a person may see by now, newest first; those to a role reach everyone who holds it."""
        mine: list[Document] = [{"staff_id": staff_id}, {"staff_id": None, "role": {"$in": list(roles)}}]
        wanted: Document = {**within(scope), "channel": "inbox", "visible_at": {"$lte": now}, "$and": [{"$or": mine}]}
        if page.after:
            at, last = page.after
            older: list[Document] = [{"visible_at": {"$lt": at}}, {"visible_at": at, "_id": {"$lt": last}}]
            wanted["$and"].append({"$or": older})
        rows = await self._sent.find(wanted, sort=[("visible_at", -1), ("_id", -1)], limit=page.limit)
        alerts = await self._alerts.find({"_id": {"$in": [row["alert"] for row in rows]}, **within(scope)})
        by_id = {row["_id"]: live_of(row) for row in alerts}
        return [InboxItem(delivery_of(row), by_id[row["alert"]]) for row in rows if row["alert"] in by_id]

    async def of_alert(self, scope: Scope, alert_id: str) -> tuple[list[Document], list[Document]]:
        """The log of an alert's notices, and of each delivery, oldest first."""
        wanted = {"alert": alert_id, **within(scope)}
        notices = await self._log.find(wanted, sort=[("at", 1), ("step", 1)], limit=1000)
        return notices, await self._sent.find(wanted, sort=[("visible_at", 1), ("_id", 1)], limit=1000)


def row_of(scope: Scope, delivery: Delivery) -> Document:
    """A delivery as a new row without its id; one that leaves this service waits to be sent."""
    row = {**delivery.model_dump(exclude={"id"}), "chain": scope.chain}
    waits = {"st": PENDING, "tries": 0, "retry_at": None, "log": [], "rank": _RANKS[delivery.severity]}
    return row | (waits if delivery.outgoing else {})


def delivery_of(row: Document) -> Delivery:
    """A row as a delivery."""
    return Delivery.model_validate(
        {name: row[name] for name in Delivery.model_fields if name in row} | {"id": row["_id"]}
    )


def ring_id(group: str, hearer: str) -> str:
    """The name of one ring: a hearer is rung once for a group."""
    return derived_id("ring", group, hearer)


def _ring(group: str, hearer: str) -> Document:
    return {"group": group, "hearer": hearer}


def _logged(scope: Scope, notice: Notice, now: Instant) -> Document:
    alert = notice.live.alert
    return {
        "chain": scope.chain,
        "property_id": alert.property_id,
        "alert": alert.id,
        "rule": alert.rule,
        "step": notice.told.step,
        "role": notice.told.role.value,
        "nobody_on_duty": notice.told.empty,
        "people": len(notice.told.people),
        "outcome": notice.outcome,
        "at": now,
    }

"""Keeps notifications, the log of what became of each notice, and silences."""

import logging
from collections.abc import Sequence

from services.alerts.domain.notice import Delivery, Notice, Silence
from services.alerts.ports import InboxItem, Page
from services.alerts.store.alerts import live_of
from services.alerts.store.scoping import within
from shared.chassis.mongo import DatabaseError, Document, Mongo, Put, Tx
from shared.contracts.values import Instant, Scope

log = logging.getLogger(__name__)


class MongoNotices:
    """The `notifications`, `notices` and `silences` collections."""

    def __init__(self, mongo: Mongo) -> None:
        self._sent = mongo.collection("notifications")
        self._log = mongo.collection("notices")
        self._silences = mongo.collection("silences")
        self._alerts = mongo.collection("alerts")

    async def sent(self, scope: Scope, alert_ids: Sequence[str], tx: Tx) -> frozenset[str]:
        """Ids of the deliveries of these alerts."""
        wanted = {"alert": {"$in": sorted(set(alert_ids))}, **within(scope)}
        rows = await self._sent.find(wanted, projection={"_id": 1}, tx=tx)
        return frozenset(row["_id"] for row in rows)

    async def rung(self, scope: Scope, groups: Sequence[str], tx: Tx) -> frozenset[tuple[str, str | None]]:
        """(group, person) pairs that have been rung."""
        wanted = {"group": {"$in": sorted(set(groups))}, "lead": True, **within(scope)}
        rows = await self._sent.find(wanted, projection={"group": 1, "staff_id": 1}, tx=tx)
        return frozenset((row["group"], row["staff_id"]) for row in rows)

    async def silences(self, scope: Scope, now: Instant) -> tuple[Silence, ...]:
        """The silences that run; none when they cannot be read, so that alerts are sent."""
        try:
            rows = await self._silences.find({"until": {"$gt": now}, **within(scope)})
        except DatabaseError as failure:
            log.warning("silences cannot be read, so nothing is silenced (%s)", type(failure).__name__)
            return ()
        return tuple(Silence.model_validate(_fields(row, Silence) | {"id": row["_id"]}) for row in rows)

    async def deliver(self, scope: Scope, deliveries: Sequence[Delivery], tx: Tx) -> None:
        """Put notifications into inboxes; one that is there already stays as it is."""
        rows = [{**delivery.model_dump(exclude={"id"}), "chain": scope.chain} for delivery in deliveries]
        pairs = zip(deliveries, rows, strict=True)
        await self._sent.bulk([Put({"_id": one.id}, {"$setOnInsert": row}) for one, row in pairs], tx=tx)

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
        return [
            InboxItem(Delivery.model_validate(_fields(row, Delivery) | {"id": row["_id"]}), by_id[row["alert"]])
            for row in rows
            if row["alert"] in by_id
        ]


def _fields(row: Document, model: type[Delivery] | type[Silence]) -> Document:
    return {name: row[name] for name in model.model_fields if name in row}


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

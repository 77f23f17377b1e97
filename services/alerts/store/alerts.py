"""Keeps alerts: one document each, replaced by its next version."""

from collections.abc import Sequence

from services.alerts.domain.alert import LiveAlert
from services.alerts.ports import AlertQuery, Page
from services.alerts.store.scoping import within
from shared.chassis.mongo import BulkOp, Document, Mongo, Put, Tx
from shared.contracts.alerts import AlertState
from shared.contracts.values import Scope


class MongoAlerts:
    """The `alerts` collection."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("alerts")

    async def load(self, scope: Scope, ids: Sequence[str], tx: Tx) -> dict[str, LiveAlert]:
        """Alerts by id."""
        rows = await self._rows.find({"_id": {"$in": sorted(set(ids))}, **within(scope)}, tx=tx)
        return {row["_id"]: live_of(row) for row in rows}

    async def save(self, scope: Scope, lives: Sequence[LiveAlert], tx: Tx) -> None:
        """Keep alerts that were loaded, or made, in this transaction."""
        ops: list[BulkOp] = [Put({"_id": one.alert.id, "chain": scope.chain}, {"$set": row_of(one)}) for one in lives]
        await self._rows.bulk(ops, tx=tx)

    async def swap(self, scope: Scope, live: LiveAlert, seen: int, tx: Tx) -> bool:
        """Put the next version in place of the version seen; False when somebody else was first."""
        mine = {"_id": live.alert.id, "alert.version": seen, **within(scope)}
        return bool(await self._rows.update_one(mine, {"$set": row_of(live)}, tx=tx))

    async def get(self, scope: Scope, alert_id: str) -> LiveAlert | None:
        """One alert within the scope."""
        row = await self._rows.find_one({"_id": alert_id, **within(scope)})
        return live_of(row) if row else None

    async def page(self, scope: Scope, query: AlertQuery, page: Page) -> list[LiveAlert]:
        """Alerts, newest first."""
        wanted: Document = {**within(scope), "alert.state": {"$in": sorted(state.value for state in query.states)}}
        wanted |= {"property_id": query.property_id} if query.property_id else {}
        wanted |= {"heard": query.heard_by} if query.heard_by else {}
        teams = sorted(each.value for each in query.departments) if query.departments is not None else []
        wanted |= {"alert.department": {"$in": teams}} if query.departments is not None else {}
        wanted |= {"alert.record_id": query.record_id} if query.record_id else {}
        if page.after:
            at, last = page.after
            wanted["$or"] = [{"alert.opened_at": {"$lt": at}}, {"alert.opened_at": at, "_id": {"$lt": last}}]
        rows = await self._rows.find(wanted, sort=[("alert.opened_at", -1), ("_id", -1)], limit=page.limit)
        return [live_of(row) for row in rows]

    async def live_rules(self, scope: Scope, subjects: Sequence[str], tx: Tx) -> frozenset[tuple[str, str]]:
        """(rule, subject) of every live alert on these subjects."""
        wanted = {"alert.subject": {"$in": sorted(set(subjects))}, "live": True, **within(scope)}
        rows = await self._rows.find(wanted, projection={"alert.rule": 1, "alert.subject": 1}, tx=tx)
        return frozenset((row["alert"]["rule"], row["alert"]["subject"]) for row in rows)

    async def live_in(
        self, scope: Scope, rules: Sequence[str], properties: Sequence[str], tx: Tx
    ) -> frozenset[tuple[str, str]]:
        """(rule, property) of every live alert of these rules at these properties."""
        wanted = {"property_id": {"$in": list(properties)}, "alert.rule": {"$in": list(rules)}, "live": True}
        rows = await self._rows.find(wanted | within(scope), projection={"alert.rule": 1, "property_id": 1}, tx=tx)
        return frozenset((row["alert"]["rule"], row["property_id"]) for row in rows)

    async def hushed(self, scope: Scope, property_id: str, after: str, limit: int, tx: Tx) -> list[LiveAlert]:
        """The next open alerts of a property after an id whose last step was kept silent, in the order of ids."""
        wanted = {"property_id": property_id, "hushed": True, "alert.state": AlertState.OPEN.value, **within(scope)}
        rows = await self._rows.find(wanted | {"_id": {"$gt": after}}, sort=[("_id", 1)], limit=limit, tx=tx)
        return [live_of(row) for row in rows]

    async def hushed_on(self, scope: Scope, subjects: Sequence[str], tx: Tx) -> frozenset[str]:
        """Ids of the open alerts on these subjects whose last step was kept silent."""
        wanted = {"alert.subject": {"$in": sorted(set(subjects))}, "live": True, "hushed": True, **within(scope)}
        rows = await self._rows.find(wanted, projection={"_id": 1}, tx=tx)
        return frozenset(row["_id"] for row in rows)

    async def unplaced(self, scope: Scope, record_ids: Sequence[str], tx: Tx) -> list[LiveAlert]:
        """Live alerts of these records that came before the news of what kind the record is."""
        wanted = {"alert.record_id": {"$in": sorted(set(record_ids))}, "alert.kind": None, "live": True}
        return [live_of(row) for row in await self._rows.find({**wanted, **within(scope)}, tx=tx)]

    async def hold(self, scope: Scope, hushers: Sequence[tuple[str, str]], tx: Tx) -> None:
        """Touch live alerts, (rule, subject or property) each: whoever ends one beside this transaction starts over."""
        for rule, where in hushers:
            there: list[Document] = [{"alert.subject": where}, {"property_id": where}]
            mine: Document = {"alert.rule": rule, "live": True, "$or": there, **within(scope)}
            await self._rows.update_many(mine, {"$inc": {"held": 1}}, tx=tx)


def row_of(live: LiveAlert) -> Document:
    """A live alert as a document without its id."""
    return {**live.model_dump(), "property_id": live.alert.property_id, "live": live.live}


def live_of(row: Document) -> LiveAlert:
    """A document as a live alert."""
    return LiveAlert.model_validate({name: row[name] for name in LiveAlert.model_fields if name in row})

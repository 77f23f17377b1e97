"""Handovers in MongoDB: heads, their items in pages, and the plan of each department's next."""

import datetime as dt
from collections import Counter
from collections.abc import Collection
from typing import Any

from services.records.domain.handover import Gone, HandoverDocument, Item
from services.records.domain.state import RecordState
from services.records.ports import HandoverQuery, Mix, Part, Plan
from services.records.store.records import within
from shared.chassis.mongo import Document, Insert, Mongo, Put, Tx
from shared.contracts.handovers import Handover
from shared.contracts.identity import Department
from shared.contracts.values import Scope

PAGE = 500
"""Items in one document: a page of them stays far under what one document may hold."""


class MongoHandovers:
    """The `handovers`, `handover_pages` and `handover_plans` collections, and the records they are made of."""

    def __init__(self, mongo: Mongo) -> None:
        self._heads, self._pages = mongo.collection("handovers"), mongo.collection("handover_pages")
        self._plans, self._records = mongo.collection("handover_plans"), mongo.collection("records")

    async def plans(self, scope: Scope, property_id: str) -> list[Plan]:
        """The plans of a property."""
        rows = await self._plans.find({"chain": scope.chain, "property_id": property_id})
        return [_plan(row) for row in rows]

    async def plan(self, scope: Scope, property_id: str, department: Department, tx: Tx) -> Plan | None:
        """One department's plan."""
        row = await self._plans.find_one({"_id": f"{scope.chain}|{property_id}|{department.value}"}, tx=tx)
        return _plan(row) if row else None

    async def put_plan(self, scope: Scope, plan: Plan, tx: Tx) -> None:
        """Keep a plan one revision on; a lost race conflicts on its document."""
        key = f"{scope.chain}|{plan.property_id}|{plan.department.value}"
        row = {name: getattr(plan, name) for name in ("property_id", "through", "next_at", "last")}
        row |= {"chain": scope.chain, "department": plan.department.value, "rev": plan.rev + 1}
        seen = Put({"_id": key, "rev": plan.rev}, {"$set": row}, upsert=False)
        await self._plans.bulk([seen if plan.rev else Insert({"_id": key, **row})], tx=tx)

    async def open_work(
        self, scope: Scope, property_id: str, department: Department, team: Collection[str], tx: Tx
    ) -> list[RecordState]:
        """All open records of a department, and those of others with an open question to it or its people."""
        asked = {"asked_of": {"$in": [department.value, *sorted(team)]}}
        return await self._found(
            scope,
            {"property_id": property_id, "open": True, "$or": [{"department": department.value}, asked]},
            tx,
        )

    async def closed(
        self, scope: Scope, property_id: str, department: Department, since: dt.datetime, tx: Tx
    ) -> list[RecordState]:
        """The department's records that were closed since a moment."""
        wanted = {"property_id": property_id, "closed_at": {"$gte": since}, "department": department.value}
        return await self._found(scope, wanted, tx)

    async def _found(self, scope: Scope, wanted: Document, tx: Tx) -> list[RecordState]:
        rows = await self._records.find({"$and": [within(scope), wanted]}, projection={"state": 1}, tx=tx)
        return [RecordState.model_validate(row["state"]) for row in rows]

    async def add(self, scope: Scope, document: HandoverDocument, tx: Tx) -> None:
        """Keep a new handover; one of the same id raises Duplicate."""
        head = document.head
        row = {
            "_id": head.id,
            "chain": scope.chain,
            "property_id": head.property_id,
            "department": head.department.value,
            "at": head.at,
            **_moving(head),
        }
        row["mix"] = _mix(document)
        row["why"] = document.model_dump(mode="json", include={"reason_code", "reason"})
        await self._heads.insert_one(row, tx=tx)
        longest = max(len(document.items), len(document.gone), 1)
        pages = [_page(scope, document, first) for first in range(0, longest, PAGE)]
        await self._pages.insert_many(pages, tx=tx)

    async def change(self, scope: Scope, head: Handover, tx: Tx) -> None:
        """Keep the next version of a handover's head."""
        seen = {"_id": head.id, "version": head.version - 1, **within(scope)}
        await self._heads.bulk([Put(seen, {"$set": _moving(head)}, upsert=False)], tx=tx)

    async def find(self, scope: Scope, handover_id: str, tx: Tx | None = None) -> Handover | None:
        """The head of one handover."""
        row = await self._heads.find_one({"_id": handover_id, **within(scope)}, tx=tx)
        return Handover.model_validate(row["head"]) if row else None

    async def document(self, scope: Scope, handover_id: str, tx: Tx | None = None) -> HandoverDocument | None:
        """One handover, whole."""
        row = await self._heads.find_one({"_id": handover_id, **within(scope)}, tx=tx)
        if row is None:
            return None
        pages = await self._pages_of(handover_id, tx)
        return HandoverDocument(
            head=Handover.model_validate(row["head"]),
            items=tuple(Item.model_validate(one) for page in pages for one in page["items"]),
            gone=tuple(Gone.model_validate(one) for page in pages for one in page["gone"]),
            **row["why"],
        )

    async def part(self, scope: Scope, handover_id: str, after: int, limit: int) -> Part | None:
        """One handover with the items from a place on; those that left come with the first."""
        row = await self._heads.find_one({"_id": handover_id, **within(scope)})
        if row is None:
            return None
        # Handovers made before the mix was kept are counted once more, from the whole.
        whole = await self.document(scope, handover_id) if "mix" not in row else None
        mix = _mix(whole) if whole else row.get("mix", [])
        first, last = after // PAGE, (after + limit - 1) // PAGE
        wanted = {"handover_id": handover_id, "number": {"$gte": first, "$lte": last}}
        pages = await self._pages.find(wanted, sort=[("number", 1)])
        items = [one for page in pages for one in page["items"]][after - first * PAGE :][:limit]
        left = await self._left(handover_id) if after == 0 else []
        return Part(
            head=Handover.model_validate(row["head"]),
            items=[Item.model_validate(one) for one in items],
            gone=[Gone.model_validate(one) for one in left],
            mix=[Mix(each["kind"], Department(each["department"]), each["count"], each["gone"]) for each in mix],
            reason_code=row["why"]["reason_code"],
        )

    async def _left(self, handover_id: str) -> list[Document]:
        wanted = {"handover_id": handover_id, "gone.0": {"$exists": True}}
        pages = await self._pages.find(wanted, projection={"gone": 1}, sort=[("number", 1)])
        return [one for page in pages for one in page["gone"]]

    async def page(self, scope: Scope, query: HandoverQuery) -> list[Handover]:
        """One page of heads, newest first."""
        wanted: list[Document] = [within(scope)]
        plain: dict[str, Any] = {"property_id": query.property_id, "department": query.department, "state": query.state}
        wanted += [{name: str(value)} for name, value in plain.items() if value is not None]
        if query.after:
            at, last = query.after
            wanted.append({"$or": [{"at": {"$lt": at}}, {"at": at, "_id": {"$lt": last}}]})
        rows = await self._heads.find({"$and": wanted}, sort=[("at", -1), ("_id", -1)], limit=query.limit)
        return [Handover.model_validate(row["head"]) for row in rows]

    async def items(self, scope: Scope, handover_id: str, tx: Tx) -> list[Item]:
        """The items of one handover."""
        return [Item.model_validate(one) for page in await self._pages_of(handover_id, tx) for one in page["items"]]

    async def _pages_of(self, handover_id: str, tx: Tx | None) -> list[Document]:
        return await self._pages.find({"handover_id": handover_id}, sort=[("number", 1)], tx=tx)


def _moving(head: Handover) -> Document:
    return {"state": head.state.value, "version": head.version, "head": head.model_dump(mode="json")}


def _page(scope: Scope, document: HandoverDocument, first: int) -> Document:
    return {
        "_id": f"{document.head.id}|{first // PAGE}",
        "handover_id": document.head.id,
        "chain": scope.chain,
        "number": first // PAGE,
        "items": [one.model_dump(mode="json") for one in document.items[first : first + PAGE]],
        "gone": [one.model_dump(mode="json") for one in document.gone[first : first + PAGE]],
    }


def _mix(document: HandoverDocument) -> list[Document]:
    """What a handover consists of, by kind and department: enough to count what a reader may not see."""
    counted = Counter((each.kind, each.department.value, False) for each in document.items)
    counted += Counter((each.kind, each.department.value, True) for each in document.gone)
    return [
        {"kind": kind, "department": department, "gone": gone, "count": count}
        for (kind, department, gone), count in sorted(counted.items())
    ]


def _plan(row: Document) -> Plan:
    same = {name: row[name] for name in ("property_id", "through", "next_at", "last", "rev")}
    return Plan(department=Department(row["department"]), **same)

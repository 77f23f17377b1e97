"""Handovers in memory, by the rules of the real store."""

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

from services.records.domain.handover import HandoverDocument, Item, open_questions
from services.records.domain.state import RecordState
from services.records.ports import HandoverQuery, Mix, Part, Plan
from shared.chassis.mongo import Duplicate, Tx
from shared.contracts.handovers import Handover
from shared.contracts.identity import Department
from shared.contracts.records import Status
from shared.contracts.values import Scope
from tests.fakes.records import FakeDatabase


class FakeHandovers:
    """Documents, plans, and the records they are made of."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    async def plans(self, scope: Scope, property_id: str) -> list[Plan]:
        kept = self._db.tables.plans.items()
        return [plan for key, plan in kept if key.startswith(f"{scope.chain}|{property_id}|")]

    async def plan(self, scope: Scope, property_id: str, department: Department, tx: Tx) -> Plan | None:
        return self._db.tables.plans.get(f"{scope.chain}|{property_id}|{department}")

    async def put_plan(self, scope: Scope, plan: Plan, tx: Tx) -> None:
        key = f"{scope.chain}|{plan.property_id}|{plan.department}"
        known = self._db.tables.plans.get(key)
        if plan.rev != (known.rev if known else 0):
            raise Duplicate("rev")
        self._db.tables.plans[key] = replace(plan, rev=plan.rev + 1)

    def _at(self, scope: Scope, property_id: str) -> list[RecordState]:
        rows = self._db.tables.records.values()
        return [row for row in rows if (row.chain, row.property_id) == (scope.chain, property_id)]

    async def open_work(
        self, scope: Scope, property_id: str, department: Department, team: Collection[str], tx: Tx
    ) -> list[RecordState]:
        asked = {department, *team}
        return [
            row
            for row in self._at(scope, property_id)
            if row.status is not Status.COMPLETE
            and (row.department is department or asked & {one.to_department or one.to_staff for one in _asked(row)})
        ]

    async def closed(
        self, scope: Scope, property_id: str, department: Department, since: dt.datetime, tx: Tx
    ) -> list[RecordState]:
        return [
            row
            for row in self._at(scope, property_id)
            if row.department is department and row.closed_at is not None and row.closed_at >= since
        ]

    async def add(self, scope: Scope, document: HandoverDocument, tx: Tx) -> None:
        if document.head.id in self._db.tables.handovers:
            raise Duplicate("_id")
        self._db.tables.handovers[document.head.id] = (scope.chain, document)

    async def change(self, scope: Scope, head: Handover, tx: Tx) -> None:
        chain, before = self._db.tables.handovers[head.id]
        if before.head.version != head.version - 1:
            raise Duplicate("version")
        self._db.tables.handovers[head.id] = (chain, before.model_copy(update={"head": head}))

    async def find(self, scope: Scope, handover_id: str, tx: Tx | None = None) -> Handover | None:
        found = await self.document(scope, handover_id, tx)
        return found.head if found else None

    async def part(self, scope: Scope, handover_id: str, after: int, limit: int) -> Part | None:
        found = await self.document(scope, handover_id)
        if found is None:
            return None
        both = [(each.kind, each.department, False) for each in found.items]
        both += [(each.kind, each.department, True) for each in found.gone]
        mix = [
            Mix(kind, department, both.count((kind, department, gone)), gone) for kind, department, gone in set(both)
        ]
        gone = found.gone if after == 0 else ()
        return Part(found.head, found.items[after : after + limit], gone, mix, found.reason_code)

    async def document(self, scope: Scope, handover_id: str, tx: Tx | None = None) -> HandoverDocument | None:
        chain, found = self._db.tables.handovers.get(handover_id, ("", None))
        seen = found is not None and chain == scope.chain and scope.covers(found.head.property_id)
        return found if seen else None

    async def page(self, scope: Scope, query: HandoverQuery) -> list[Handover]:
        heads = [
            each.head
            for chain, each in self._db.tables.handovers.values()
            if chain == scope.chain and scope.covers(each.head.property_id) and _wanted(each.head, query)
        ]
        return sorted(heads, key=lambda head: (head.at, head.id), reverse=True)[: query.limit]

    async def items(self, scope: Scope, handover_id: str, tx: Tx) -> list[Item]:
        found = await self.document(scope, handover_id, tx)
        return list(found.items) if found else []


def _asked(row: RecordState) -> list[object]:
    return list(open_questions(row))


def _wanted(head: Handover, query: HandoverQuery) -> bool:
    return (
        query.property_id in (None, head.property_id)
        and query.department in (None, head.department)
        and query.state in (None, head.state)
        and (query.after is None or (head.at, head.id) < query.after)  # type: ignore[operator]  # ours have a moment
    )

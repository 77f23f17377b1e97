"""Handovers, the plan of when the next is due, and the work they are made of."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.records.domain.handover import Gone, HandoverDocument, Item
from services.records.domain.state import RecordState
from shared.chassis.mongo import Tx
from shared.contracts.handovers import Handover, HandoverState
from shared.contracts.identity import Department
from shared.contracts.values import Scope


@dataclass(frozen=True)
class Plan:
    """One department's shift changes: made up to `through`, the next at `next_at`, and its newest handover.

    `rev` counts its changes: who writes must have seen the last one.
    """

    property_id: str
    department: Department
    through: dt.datetime
    next_at: dt.datetime | None = None
    last: str | None = None
    rev: int = 0


@dataclass(frozen=True)
class HandoverQuery:
    """Which handovers to list, newest first; `after` is the (moment, id) that the last page ended with."""

    property_id: str | None = None
    department: Department | None = None
    state: HandoverState | None = None
    after: tuple[dt.datetime, str] | None = None
    limit: int = 50


@dataclass(frozen=True)
class Mix:
    """How many items (or, `gone`, records that left) of a kind and department a handover has."""

    kind: str
    department: Department
    count: int
    gone: bool = False


@dataclass(frozen=True)
class Part:
    """Some items of a handover, from a place on, with its head and what all of it consists of."""

    head: Handover
    items: Sequence[Item]
    gone: Sequence[Gone]
    mix: Sequence[Mix]
    reason_code: str | None = None

    @property
    def total(self) -> int:
        """How many items there are in all."""
        return sum(each.count for each in self.mix if not each.gone)


class HandoverStore(Protocol):
    """Keeps handovers for ever. One of another chain or property is not seen."""

    async def plans(self, scope: Scope, property_id: str) -> list[Plan]:
        """The plans of a property."""
        ...

    async def plan(self, scope: Scope, property_id: str, department: Department, tx: Tx) -> Plan | None:
        """One department's plan."""
        ...

    async def put_plan(self, scope: Scope, plan: Plan, tx: Tx) -> None:
        """Keep a plan one revision on; if somebody else did meanwhile, the transaction fails."""
        ...

    async def open_work(
        self, scope: Scope, property_id: str, department: Department, team: Collection[str], tx: Tx
    ) -> list[RecordState]:
        """All open records of a department, and those of others with an open question to it or its people."""
        ...

    async def closed(
        self, scope: Scope, property_id: str, department: Department, since: dt.datetime, tx: Tx
    ) -> list[RecordState]:
        """The department's records that were closed since a moment."""
        ...

    async def add(self, scope: Scope, document: HandoverDocument, tx: Tx) -> None:
        """Keep a new handover; one of the same id makes the transaction fail."""
        ...

    async def change(self, scope: Scope, head: Handover, tx: Tx) -> None:
        """Keep the next version of a handover's head."""
        ...

    async def find(self, scope: Scope, handover_id: str, tx: Tx | None = None) -> Handover | None:
        """The head of one handover."""
        ...

    async def part(self, scope: Scope, handover_id: str, after: int, limit: int) -> Part | None:
        """One handover with the items from a place on; those that left come with the first."""
        ...

    async def document(self, scope: Scope, handover_id: str, tx: Tx | None = None) -> HandoverDocument | None:
        """One handover, whole."""
        ...

    async def page(self, scope: Scope, query: HandoverQuery) -> list[Handover]:
        """One page of heads, newest first."""
        ...

    async def items(self, scope: Scope, handover_id: str, tx: Tx) -> list[Item]:
        """The items of one handover."""
        ...

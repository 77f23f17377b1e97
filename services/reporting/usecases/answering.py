"""Somebody asks: a report, the records behind a figure, a record's waterfall, the hash of all facts."""

import asyncio
import datetime as dt
import hashlib
from collections.abc import Callable

from services.reporting.domain.fact import Fact
from services.reporting.domain.hashing import line_of
from services.reporting.domain.question import Figure, Question, Report, asked
from services.reporting.domain.timeline import Waterfall, waterfall
from services.reporting.ports import FactStore, Permissions
from services.reporting.reports import REPORTS
from shared.chassis.policy import Verdict
from shared.contracts.errors import forbidden, not_found
from shared.contracts.identity import Principal
from shared.contracts.values import Instant, Scope, local_day, zone

REPORT, OPERATIONS = "report", "operations"
Zone = Callable[[Principal, str | None], str]


class Answering:
    """The reads of this service. `zone_of(caller, property)`: whose days a question means."""

    def __init__(self, facts: FactStore, permissions: Permissions, now: Callable[[], Instant], zone_of: Zone) -> None:
        self._facts, self._permissions, self._now, self._zone_of = facts, permissions, now, zone_of

    def reports(self, caller: Principal) -> list[Report]:
        """The reports there are."""
        self._may(caller, None)
        return list(REPORTS.values())

    async def figures(
        self, caller: Principal, name: str, property_id: str | None, start: dt.date | None, end: dt.date | None
    ) -> tuple[Report, Question, list[Figure]]:
        """A report's figures for some local days; today, where none are named. Figures of a class that the caller may
        not read are not there.

        403 without the permission, 404 for a report or property that is not there for the caller.
        """
        classes = self._may(caller, property_id).read
        report = REPORTS.get(name)
        if report is None:
            raise not_found("report")
        question = self._question(caller, property_id, start, end)
        facts = await self._facts.touching(_scope(caller, property_id), *question.bounds)
        found = await asyncio.to_thread(report.figures, facts, question)
        return report, question, [figure for figure in found if figure.data_class in classes]

    async def behind(
        self,
        caller: Principal,
        name: str,
        key: str,
        property_id: str | None,
        start: dt.date | None,
        end: dt.date | None,
    ) -> tuple[Figure, Question, list[Fact]]:
        """One figure, the question, and the facts of the records behind it that the caller may read, in its order."""
        _, question, figures = await self.figures(caller, name, property_id, start, end)
        figure = next((one for one in figures if one.key == key), None)
        if figure is None:
            raise not_found("figure")
        facts = await self._facts.touching(_scope(caller, property_id), *question.bounds)
        by_id = {fact.id: fact for fact in facts if self._reads(caller, fact)}
        return figure, question, [by_id[one] for one in dict.fromkeys(figure.records) if one in by_id]

    async def waterfall(self, caller: Principal, record_id: str) -> Waterfall:
        """Where a record's time went; a record of another property, or of a kind not granted, is a 404."""
        fact = await self._facts.get(Scope(chain=caller.chain, properties=caller.properties), record_id)
        picture = waterfall(fact, self._now()) if fact else None
        if fact is None or fact.life is None or picture is None:
            raise not_found("record")
        if not self._reads(caller, fact):
            raise not_found("record")
        return picture

    def _reads(self, caller: Principal, fact: Fact) -> bool:
        life = fact.life
        if life is None:
            return False
        return self._permissions.decide(caller, "read", life.kind, fact.property_id, life.department).allow

    async def hash(self, caller: Principal) -> tuple[str, int]:
        """The hash over all facts of the caller's chain and their number; needs the operations permission."""
        if not self._permissions.decide(caller, "status", OPERATIONS).allow:
            raise forbidden("not_granted", "You may not see the state of the service.")
        whole, number = hashlib.sha256(), 0
        async for fact in self._facts.every(Scope(chain=caller.chain)):
            whole.update(line_of(fact))
            number += 1
        return whole.hexdigest(), number

    def _may(self, caller: Principal, property_id: str | None) -> Verdict:
        if property_id is not None and not self._exists(caller, property_id):
            raise not_found("property")
        verdict = self._permissions.decide(caller, "read", REPORT, property_id)
        if not verdict.allow:
            raise forbidden("not_granted", "You may not read reports here.")
        return verdict

    def _exists(self, caller: Principal, property_id: str) -> bool:
        """Whether there is this property for the caller: another chain's is as absent as one of nobody's."""
        covered = Scope(chain=caller.chain, properties=caller.properties).covers(property_id)
        return covered and self._permissions.property(caller.chain, property_id) is not None

    def _question(
        self, caller: Principal, property_id: str | None, start: dt.date | None, end: dt.date | None
    ) -> Question:
        now = self._now()
        today = local_day(now, zone(self._zone_of(caller, property_id)))
        first = start or end or today
        return asked(first, end or max(first, today), now)


def _scope(caller: Principal, property_id: str | None) -> Scope:
    whole = Scope(chain=caller.chain, properties=caller.properties)
    return whole.narrow([property_id]) if property_id else whole

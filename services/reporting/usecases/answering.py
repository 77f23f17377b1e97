"""Somebody asks: a report, the records behind a figure, a record's waterfall, the hash of all facts."""

import asyncio
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from services.reporting.domain.answer import behind
from services.reporting.domain.fact import Fact
from services.reporting.domain.hashing import line_of
from services.reporting.domain.moments import is_place, place_of
from services.reporting.domain.question import BEFORE, Around, Asked, Figure, Question, Report, asked
from services.reporting.domain.spot import SPOTS
from services.reporting.domain.spot import entries as spot_entries
from services.reporting.domain.tally import Tally
from services.reporting.domain.timeline import Waterfall, waterfall
from services.reporting.ports import Checks, FactStore, Permissions, SumStore
from services.reporting.reports import REPORTS, entries_of, standing_entries
from services.reporting.usecases.rota import on_duty
from shared.chassis.policy import Verdict
from shared.contracts.errors import forbidden, invalid, not_found
from shared.contracts.identity import Principal, Role
from shared.contracts.staff import Mode
from shared.contracts.values import Instant, Scope, local_day, zone

REPORT, OPERATIONS = "report", "operations"
LOOKED_AT = 2_000
"""A page looks at so many facts at most: one of a rare figure may hold fewer than its limit and go on."""
Zone = Callable[[Principal, str | None], str]


@dataclass(frozen=True)
class Wish:
    """What a caller asks a report: of one property or all of theirs, for which local days, with which parameters."""

    property_id: str | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    currency: str | None = None
    rates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """Records behind a figure, each with how often it counts there, and where the list goes on."""

    figure: Figure
    question: Question
    facts: Sequence[tuple[Fact, int]]
    following: str | None


class Answering:
    """The reads of this service. `zone_of(caller, property)`: whose days a question means."""

    def __init__(
        self,
        facts: FactStore,
        sums: SumStore,
        checks: Checks,
        permissions: Permissions,
        now: Callable[[], Instant],
        zone_of: Zone,
    ) -> None:
        self._facts, self._sums, self._checks, self._permissions = facts, sums, checks, permissions
        self._now, self._zone_of = now, zone_of

    def reports(self, caller: Principal) -> list[Report]:
        """The reports there are."""
        self.may(caller, None)
        return list(REPORTS.values())

    async def figures(self, caller: Principal, name: str, wish: Wish) -> tuple[Report, Question, list[Figure]]:
        """A report's figures for some local days; today, where none are named. Figures of a class that the caller may
        not read are not there.

        403 without the permission, 404 for a report or property that is not there for the caller.
        """
        classes = self.may(caller, wish.property_id).read
        report = REPORTS.get(name)
        if report is None:
            raise not_found("report")
        if not set(report.takes) >= ({"currency"} if wish.currency else set()) | ({"rates"} if wish.rates else set()):
            raise invalid("currency", "not_taken", "This report takes neither a currency nor rates.")
        question = self._question(caller, wish)
        made = await self._asked(caller, report, question, wish)
        found = await asyncio.to_thread(report.figures, made)
        return report, question, [figure for figure in found if figure.data_class in classes]

    async def _asked(self, caller: Principal, report: Report, question: Question, wish: Wish) -> Asked:
        scope, start, end = self.counted(caller, wish.property_id), question.start, question.end
        standing, earlier = Tally(), question.earlier(BEFORE)
        if report.standing is not None:
            open_now = await self._facts.standing(scope)
            standing = await asyncio.to_thread(
                lambda: Tally.of(entry for one in open_now for entry in standing_entries(report, one, question))
            )
        read, families = self._sums, report.families
        return Asked(
            question=question,
            whole=await read.whole(scope, families, start, end) if families else {},
            standing=standing,
            by_property=await read.by_property(scope, report.apart, start, end) if report.apart else {},
            by_day=await read.by_day(scope, report.by_day, start, end) if report.by_day else {},
            before=await read.whole(scope, families, earlier.start, earlier.end) if report.compares else {},
            around=self._around(scope, report, question, wish),
        )

    def _around(self, scope: Scope, report: Report, question: Question, wish: Wish) -> Around:
        hotels = self._permissions.properties(scope.chain, scope.properties)
        staff_ms: Mapping[tuple[str, str], int] = {}
        if report.name == "service_pressure":
            here = {hotel.id for hotel in hotels}
            people = [
                one
                for one in self._permissions.staff(scope.chain)
                if one.properties is None or here.intersection(one.properties)
            ]
            staff_ms = on_duty(people, hotels[0].zone if hotels else "UTC", question.start, question.end)
        return Around(
            rooms={hotel.id: hotel.rooms for hotel in hotels},
            currencies={hotel.id: hotel.currency for hotel in hotels},
            staff_ms=staff_ms,
            rates=wish.rates,
            currency=wish.currency,
        )

    async def behind(self, caller: Principal, name: str, key: str, wish: Wish, after: str | None, limit: int) -> Page:
        """The facts of the records behind one figure that the caller may read, those first that moved last."""
        if after is not None and not is_place(after):
            raise invalid("cursor", "cursor", "The cursor is what `next` of the page before said.")
        report, question, figures = await self.figures(caller, name, wish)
        figure = next((one for one in figures if one.key == key), None)
        if figure is None:
            raise not_found("figure")
        scope, found, looked = self.counted(caller, wish.property_id), list[tuple[Fact, int]](), 0
        here = figure.labels.get("property")
        scope = scope.narrow([here]) if here else scope
        rule = figure.behind
        if rule is not None and rule.family == SPOTS:
            return await self._checked(caller, scope, Page(figure, question, (), None), after, limit)
        while rule is not None and len(found) < limit and looked < LOOKED_AT:
            some = await self._facts.touching(
                scope, *rule.days(question).bounds, after, 500,
                standing=rule.standing, lingering=report.standing is not None,
            )  # fmt: skip
            for fact, times in await asyncio.to_thread(behind, figure, report, some, question, entries_of):
                if self._reads(caller, fact):
                    found.append((fact, times))
            looked += len(some)
            after = place_of(some[-1]) if len(some) == 500 else None
            if after is None:
                break
        if len(found) > limit:
            found, after = found[:limit], place_of(found[limit - 1][0])
        return Page(figure, question, found, after if rule is not None else None)

    async def _checked(self, caller: Principal, scope: Scope, page: Page, after: str | None, limit: int) -> Page:
        """The same of a figure made of spot checks: the records that were checked."""
        rule, question = page.figure.behind, page.question
        assert rule is not None
        checks = await self._checks.between(scope, question.start, question.end)
        times = Counter[str]()
        for one in checks:
            times[one.record_id] += rule.times(spot_entries(one), question)
        known = await self._facts.load(scope, [name for name, count in times.items() if count])
        places = sorted((place_of(fact), fact.id) for fact in known.values() if self._reads(caller, fact))
        rest = [(place, name) for place, name in places if after is None or place > after]
        facts = tuple((known[name], times[name]) for _, name in rest[:limit])
        return Page(page.figure, question, facts, rest[limit - 1][0] if len(rest) > limit else None)

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

    def may(self, caller: Principal, property_id: str | None, action: str = "read") -> Verdict:
        """What the caller may read of reports here; 403 without the permission, 404 of another's property."""
        if property_id is not None and not self._exists(caller, property_id):
            raise not_found("property")
        verdict = self._permissions.decide(caller, action, REPORT, property_id)
        if not verdict.allow:
            raise forbidden("not_granted", "You may not do this with reports here.")
        return verdict

    def reads(self, caller: Principal, property_id: str) -> bool:
        """Whether the caller may read reports here."""
        return self._permissions.decide(caller, "read", REPORT, property_id).allow

    def _exists(self, caller: Principal, property_id: str) -> bool:
        """Whether there is this property for the caller: another chain's is as absent as one of nobody's."""
        covered = Scope(chain=caller.chain, properties=caller.properties).covers(property_id)
        return covered and self._permissions.property(caller.chain, property_id) is not None

    def counted(self, caller: Principal, property_id: str | None) -> Scope:
        """What a question of this caller counts: a training hotel is in no report, not even in one of its own."""
        whole = scope_of(caller, property_id)
        return Scope(chain=whole.chain, properties=self._permissions.counts(whole.chain, whole.properties))

    def is_real(self, chain: str, property_id: str) -> bool:
        """Whether what is made of a hotel may leave the house."""
        found = self._permissions.property(chain, property_id)
        return found is not None and found.mode is Mode.LIVE

    def _question(self, caller: Principal, wish: Wish) -> Question:
        now = self._now()
        today = local_day(now, zone(self._zone_of(caller, wish.property_id)))
        first = wish.start or wish.end or today
        return asked(first, wish.end or max(first, today), now)


def scope_of(caller: Principal, property_id: str | None) -> Scope:
    """What a question of this caller covers."""
    whole = Scope(chain=caller.chain, properties=caller.properties)
    return whole.narrow([property_id]) if property_id else whole


def reader(chain: str, property_id: str, audience: Role) -> Principal:
    """Whom a report is made for that comes by itself: a role at one hotel."""
    return Principal(
        staff_id="reporting",
        chain=chain,
        roles=frozenset({audience}),
        properties=frozenset({property_id}),
        session="reporting",
    )

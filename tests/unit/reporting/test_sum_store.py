"""The store of sums over a collection in memory: whatever a caller may see, the figures are those of the facts."""

import datetime as dt
from typing import Any

import pytest

from services.reporting.domain import recompute
from services.reporting.domain.answer import asked_of
from services.reporting.domain.fact import Fact
from services.reporting.domain.question import BEFORE, Asked, Question, Report
from services.reporting.domain.tally import Entry
from services.reporting.ports import Contribution
from services.reporting.reports import APART, ENTRIES_VERSION, REPORTS, entries_of
from services.reporting.store.sums import MongoSums
from services.reporting.usecases.counting import changed
from shared.chassis.mongo import Tx
from shared.contracts.values import Scope
from tests.factories.records import CHAIN, NOON
from tests.factories.reporting import lives

HOTELS = ("city", "resort")
SHIFTED = (0, -3, -40, -100)
QUESTION = Question(start=dt.date(2026, 1, 15), end=dt.date(2026, 3, 31), now=NOON)


class Rows:
    """As much of a collection as sums need: `$inc` by paths, and a few conditions."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}

    async def bulk(self, ops: Any, tx: Any = None) -> None:
        """Add to documents, or begin them."""
        for op in ops:
            row = self.kept.setdefault(op.filter["_id"], {**op.update["$setOnInsert"], "s": {}})
            for path, amount in op.update["$inc"].items():
                _, group, measure = path.split(".")
                sums = row["s"].setdefault(group, {})
                sums[measure] = sums.get(measure, 0) + amount

    async def find(self, wanted: dict[str, Any], projection: Any = None, tx: Any = None) -> list[dict[str, Any]]:
        """The documents that satisfy every condition."""
        return [row for row in self.kept.values() if _matches(row, wanted)]


def _matches(row: dict[str, Any], wanted: dict[str, Any]) -> bool:
    rest = {name: want for name, want in wanted.items() if name != "$or"}
    either = "$or" not in wanted or any(_matches(row, one) for one in wanted["$or"])
    return either and all(_holds(row[name], want) for name, want in rest.items())


def _holds(value: Any, want: Any) -> bool:
    return value in want["$in"] if isinstance(want, dict) else bool(value == want)


class Database:
    """One collection under every name."""

    def __init__(self) -> None:
        self.rows = Rows()

    def collection(self, _: str) -> Any:
        """It."""
        return self.rows

    async def at_one_moment(self, read: Any) -> Any:
        """Nothing else goes on here."""
        return await read(None)


def everything() -> list[Fact]:
    """Facts of two hotels over four months."""
    facts: list[Fact] = []
    for seed, days in enumerate(SHIFTED):
        told = [event for life in lives(20, seed, NOON + dt.timedelta(days=days)) for event in life]
        facts += recompute(told).values()
    return [fact.model_copy(update={"property_id": HOTELS[number % 2]}) for number, fact in enumerate(facts)]


FACTS = everything()


@pytest.fixture(params=[NOON.date, lambda: dt.date.max], ids=["today", "ever"])
async def sums(request: pytest.FixtureRequest) -> MongoSums:
    """The sums of all facts, added by two processes."""
    database: Any = Database()
    for owner, some in (("one", FACTS[::3]), ("other", FACTS[1::3]), ("one", FACTS[2::3])):
        mine = MongoSums(database, owner, ENTRIES_VERSION, APART)
        await mine.add(Scope(chain=CHAIN), changed([(None, fact) for fact in some]), Tx(None))
    return MongoSums(database, "one", ENTRIES_VERSION, APART, request.param)


async def kept(sums: MongoSums, report: Report, scope: Scope, made: Asked) -> Asked:
    """What a report is made from, read from the store."""
    start, end, earlier = QUESTION.start, QUESTION.end, QUESTION.earlier(BEFORE)
    return Asked(
        question=QUESTION,
        whole=await sums.whole(scope, report.families, start, end),
        standing=made.standing,
        by_property=await sums.by_property(scope, report.apart, start, end),
        by_day=await sums.by_day(scope, report.by_day, start, end),
        before=await sums.whole(scope, report.families, earlier.start, earlier.end),
    )


@pytest.mark.parametrize(
    "properties", [None, frozenset({"city"}), frozenset(HOTELS), frozenset({"city", *(f"h{n}" for n in range(20))})]
)
@pytest.mark.parametrize("name", sorted(REPORTS))
async def test_figures_from_the_store_are_those_of_the_facts(
    sums: MongoSums, name: str, properties: frozenset[str] | None
) -> None:
    scope, report = Scope(chain=CHAIN, properties=properties), REPORTS[name]
    facts = [fact for fact in FACTS if scope.covers(fact.property_id)]
    read = await kept(sums, report, scope, asked_of(report, facts, QUESTION, entries_of))
    figures = {one.key: one.value for one in report.figures(read)}
    assert figures == {one.key: one.value for one in report.figures(asked_of(report, facts, QUESTION, entries_of))}


async def test_sums_that_come_from_no_facts_outlast_a_new_version_of_the_entries() -> None:
    database: Any = Database()
    day = dt.date(2026, 3, 10)
    given = [Contribution(CHAIN, "city", Entry(day, family, "all", "n")) for family in ("reviews", "flow")]
    await MongoSums(database, "one", 1, APART).add(Scope(chain=CHAIN), given, Tx(None))
    found = await MongoSums(database, "one", 2, APART).whole(Scope(chain=CHAIN), ["reviews", "flow"], day, day)
    assert {family: tally.get("n") for family, tally in found.items()} == {"reviews": 1}

"""Every report over a million facts of a hundred hotels: from kept sums, beside the same figures from raw facts."""

import datetime as dt
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter
from typing import Any

from pymongo import AsyncMongoClient

from bench.figures import Figure, Occasion
from bench.ground import Ground
from services.reporting.api.views import answer_view
from services.reporting.domain import recompute
from services.reporting.domain.answer import asked_of
from services.reporting.domain.fact import Fact
from services.reporting.domain.periods import month_of
from services.reporting.domain.question import Question
from services.reporting.reports import APART, ENTRIES_VERSION, REPORTS, entries_of
from services.reporting.store import MongoFacts, MongoSpots, MongoSums, prepare
from services.reporting.store.sums import EACH, WHOLE_CHAIN, escaped
from services.reporting.usecases.answering import Answering, Wish
from shared.chassis.clock import Clock
from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.policy import Known, Policy, compiled
from shared.contracts.identity import DataClass, Department, Principal, Role
from shared.contracts.policy import Grant, PolicySnapshot
from shared.contracts.staff import Property
from shared.contracts.values import Scope
from tests.factories.records import CHAIN, NOON
from tests.factories.reporting import lives

FACTS = int(os.environ.get("BELLBOARD_BENCH_FACTS", "1000000"))
HOTELS = int(os.environ.get("BELLBOARD_BENCH_HOTELS", "100"))
DAYS = 365
MIXES = 12
"""Days of a hotel are of so many kinds: the records of each are made once, and copied."""
DATABASE = "bench_reports"
WINDOWS = {"a day": 1, "a month": 30, "a year": 365}
AIM_MS, TIMES, RAW_MOST = 300.0, 20, 5_000
OPEN_DAYS = 2
TOGETHER = 500
"""Sums stored at once: those of all hotels are large."""
LAST = NOON.date()
Sums = dict[tuple[str, int, str, str], int]
"""By family, days after the first, group and measure."""


@dataclass(frozen=True)
class Mix:
    """One kind of day: its facts, and what they give to the sums."""

    facts: Sequence[Fact]
    sums: Sums


async def measure(ground: Ground, occasion: Occasion) -> list[Figure]:
    """The slowest report of each window at its 95th percentile, and one from raw facts for comparison."""
    mongo = await _filled(ground)
    caller = Principal(staff_id="chief", chain=CHAIN, roles=frozenset({Role.AUDITOR}), session="bench")
    facts, sums = MongoFacts(mongo), MongoSums(mongo, "bench", ENTRIES_VERSION, APART, lambda: LAST)
    answering = Answering(facts, sums, MongoSpots(mongo), _policy(mongo), lambda: NOON, lambda *_: "Europe/Lisbon")
    found = []
    for window, days in WINDOWS.items():
        wish = Wish(start=LAST - dt.timedelta(days=days - 1), end=LAST)
        spent = {name: await _times(answering, caller, name, wish) for name in REPORTS}
        if os.environ.get("BELLBOARD_BENCH_TELL"):
            print(window, {name: round(_p95(times)) for name, times in spent.items()})
        slowest = max(spent, key=lambda name: _p95(spent[name]))
        told = f"reports over {FACTS:,} facts, {HOTELS} hotels: slowest p95 for {window} ({slowest})"
        found.append(occasion.alone(told, "ms", [_p95(spent[slowest])], AIM_MS))
    raw = await _raw(facts, "completion_time", Question(start=LAST, end=LAST, now=NOON))
    wish = Wish(start=LAST, end=LAST)
    kept = [_p95(await _times(answering, caller, "completion_time", wish))]
    told = "completion time of a day from kept sums, beside the same from raw facts"
    found.append(occasion.beside(told, "ms", kept, [raw], 1.0, "lower"))
    await mongo.drop()
    await mongo.close()
    return found


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[-1]


async def _times(answering: Answering, caller: Principal, name: str, wish: Wish) -> list[float]:
    """Milliseconds of each asking, the first left out; the answer is written out as a caller gets it."""
    spent = []
    for _ in range(TIMES + 1):
        began = perf_counter()
        report, question, figures = await answering.figures(caller, name, wish)
        answer_view(report, question, figures, None).model_dump_json()
        spent.append((perf_counter() - began) * 1000)
    return spent[1:]


async def _raw(facts: MongoFacts, name: str, question: Question) -> float:
    """Milliseconds to read the facts of a window and count them."""
    began, scope, some = perf_counter(), Scope(chain=CHAIN), list[Fact]()
    some = await facts.touching(scope, *question.bounds, None, RAW_MOST, standing=False)
    REPORTS[name].figures(asked_of(REPORTS[name], some, question, entries_of))
    return (perf_counter() - began) * 1000


def _policy(mongo: Mongo) -> Policy:
    policy = Policy(mongo, Clock())
    grant = Grant(roles=(Role.AUDITOR,), actions=("read",), kinds=("report", "*"), read=tuple(DataClass))
    policy.known = Known(
        policies={CHAIN: compiled(PolicySnapshot(chain=CHAIN, version=1, grants=(grant,)))},
        properties={f"hotel-{n:03d}": _hotel(n) for n in range(HOTELS)},
        heartbeat=Clock().real_now() + dt.timedelta(days=1),
    )
    return policy


def _hotel(number: int) -> Property:
    return Property(
        id=f"hotel-{number:03d}", chain=CHAIN, name="H", zone="Europe/Lisbon", currency="EUR",
        departments=tuple(Department), rooms=200, version=1,
    )  # fmt: skip


async def _filled(ground: Ground) -> Mongo:
    """A store as a year of a chain leaves it: the server copies the facts, the sums are added up from a few days'."""
    mongo = await ground.fresh(DATABASE)
    each = max(1, round(FACTS / HOTELS / DAYS))
    mixes = [_mix(number, each) for number in range(MIXES)]
    await _copy_facts(ground, mongo, mixes)
    await _write_sums(mongo, mixes)
    await prepare(mongo)
    return mongo


def _mix(number: int, each: int) -> Mix:
    told = lives(each, seed=number)
    facts = list(recompute(event for life in told for event in life).values())
    sums: Sums = defaultdict(int)
    for fact in facts:
        for day, family, group, measure, amount in entries_of(fact):
            sums[family, (day - LAST).days, escaped(group), measure] += amount
    return Mix(facts, sums)


def _which(hotel: int, day: int) -> int:
    return (hotel * 7 + day) % MIXES


async def _copy_facts(ground: Ground, mongo: Mongo, mixes: Sequence[Mix]) -> None:
    """Each mix once, then by the server for every day and hotel that has it; open ones stay open on the last days."""
    facts = MongoFacts(mongo)
    for number, mix in enumerate(mixes):

        async def save(tx: Tx, mix: Mix = mix) -> None:
            await facts.save(Scope(chain=CHAIN), mix.facts, tx, ENTRIES_VERSION)

        await mongo.run(save)
        ids = [fact.id for fact in mix.facts]
        await mongo.collection("facts").update_many({"_id": {"$in": ids}}, {"$set": {"mix": number}})
    async with AsyncMongoClient[Document](ground.mongo_url) as client:
        steps: list[Mapping[str, Any]] = [
            {"$set": {"day": {"$range": [0, DAYS]}, "hotel": {"$range": [0, HOTELS]}}},
            {"$unwind": "$day"},
            {"$unwind": "$hotel"},
            {
                "$match": {
                    "$expr": {"$eq": ["$mix", {"$mod": [{"$add": [{"$multiply": ["$hotel", 7]}, "$day"]}, MIXES]}]}
                }
            },
            {"$set": _copied()},
            {"$unset": ["day", "hotel", "mix"]},
            {"$out": "facts"},
        ]
        await (await client[DATABASE]["facts"].aggregate(steps, allowDiskUse=True)).to_list()


def _copied() -> Mapping[str, Any]:
    name = {"$concat": ["hotel-", {"$substrBytes": [{"$toString": {"$add": ["$hotel", 1000]}}, 1, 3]}]}
    back = {"$multiply": ["$day", -86_400_000]}
    still = {"$and": ["$open", {"$lt": ["$day", OPEN_DAYS]}]}
    return {
        "_id": {"$concat": ["$_id", "-", {"$toString": "$hotel"}, "-", {"$toString": "$day"}]},
        "property_id": name,
        "first_at": {"$add": ["$first_at", back]},
        "last_at": {"$add": ["$last_at", back]},
        "open": still,
        "now": {"$cond": [still, {"$mergeObjects": ["$now", {"property_id": name}]}, None]},
    }


async def _write_sums(mongo: Mongo, mixes: Sequence[Mix]) -> None:
    rows: list[Document] = []
    months: dict[tuple[int, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for day in range(DAYS):
        date, often = LAST - dt.timedelta(days=day), defaultdict[int, int](int)
        for hotel in range(HOTELS):
            which = _which(hotel, day)
            often[which] += 1
            months[hotel, month_of(date)][which] += 1
            rows += _documents(f"hotel-{hotel:03d}", date.isoformat(), mixes, {which: 1})
        rows += _documents(WHOLE_CHAIN, date.isoformat(), mixes, often)
        rows += _each(date.isoformat(), mixes, {hotel: {_which(hotel, day): 1} for hotel in range(HOTELS)})
        rows = await _flushed(mongo, rows, 5_000)
    whole: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for (hotel, month), counted in months.items():
        rows += _documents(f"hotel-{hotel:03d}", month, mixes, counted)
        for which, times in counted.items():
            whole[month][which] += times
    for month in whole:
        rows += _each(month, mixes, {hotel: months[hotel, month] for hotel in range(HOTELS)})
    for month, counted in whole.items():
        rows += _documents(WHOLE_CHAIN, month, mixes, counted)
    await _flushed(mongo, rows, 1)


async def _flushed(mongo: Mongo, rows: list[Document], least: int) -> list[Document]:
    if len(rows) < least:
        return rows
    for first in range(0, len(rows), TOGETHER):
        await mongo.collection("sums").insert_many(rows[first : first + TOGETHER], ordered=False)
    return []


def _each(period: str, mixes: Sequence[Mix], often: Mapping[int, Mapping[int, int]]) -> list[Document]:
    """All hotels of the chain in one document, each apart."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for hotel, mine in often.items():
        for row in _documents("", period, mixes, mine, APART):
            found[row["family"]] |= {f"hotel-{hotel:03d}/{group}": sums for group, sums in row["s"].items()}
    return [
        {"_id": f"{EACH}|{period}|{family}", "chain": CHAIN, "prop": EACH, "period": period, "family": family,
         "v": ENTRIES_VERSION, "s": sums}
        for family, sums in found.items()
    ]  # fmt: skip


def _documents(
    where: str, period: str, mixes: Sequence[Mix], often: Mapping[int, int], only: frozenset[str] | None = None
) -> list[Document]:
    """The sums of one place and time; what a mix gives to the days after its own is put on its own."""
    families: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for which, times in often.items():
        for (family, _, group, measure), amount in mixes[which].sums.items():
            if only is None or family in only:
                families[family][group][measure] += amount * times
    return [
        {"_id": f"{where}|{period}|{family}", "chain": CHAIN, "prop": where, "period": period, "family": family,
         "v": ENTRIES_VERSION, "s": sums}
        for family, sums in families.items()
    ]  # fmt: skip

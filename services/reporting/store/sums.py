"""Keeps the sums: one document for each property (and the chain), day (and month), family and slot.

Every process adds to a slot of its own: replicas that project side by side do not wait for one another, and a sum is
that of its slots. Adding is `$inc` in the transaction that keeps the facts, so that sums are exact at any moment.
"""

import datetime as dt
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from services.reporting.domain.cashed import CASHED
from services.reporting.domain.periods import covering, days, month_of
from services.reporting.domain.reviews import REVIEWS
from services.reporting.domain.spot import SPOTS
from services.reporting.domain.stay import STAYS
from services.reporting.domain.tally import Tally
from services.reporting.ports import Contribution
from shared.chassis.mongo import BulkOp, Document, Mongo, Put, Tx
from shared.contracts.values import Scope

SLOTS = 16
WHOLE_CHAIN = "*"
EACH = "**"
"""One document for all hotels of a chain, each apart: a hundred hotels over a year are then dozens of documents."""
FEW = 10
FIRST = 1
LASTING = frozenset({CASHED, REVIEWS, SPOTS, STAYS})
"""Families that do not come from facts: nothing counts them anew, so no version of the entries may hide them."""
_ODD = frozenset("%.$")
Sums = dict[tuple[str, str], int]
Key = TypeVar("Key", str, tuple[str, str])
Today = Callable[[], dt.date]
"""The latest local day that anything is likely to be of; how long reading takes goes by it, never what is read."""


class MongoSums:
    """The `sums` collection; those of another version of the entries are not seen."""

    def __init__(
        self, mongo: Mongo, owner: str, version: int, apart: Collection[str] = (), today: Today = lambda: dt.date.max
    ) -> None:
        self._mongo, self._rows, self._today = mongo, mongo.collection("sums"), today
        self._version, self._apart = version, frozenset(apart)
        self._slot = zlib.crc32(owner.encode()) % SLOTS

    async def add(self, scope: Scope, contributions: Iterable[Contribution], tx: Tx) -> None:
        """Add to the sums of the days, months, properties and chains concerned."""
        # First what adds up: a batch says the same of many records, and each sum goes to four documents.
        sums: dict[tuple[str, str, dt.date, str, str, str], int] = defaultdict(int)
        for chain, property_id, (day, family, name, measure, amount) in contributions:
            sums[chain, property_id, day, family, name, measure] += amount
        documents: dict[tuple[str, str, str, str], Sums] = defaultdict(dict)
        for (chain, property_id, day, family, name, measure), amount in sums.items():
            cell = (escaped(name), measure)
            places = [(property_id, cell), (WHOLE_CHAIN, cell)]
            if family in self._apart:
                places.append((EACH, (f"{property_id}/{cell[0]}", measure)))
            for period in (day.isoformat(), month_of(day)):
                for where, mine in places:
                    cells = documents[chain, where, period, family]
                    cells[mine] = cells.get(mine, 0) + amount
        await self._rows.bulk([op for key, sums in sorted(documents.items()) if (op := self._op(key, sums))], tx=tx)

    def _op(self, key: tuple[str, str, str, str], sums: Sums) -> BulkOp | None:
        chain, where, period, family = key
        more = {f"s.{name}.{measure}": amount for (name, measure), amount in sums.items() if amount}
        if not more:
            return None
        version = self._of(family)
        row = {"chain": chain, "prop": where, "period": period, "family": family, "v": version}
        row_id = "|".join((chain, where, period, family, str(version), str(self._slot)))
        return Put({"_id": row_id}, {"$inc": more, "$setOnInsert": row})

    def _of(self, family: str) -> int:
        return FIRST if family in LASTING else self._version

    async def whole(self, scope: Scope, families: Sequence[str], start: dt.date, end: dt.date) -> dict[str, Tally]:
        """The sums over some days, by family."""
        return _unescaped(await self._over(scope, families, start, end, lambda row: row["family"]))

    async def by_property(
        self, scope: Scope, families: Sequence[str], start: dt.date, end: dt.date
    ) -> dict[str, dict[str, Tally]]:
        """The sums over some days, by property and family."""
        found: dict[str, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
        if scope.properties is not None and len(scope.properties) <= FEW:
            of_few = await self._over(scope, families, start, end, lambda row: (row["prop"], row["family"]))
            for (property_id, family), tally in of_few.items():
                found[property_id][family] = tally
        else:
            of_all = await self._over(scope, families, start, end, lambda row: row["family"], apart=True)
            for family, tally in of_all.items():
                for name, sums in tally.sums.items():
                    property_id, _, group = name.partition("/")
                    if scope.covers(property_id):
                        found[property_id][family].sums[group] = sums
        return {name: _unescaped(tallies) for name, tallies in found.items()}

    async def by_day(
        self, scope: Scope, families: Sequence[str], start: dt.date, end: dt.date
    ) -> dict[dt.date, dict[str, Tally]]:
        """The sums of each day, by family."""
        found: dict[dt.date, dict[str, Tally]] = defaultdict(lambda: defaultdict(Tally))
        for row in await self._read(scope, families, days(start, end)):
            found[dt.date.fromisoformat(row["period"])][row["family"]].add(row["s"])
        return {day: _unescaped(tallies) for day, tallies in sorted(found.items())}

    async def _over(
        self,
        scope: Scope,
        families: Sequence[str],
        start: dt.date,
        end: dt.date,
        key: Callable[[Document], Key],
        *,
        apart: bool = False,
    ) -> dict[Key, Tally]:
        """The sums over some days, by what a row's key is. What is left out lies in the months, as it is added in one
        transaction with them."""
        signs = covering(start, end, self._today())
        rows = await self._read(scope, families, list(signs), apart=apart)
        found: dict[Key, Tally] = defaultdict(Tally)
        for row in rows:
            if signs[row["period"]] > 0:
                found[key(row)].add(row["s"])
        less = [row for row in rows if signs[row["period"]] < 0]
        for row in less:
            found[key(row)].take(row["s"])
        settled = {name: tally.settled() if less else tally for name, tally in found.items()}
        return {name: tally for name, tally in settled.items() if tally.sums}

    async def _read(
        self, scope: Scope, families: Sequence[str], periods: Sequence[str], *, apart: bool = False
    ) -> list[Document]:
        """Rows as they all were at one moment: an event that is added meanwhile is in all of them or in none."""
        where: object = EACH if apart else WHOLE_CHAIN
        if scope.properties is not None and not apart:
            where = {"$in": sorted(scope.properties)}
        wanted: Document = {"chain": scope.chain, "period": {"$in": list(periods)}, "prop": where}
        by_version: dict[int, list[str]] = defaultdict(list)
        for family in families:
            by_version[self._of(family)].append(family)
        wanted["$or"] = [{"v": version, "family": {"$in": some}} for version, some in sorted(by_version.items())]
        shown = {"_id": 0, "prop": 1, "period": 1, "family": 1, "s": 1}
        return await self._mongo.at_one_moment(lambda tx: self._rows.find(wanted, projection=shown, tx=tx))


def escaped(name: str) -> str:
    """A group as part of a path in a document, where a dot and a leading dollar would mean something."""
    return _escaped(name) if _ODD.intersection(name) else name


def _escaped(name: str) -> str:
    return name.replace("%", "%25").replace(".", "%2E").replace("$", "%24")


def _unescaped(tallies: Mapping[str, Tally]) -> dict[str, Tally]:
    for tally in tallies.values():
        for name in [one for one in tally.sums if "%" in one]:
            plain = name.replace("%24", "$").replace("%2E", ".").replace("%25", "%")
            tally.sums[plain] = tally.sums.pop(name)
    return dict(tallies)

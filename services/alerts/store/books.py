"""Keeps the versions of what places have of their own in alerts, and what this process last read of those in force."""

import time
from collections.abc import Collection, Sequence

from services.alerts.domain.book import CHAIN_LEVEL, Book, BookVersion, in_force
from shared.chassis.mongo import Document, Mongo, Put, Tx
from shared.chassis.version_heads import APPROVED, head_of
from shared.contracts.proposals import MOST_OPEN, Head, standing
from shared.contracts.values import Instant, Scope

RECENT_S = 1.0


class MongoBooks:
    """The `books` collection: one row for each version."""

    def __init__(self, mongo: Mongo, default: Book) -> None:
        self._rows, self._default = mongo.collection("books"), default
        self._recent: dict[tuple[str, str], tuple[float, tuple[BookVersion, ...], tuple[BookVersion, ...]]] = {}
        self._made: dict[tuple[str, int, int], Book] = {}

    @property
    def default(self) -> Book:
        """What every hotel starts with."""
        return self._default

    async def book(self, scope: Scope, property_id: str, now: Instant) -> Book:
        """A hotel's book, as it was at most a second ago."""
        key, real = (scope.chain, property_id), time.monotonic()
        held = self._recent.get(key)
        if held is None or real - held[0] >= RECENT_S:
            chain = tuple(await self.standing(scope, CHAIN_LEVEL, now))
            own = tuple(await self.standing(scope, property_id, now))
            held = self._recent[key] = (real, chain, own)
        chain_version, own_version = standing(held[1], now), standing(held[2], now)
        if chain_version is None and own_version is None:
            return self._default
        numbers = (
            property_id,
            chain_version.version if chain_version else 0,
            own_version.version if own_version else 0,
        )
        mine = (f"{scope.chain}|{numbers[0]}", numbers[1], numbers[2])
        if mine not in self._made:
            self._made[mine] = in_force(self._default, chain_version, own_version)
        return self._made[mine]

    async def standing(self, scope: Scope, place: str, at: Instant) -> Sequence[BookVersion]:
        """The version in force at a moment, and those that start after it."""
        approved = {"chain": scope.chain, "place": place, "state": APPROVED}
        started = await self._rows.find(
            approved | {"starts_at": {"$lte": at}}, sort=[("starts_at", -1), ("version", -1)], limit=1
        )
        waiting = await self._rows.find(
            approved | {"starts_at": {"$gt": at}}, sort=[("starts_at", 1), ("version", 1)], limit=MOST_OPEN
        )
        return [_version(row) for row in (*started, *waiting)]

    async def head(self, scope: Scope, place: str, now: Instant, tx: Tx | None = None) -> Head:
        """Where a place stands with its own."""
        return await head_of(self._rows, scope, place, now, tx)

    async def find_all(
        self, scope: Scope, place: str, versions: Collection[int], tx: Tx | None = None
    ) -> list[BookVersion]:
        """Those of these versions that somebody wrote."""
        wanted = {"chain": scope.chain, "place": place, "version": {"$in": sorted(versions)}}
        return [_version(row) for row in await self._rows.find(wanted, sort=[("version", 1)], tx=tx)]

    async def page(self, scope: Scope, place: str, below: int | None, limit: int) -> list[BookVersion]:
        """Versions under a number, newest first."""
        wanted: Document = {"chain": scope.chain, "place": place}
        wanted |= {"version": {"$lt": below}} if below is not None else {}
        return [_version(row) for row in await self._rows.find(wanted, sort=[("version", -1)], limit=limit)]

    async def add(self, scope: Scope, version: BookVersion, tx: Tx) -> None:
        """Keep a new version; a number that is taken raises Duplicate."""
        await self._rows.insert_one({"_id": _id(scope, version), "chain": scope.chain, **_row(version)}, tx=tx)

    async def replace(self, scope: Scope, before: BookVersion, after: BookVersion, tx: Tx) -> None:
        """Keep what became of a version. What is approved here holds here at once."""
        held = {"_id": _id(scope, before), "chain": scope.chain, "seq": before.seq}
        await self._rows.bulk([Put(held, {"$set": _row(after)}, upsert=False)], tx=tx)
        tx.after_commit.append(self._recent.clear)


def _id(scope: Scope, version: BookVersion) -> str:
    return f"{scope.chain}|{version.place}|{version.version}"


def _row(version: BookVersion) -> Document:
    return {
        "place": version.place,
        "version": version.version,
        "seq": version.seq,
        "state": version.state.value,
        "starts_at": version.starts_at,
        "doc": version.model_dump(mode="json"),
    }


def _version(row: Document) -> BookVersion:
    return BookVersion.model_validate(row["doc"])

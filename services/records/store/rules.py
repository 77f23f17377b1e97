"""Hotel rules in MongoDB: every version of each place's own, and what this process last read of those in force."""

import datetime as dt
import time
from collections.abc import Collection, Sequence

from services.records.domain.rulebook import MOST_OPEN, Head, RuleVersion, VersionState
from shared.chassis.mongo import Document, Mongo, Put, Tx
from shared.contracts.values import Scope

RECENT_S = 1.0
APPROVED = VersionState.APPROVED.value


class MongoRules:
    """The `rules` collection: one row for each version, its state as one value, beside it what is asked for."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("rules")
        self._recent: dict[tuple[str, str], tuple[float, Sequence[RuleVersion]]] = {}
        self._written: dict[tuple[str, str], int] = {}

    async def recent(self, scope: Scope, place: str, now: dt.datetime) -> Sequence[RuleVersion]:
        """The version in force and those that wait for their day, at most a second old; own changes hold at once."""
        key, real = (scope.chain, place), time.monotonic()
        held = self._recent.get(key)
        if held is not None and real - held[0] < RECENT_S:
            return held[1]
        written = self._written.get(key, 0)
        found = await self.standing(scope, place, now)
        if self._written.get(key, 0) == written:  # a slow read never hides what was written meanwhile
            self._recent[key] = (real, found)
        return found

    async def standing(self, scope: Scope, place: str, at: dt.datetime) -> Sequence[RuleVersion]:
        """The version in force at a moment, and those that start after it."""
        approved = {"chain": scope.chain, "place": place, "state": APPROVED}
        started = await self._rows.find(
            approved | {"starts_at": {"$lte": at}}, sort=[("starts_at", -1), ("version", -1)], limit=1
        )
        waiting = await self._rows.find(
            approved | {"starts_at": {"$gt": at}}, sort=[("starts_at", 1), ("version", 1)], limit=MOST_OPEN
        )
        return [_version(row) for row in (*started, *waiting)]

    async def head(self, scope: Scope, place: str, now: dt.datetime, tx: Tx | None = None) -> Head:
        """Where the rules of a place stand."""
        whole = {"chain": scope.chain, "place": place}
        last = await self._rows.find_one(whole, projection={"version": 1}, sort=[("version", -1)], tx=tx)
        told = await self._rows.find_one(whole, projection={"seq": 1}, sort=[("seq", -1)], tx=tx)
        approved = await self._rows.find_one(whole | {"state": APPROVED}, sort=[("version", -1)], tx=tx)
        waits = [{"state": VersionState.PROPOSED.value}, {"state": APPROVED, "starts_at": {"$gt": now}}]
        waiting = await self._rows.find(whole | {"$or": waits}, projection={"_id": 1}, limit=MOST_OPEN, tx=tx)
        if last is None or told is None:
            return Head()
        return Head(last["version"], told["seq"], _version(approved) if approved else None, len(waiting))

    async def find_all(
        self, scope: Scope, place: str, versions: Collection[int], tx: Tx | None = None
    ) -> list[RuleVersion]:
        """Those of these versions that somebody wrote."""
        wanted = {"chain": scope.chain, "place": place, "version": {"$in": sorted(versions)}}
        return [_version(row) for row in await self._rows.find(wanted, sort=[("version", 1)], tx=tx)]

    async def page(self, scope: Scope, place: str, below: int | None, limit: int) -> list[RuleVersion]:
        """Versions under a number, newest first."""
        wanted: Document = {"chain": scope.chain, "place": place}
        wanted |= {"version": {"$lt": below}} if below is not None else {}
        return [_version(row) for row in await self._rows.find(wanted, sort=[("version", -1)], limit=limit)]

    async def add(self, scope: Scope, version: RuleVersion, tx: Tx) -> None:
        """Keep a new version; a number that is taken raises Duplicate."""
        await self._rows.insert_one({"_id": _id(scope, version), "chain": scope.chain, **_row(version)}, tx=tx)

    async def replace(self, scope: Scope, before: RuleVersion, after: RuleVersion, tx: Tx) -> None:
        """Keep what became of a version, if it is still as it was. What is approved here holds here at once."""
        held = {"_id": _id(scope, before), "chain": scope.chain, "seq": before.seq}
        await self._rows.bulk([Put(held, {"$set": _row(after)}, upsert=False)], tx=tx)
        tx.after_commit.append(lambda: self._forget((scope.chain, after.place)))

    def _forget(self, key: tuple[str, str]) -> None:
        self._written[key] = self._written.get(key, 0) + 1
        self._recent.pop(key, None)


def _id(scope: Scope, version: RuleVersion) -> str:
    return f"{scope.chain}|{version.place}|{version.version}"


def _row(version: RuleVersion) -> Document:
    return {
        "place": version.place,
        "version": version.version,
        "seq": version.seq,
        "state": version.state.value,
        "starts_at": version.starts_at,
        "doc": version.model_dump(mode="json"),
    }


def _version(row: Document) -> RuleVersion:
    return RuleVersion.model_validate(row["doc"])

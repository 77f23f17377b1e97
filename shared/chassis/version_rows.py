"""Versions of what places have of their own (rules, books), one row for each, and those that were read a moment ago."""

import datetime as dt
from collections.abc import Collection as Some
from collections.abc import Sequence
from typing import Generic

from shared.chassis.mongo import Collection, Document, Put, Tx
from shared.chassis.recent import Recent
from shared.contracts.proposals import MOST_OPEN, Head, OneDated, VersionState
from shared.contracts.values import Scope

APPROVED = VersionState.APPROVED.value


async def head_of(rows: Collection, scope: Scope, place: str, now: dt.datetime, tx: Tx | None = None) -> Head:
    """Where a place stands; rows have `chain`, `place`, `version`, `seq`, `state` and `starts_at`."""
    whole: Document = {"chain": scope.chain, "place": place}
    last = await rows.find_one(whole, projection={"version": 1}, sort=[("version", -1)], tx=tx)
    told = await rows.find_one(whole, projection={"seq": 1}, sort=[("seq", -1)], tx=tx)
    approved = await rows.find_one(whole | {"state": APPROVED}, sort=[("version", -1)], tx=tx)
    waits = [{"state": VersionState.PROPOSED.value}, {"state": APPROVED, "starts_at": {"$gt": now}}]
    waiting = await rows.find(whole | {"$or": waits}, projection={"_id": 1}, limit=MOST_OPEN, tx=tx)
    if last is None or told is None:
        return Head()
    return Head(last["version"], told["seq"], approved["version"] if approved else 0, len(waiting))


class VersionRows(Generic[OneDated]):
    """A collection of versions. Its rows have what is asked for beside the whole version as `doc`."""

    def __init__(self, rows: Collection, made_of: type[OneDated]) -> None:
        self.rows, self._made_of = rows, made_of
        self._recent = Recent[tuple[str, str], Sequence[OneDated]]()

    async def recent(self, scope: Scope, place: str, now: dt.datetime) -> Sequence[OneDated]:
        """The version in force and those that wait for their day, at most a second old; own changes hold at once."""
        return await self._recent.of((scope.chain, place), lambda: self.standing(scope, place, now))

    async def standing(self, scope: Scope, place: str, at: dt.datetime) -> Sequence[OneDated]:
        """The version in force at a moment, and those that start after it."""
        approved = {"chain": scope.chain, "place": place, "state": APPROVED}
        started = await self.rows.find(
            approved | {"starts_at": {"$lte": at}}, sort=[("starts_at", -1), ("version", -1)], limit=1
        )
        waiting = await self.rows.find(
            approved | {"starts_at": {"$gt": at}}, sort=[("starts_at", 1), ("version", 1)], limit=MOST_OPEN
        )
        return [self.version(row) for row in (*started, *waiting)]

    async def find_all(self, scope: Scope, place: str, versions: Some[int], tx: Tx | None = None) -> list[OneDated]:
        """Those of these versions that somebody wrote."""
        wanted = {"chain": scope.chain, "place": place, "version": {"$in": sorted(versions)}}
        return [self.version(row) for row in await self.rows.find(wanted, sort=[("version", 1)], tx=tx)]

    async def page(self, scope: Scope, place: str, below: int | None, limit: int) -> list[OneDated]:
        """Versions under a number, newest first."""
        wanted: Document = {"chain": scope.chain, "place": place}
        wanted |= {"version": {"$lt": below}} if below is not None else {}
        return [self.version(row) for row in await self.rows.find(wanted, sort=[("version", -1)], limit=limit)]

    async def add(self, scope: Scope, version: OneDated, tx: Tx) -> None:
        """Keep a new version; a number that is taken raises Duplicate."""
        await self.rows.insert_one({"_id": _id(scope, version), "chain": scope.chain, **_row(version)}, tx=tx)

    async def replace(self, scope: Scope, before: OneDated, after: OneDated, tx: Tx) -> None:
        """Keep what became of a version, if it is still as it was. What is approved here holds here at once."""
        held = {"_id": _id(scope, before), "chain": scope.chain, "seq": before.seq}
        await self.rows.bulk([Put(held, {"$set": _row(after)}, upsert=False)], tx=tx)
        tx.after_commit.append(lambda: self._recent.forget((scope.chain, after.place)))

    def version(self, row: Document) -> OneDated:
        """What a row holds."""
        return self._made_of.model_validate(row["doc"])


def _id(scope: Scope, version: OneDated) -> str:
    return f"{scope.chain}|{version.place}|{version.version}"


def _row(version: OneDated) -> Document:
    return {
        "place": version.place,
        "version": version.version,
        "seq": version.seq,
        "state": version.state.value,
        "starts_at": version.starts_at,
        "doc": version.model_dump(mode="json"),
    }

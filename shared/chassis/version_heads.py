"""Where a place stands with its versions, read from a store that keeps one row for each."""

import datetime as dt

from shared.chassis.mongo import Collection, Document, Tx
from shared.contracts.proposals import MOST_OPEN, Head, VersionState
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

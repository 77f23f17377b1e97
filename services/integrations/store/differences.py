"""Differences that a reconciliation found, in MongoDB: told once when seen, once more when they are gone."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from services.integrations.domain.reconciling import ON_FOLIO, Difference, Expected, Found, Seen, told
from services.integrations.store.scoping import within
from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.money import Posting, PostingState
from shared.contracts.values import Money, Scope

LONGEST_ON_ITS_WAY = dt.timedelta(days=90)
"""Rows lie by when they were asked for; what a person had tried again may have been posted much later."""
UNDER_WAY = [one.value for one in PostingState if one is not PostingState.FAILED]


class DifferenceStore:
    """The `differences` and `reconciliations` of this service, and what is expected on folios."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo, self._outbox = mongo, outbox
        self._rows, self._postings = mongo.collection("differences"), mongo.collection("postings")
        self._runs = mongo.collection("reconciliations")

    async def on_folio(self, scope: Scope, property_id: str, since: dt.datetime, until: dt.datetime) -> list[Expected]:
        """What our records say must stand on the hotel's folios."""
        states = [PostingState.DONE.value, PostingState.UNKNOWN.value]
        asked = {"$gte": since - LONGEST_ON_ITS_WAY, "$lt": until}
        wanted: Document = {"prop": property_id, "chain": scope.chain, "at": asked}
        rows = await self._postings.find(wanted | {"state": {"$in": states}})
        postings = [Posting.model_validate(row["body"]["posting"]) for row in rows]
        return [
            Expected(
                key=one.id,
                on="folio",
                kind=ON_FOLIO[one.kind],
                amount=one.amount,
                property_id=property_id,
                stay_id=one.stay_id,
                record_id=one.record_id,
                reference=one.provider_ref,
            )
            for one in postings
            if one.kind in ON_FOLIO and since <= one.at < until
        ]

    async def under_way(self, scope: Scope, stay_ids: Sequence[str]) -> frozenset[str]:
        """All that lines of these stays are known by, whenever they were posted; not what was refused."""
        wanted: Document = {"stay": {"$in": list(stay_ids)}, "state": {"$in": UNDER_WAY}, **within(scope)}
        rows = await self._postings.find(wanted, projection={"body.posting.provider_ref": 1})
        return frozenset(
            name for row in rows for name in (row["_id"], row["body"]["posting"].get("provider_ref")) if name
        )

    async def disputed_stays(self, scope: Scope, property_id: str) -> frozenset[str]:
        """The stays whose folios did not agree when they were last looked at."""
        wanted: Document = {"prop": property_id, "chain": scope.chain, "open": True, "body.on": "folio"}
        rows = await self._rows.find(wanted, projection={"body.stay_id": 1})
        return frozenset(row["body"]["stay_id"] for row in rows if row["body"].get("stay_id"))

    async def keep(
        self,
        scope: Scope,
        property_id: str,
        found: Sequence[Found],
        seen: Seen,
        since: dt.datetime,
        now: dt.datetime,
        provenance: Provenance,
    ) -> tuple[int, int]:
        """Keep what a run found; how many are new, and how many that were seen since a moment are gone."""

        async def work(tx: Tx) -> tuple[int, int]:
            wanted = {"prop": property_id, "chain": scope.chain}
            ids = [one.id for one in found]
            there = {row["_id"] for row in await self._rows.find({"_id": {"$in": ids}}, projection={"_id": 1}, tx=tx)}
            new = [one for one in found if one.id not in there]
            gone_rows = await self._rows.find(
                {**wanted, "open": True, "seen": {"$gte": since}, "_id": {"$nin": ids}}, tx=tx
            )
            gone = [one for one in map(_found, gone_rows) if seen.covers(one)]
            await self._rows.insert_many([_row(scope.chain, one, now) for one in new], tx=tx)
            settled = {"$set": {"open": False, "settled": now}}
            await self._rows.update_many({"_id": {"$in": [one.id for one in gone]}}, settled, tx=tx)
            events = [told(scope.chain, one, now) for one in new]
            events += [told(scope.chain, one, now, settled=True) for one in gone]
            await self._outbox.append(tx, events, provenance)
            return len(new), len(gone)

        return await self._mongo.run(work)

    async def page(self, scope: Scope, *, open_only: bool, limit: int) -> list[Found]:
        """Differences of the scope's hotels, newest first."""
        wanted: Document = within(scope) | ({"open": True} if open_only else {})
        return [_found(row) for row in await self._rows.find(wanted, sort=[("seen", -1), ("_id", 1)], limit=limit)]

    async def ran(self, scope: Scope, property_id: str, day: dt.date) -> bool:
        """Whether a hotel's night was reconciled."""
        return await self._runs.find_one({"_id": f"{property_id}|{day.isoformat()}"}) is not None

    async def note_run(self, scope: Scope, property_id: str, day: dt.date, now: dt.datetime) -> None:
        """It was."""
        run = {"$set": {"chain": scope.chain, "prop": property_id, "at": now}}
        await self._runs.update_one({"_id": f"{property_id}|{day.isoformat()}"}, run, upsert=True)


def _row(chain: str, one: Found, now: dt.datetime) -> Document:
    body = dataclasses.asdict(one) | {"type": one.type.value}
    body |= {name: getattr(one, name).model_dump() if getattr(one, name) else None for name in ("expected", "found")}
    return {"_id": one.id, "chain": chain, "prop": one.property_id, "open": True, "seen": now, "body": body}


def _found(row: Document) -> Found:
    body = row["body"]
    money = {name: Money(**body[name]) if body[name] else None for name in ("expected", "found")}
    return Found(**{**body, **money, "type": Difference(body["type"])})

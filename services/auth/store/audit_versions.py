"""Tallies of versions in MongoDB: kept by the indexer as it follows the log, asked by the completeness job."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from services.auth.domain.completeness import Tally
from services.auth.domain.entries import Facts
from shared.chassis.mongo import Document, Mongo, Put, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.contracts.envelope import NewEvent
from shared.contracts.values import SYSTEM_CHAIN, Scope

MOST = 1000
FIELDS = tuple(Tally.model_fields)


class AuditVersions:
    """The `audit_versions` rows, one for each aggregate and topic."""

    def __init__(self, mongo: Mongo, outbox: Outbox) -> None:
        self._mongo, self._outbox, self._rows = mongo, outbox, mongo.collection("audit_versions")

    async def note(self, scope: Scope, tx: Tx, seen: Iterable[tuple[str, Facts]], now: dt.datetime) -> None:
        """Take versions that stand in the log now; each is the topic and the facts of an entry."""
        fresh: dict[str, Tally] = {}
        versions: dict[str, list[int]] = defaultdict(list)
        for topic, facts in seen:
            if facts.version > 0:
                tally = Tally(chain=scope.chain, topic=topic, aggregate=facts.subject, property_id=facts.property_id)
                fresh.setdefault(tally.key, tally)
                versions[tally.key].append(facts.version)
        rows = await self._rows.find({"_id": {"$in": list(fresh)}}, tx=tx)
        known = {row["_id"]: _tally(row) for row in rows}
        after = [known.get(key, tally).seen(versions[key], now) for key, tally in fresh.items()]
        await self._rows.bulk([_put(tally) for tally in after], ordered=False, tx=tx)

    async def gaps(self, scope: Scope, before: dt.datetime, asked_before: dt.datetime) -> list[Tally]:
        """Aggregates that miss versions since before a moment (real time) and were not asked for since another.

        The system's scope sees every chain's. What nobody can fill is asked for in its turn, and keeps no younger gap
        from it.
        """
        due: Document = {"$or": [{"asked_at": None}, {"asked_at": {"$lte": asked_before}}]}
        wanted: Document = {"since": {"$lte": before}} | due | _of(scope)
        return [_tally(row) for row in await self._rows.find(wanted, sort=[("since", 1)], limit=MOST)]

    async def filled(self, scope: Scope) -> list[Tally]:
        """Aggregates whose gap was told and is closed, and that was not told yet."""
        rows = await self._rows.find({"open": True, "since": None} | _of(scope), limit=MOST)
        return [_tally(row) for row in rows]

    async def count(self, scope: Scope) -> int:
        """How many aggregates miss versions."""
        return await self._rows.count({"since": {"$gt": dt.datetime(1970, 1, 1, tzinfo=dt.UTC)}} | _of(scope))

    async def tell(self, scope: Scope, before: Tally, after: Tally, event: NewEvent, *, still: bool) -> bool:
        """Keep that a gap was told, with its event; False when somebody else told it or it moved meanwhile."""
        told = {"asked": after.asked, "asked_at": after.asked_at, "open": still}

        async def work(tx: Tx) -> bool:
            mine = {"_id": before.key, "asked": before.asked, "next": before.next}
            if not await self._rows.update_one(mine, {"$set": told}, tx=tx):
                return False
            await self._outbox.append(tx, [event], Provenance.fresh(event.subject))
            return True

        return await self._mongo.run(work)


def _of(scope: Scope) -> Document:
    return {} if scope.chain == SYSTEM_CHAIN else {"chain": scope.chain}


def _put(tally: Tally) -> Put:
    fields = tally.model_dump(exclude={"asked", "asked_at"})
    fields["ahead"] = list(tally.ahead)
    return Put({"_id": tally.key}, {"$set": fields, "$setOnInsert": {"asked": 0, "asked_at": None}})


def _tally(row: Document) -> Tally:
    return Tally.model_validate({name: row[name] for name in FIELDS})

"""Runs of forgetting somebody, in MongoDB, until they are confirmed."""

import datetime as dt

from services.records.ports.erasures import PendingErasure
from shared.chassis.mongo import Document, Mongo, Tx
from shared.chassis.provenance import Provenance
from shared.contracts.guests import GuestErased
from shared.contracts.values import SYSTEM_CHAIN, Scope

MOST = 100


class MongoErasures:
    """The `erasures` collection: ids and counts only."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("erasures")

    async def note(self, scope: Scope, pending: PendingErasure, tx: Tx) -> None:
        """Keep one; the same run again changes nothing."""
        assert pending.chain == scope.chain
        await self._rows.update_one({"_id": pending.key}, {"$setOnInsert": _row(pending)}, upsert=True, tx=tx)

    async def waiting(self, scope: Scope, before: dt.datetime) -> list[PendingErasure]:
        """Those heard of before a moment and not confirmed; the system's scope sees every chain's."""
        wanted: Document = {"waits": True, "at": {"$lte": before}}
        wanted |= {} if scope.chain == SYSTEM_CHAIN else {"chain": scope.chain}
        return [_pending(row) for row in await self._rows.find(wanted, sort=[("at", 1)], limit=MOST)]

    async def done(self, scope: Scope, pending: PendingErasure, tx: Tx) -> bool:
        """Mark one as confirmed; False when it was."""
        mine = {"_id": pending.key, "chain": scope.chain, "waits": True}
        counts = {"values": pending.values, "files": pending.files}
        return bool(await self._rows.update_one(mine, {"$set": counts, "$unset": {"waits": 1}}, tx=tx))


def _row(pending: PendingErasure) -> Document:
    return {
        "chain": pending.chain,
        "property_id": pending.property_id,
        "guest_id": pending.body.guest_id,
        "body": pending.body.model_dump(mode="json"),
        "run": pending.run,
        "values": pending.values,
        "files": pending.files,
        "at": pending.heard_at,
        "because": [pending.provenance.correlation, pending.provenance.causation],
        "waits": True,
    }


def _pending(row: Document) -> PendingErasure:
    return PendingErasure(
        chain=row["chain"],
        property_id=row["property_id"],
        body=GuestErased.model_validate(row["body"]),
        run=row["run"],
        values=row["values"],
        files=row["files"],
        heard_at=row["at"],
        provenance=Provenance(*row["because"]),
    )

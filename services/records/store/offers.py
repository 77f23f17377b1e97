"""Offers in MongoDB: every version as it was published, the newest beside them, and who holds which slot of a day."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from services.records.domain.capacity import of_claim
from services.records.domain.offers import OfferVersion
from services.records.ports import Claim
from services.records.store.records import within
from shared.chassis.mongo import BulkOp, Delete, Document, Insert, Mongo, Put, Tx
from shared.chassis.recent import Recent
from shared.contracts.values import Scope


def _offer(row: Document) -> OfferVersion:
    return OfferVersion.model_validate(row["offer"])


class MongoOffers:
    """The `offers` collection (one row an offer, the newest version) and `offer_versions` (all of them)."""

    def __init__(self, mongo: Mongo) -> None:
        self._newest, self._versions = mongo.collection("offers"), mongo.collection("offer_versions")
        self._recent = Recent[tuple[str, str], Sequence[OfferVersion]]()

    async def find(
        self, scope: Scope, offer_id: str, version: int | None = None, tx: Tx | None = None
    ) -> OfferVersion | None:
        """One version, or the newest."""
        if version is None:
            row = await self._newest.find_one({"_id": offer_id, **within(scope)}, tx=tx)
        else:
            row = await self._versions.find_one({"_id": f"{offer_id}|{version}", **within(scope)}, tx=tx)
        return _offer(row) if row else None

    async def page(self, scope: Scope, property_id: str, after: str | None, limit: int) -> list[OfferVersion]:
        """The newest version of a property's offers, by code, after one of them."""
        wanted = {"$and": [within(scope), {"property_id": property_id}, {"code": {"$gt": after or ""}}]}
        return [_offer(row) for row in await self._newest.find(wanted, sort=[("code", 1)], limit=limit)]

    async def live(self, scope: Scope, property_id: str) -> Sequence[OfferVersion]:
        """What a property sells, by rank and code; at most a second old."""

        async def read() -> Sequence[OfferVersion]:
            wanted = {"chain": scope.chain, "property_id": property_id, "live": True}
            return [_offer(row) for row in await self._newest.find(wanted, sort=[("rank", 1), ("code", 1)])]

        return await self._recent.of((scope.chain, property_id), read)

    async def add(self, scope: Scope, offer: OfferVersion, tx: Tx) -> None:
        """Keep a version; one that exists makes the transaction fail."""
        whose = {"chain": scope.chain, "property_id": offer.property_id}
        told = {"version": offer.version, "offer": offer.model_dump(mode="json")}
        await self._versions.insert_one({"_id": f"{offer.id}|{offer.version}", **whose, **told}, tx=tx)
        asked = {"code": offer.terms.code, "rank": offer.terms.rank, "live": offer.live}
        newest: list[BulkOp] = [Put({"_id": offer.id}, {"$set": {**whose, **told, **asked}})]
        await self._newest.bulk(newest, tx=tx)
        tx.after_commit.append(lambda: self._recent.forget((scope.chain, offer.property_id)))


class MongoClaims:
    """The `claims` collection: one row for each slot that a record holds, so that only equal slots conflict."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.collection("claims")

    async def taken(
        self, scope: Scope, offer_id: str, days: Collection[dt.date], tx: Tx | None = None
    ) -> Mapping[str, frozenset[int]]:
        """The slots that are taken on these days."""
        wanted = {"chain": scope.chain, "offer_id": offer_id, "day": {"$in": sorted(day.isoformat() for day in days)}}
        rows = await self._rows.find(wanted, projection={"day": 1, "slot": 1}, tx=tx)
        return {
            day: frozenset(row["slot"] for row in rows if row["day"] == day) for day in {row["day"] for row in rows}
        }

    async def write(self, scope: Scope, claimed: Sequence[Claim], released: Sequence[Claim], tx: Tx) -> None:
        """Take slots and give slots back, with the records that say so."""
        gone: list[BulkOp] = [Delete({"_id": _id(each), "record_id": each.record_id}) for each in released]
        fresh: list[BulkOp] = [Insert(_row(scope, each)) for each in claimed]
        await self._rows.bulk([*gone, *fresh], tx=tx)


def _id(claim: Claim) -> str:
    return f"{claim.offer_id}|{claim.slot}"


def _row(scope: Scope, claim: Claim) -> Document:
    day, slot = of_claim(claim.slot)
    whose = {"chain": scope.chain, "property_id": claim.property_id, "record_id": claim.record_id}
    return {"_id": _id(claim), **whose, "offer_id": claim.offer_id, "day": day, "slot": slot}

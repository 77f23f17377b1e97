"""Campaigns in MongoDB: each with how far its round has come, whom it must not write to, and what became of it."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from services.records.domain.campaigns import CampaignState, Phase
from services.records.ports import News, Round, Span, Tally
from services.records.store.records import within
from shared.chassis.mongo import BulkOp, Document, Mongo, Put, Tx
from shared.contracts.stays import Stay
from shared.contracts.values import Scope


def _campaign(row: Document) -> CampaignState:
    return CampaignState.model_validate(row["campaign"])


class MongoCampaigns:
    """The `campaigns`, `campaign_runs` and `opted_out` collections, and questions to stays and records."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows, self._runs = mongo.collection("campaigns"), mongo.collection("campaign_runs")
        self._opted_out = mongo.collection("opted_out")
        self._stays, self._records = mongo.collection("stays"), mongo.collection("records")

    async def find(self, scope: Scope, campaign_id: str, tx: Tx | None = None) -> CampaignState | None:
        """One campaign."""
        row = await self._rows.find_one({"_id": campaign_id, **within(scope)}, tx=tx)
        return _campaign(row) if row else None

    async def page(self, scope: Scope, property_id: str, after: str | None, limit: int) -> list[CampaignState]:
        """A property's campaigns, by id, after one of them."""
        wanted = {"$and": [within(scope), {"property_id": property_id}, {"_id": {"$gt": after or ""}}]}
        return [_campaign(row) for row in await self._rows.find(wanted, sort=[("_id", 1)], limit=limit)]

    async def running(self, scope: Scope) -> Sequence[CampaignState]:
        """Every campaign of every chain that runs."""
        rows = await self._rows.find({"phase": Phase.RUNNING.value}, sort=[("_id", 1)])
        return [_campaign(row) for row in rows]

    async def write(self, scope: Scope, campaign: CampaignState, tx: Tx) -> None:
        """Keep a campaign; the unique event of its version guards it."""
        row = {
            "chain": scope.chain,
            "property_id": campaign.property_id,
            "phase": campaign.phase.value,
            "campaign": campaign.model_dump(mode="json"),
        }
        kept: list[BulkOp] = [Put({"_id": campaign.id}, {"$set": row})]
        await self._rows.bulk(kept, tx=tx)
        begun: list[BulkOp] = [Put({"_id": campaign.id}, {"$setOnInsert": {"chain": scope.chain, "cursor": None}})]
        await self._runs.bulk(begun, tx=tx)

    async def round(self, scope: Scope, campaign_id: str, tx: Tx) -> Round:
        """How far it has come."""
        row = await self._runs.find_one({"_id": campaign_id, "chain": scope.chain}, tx=tx) or {}
        news = row.get("news")
        days = tuple(dt.date.fromisoformat(day) for day in news["due"]) if news else ()
        return Round(
            cursor=row.get("cursor"),
            news=News(news["since"], news["by"], days) if news else None,
            version=row.get("version", 0),
            **{name: row.get(name) for name in ("began", "through", "whole")},
        )

    async def advance(self, scope: Scope, campaign_id: str, before: Round, after: Round, tx: Tx) -> None:
        """Go on, in the transaction of what was done up to there; if somebody else did meanwhile, nothing moves."""
        mine = {"_id": campaign_id, "chain": scope.chain, "cursor": before.cursor}
        told: Document = {name: getattr(after, name) for name in ("cursor", "began", "through", "whole", "version")}
        news = after.news
        days = [day.isoformat() for day in news.due] if news else []
        told["news"] = {"since": news.since, "by": news.by, "due": days} if news else None
        moved: list[BulkOp] = [Put(mine, {"$set": told}, upsert=False)]
        await self._runs.bulk(moved, tx=tx)

    async def stays(self, scope: Scope, span: Span, after: str | None, limit: int, tx: Tx | None = None) -> list[Stay]:
        """Stays by id, after one of them."""
        days = {"$gte": span.first.isoformat(), "$lte": span.last.isoformat()}
        wanted: Document = {"chain": scope.chain, "stay.property_id": span.property_id, f"stay.{span.by}": days}
        wanted |= {"stay.status": span.status, "_id": {"$gt": after or ""}}
        if span.news is not None:
            due = [day.isoformat() for day in span.news.due]
            wanted["$or"] = [{"kept_at": {"$gte": span.news.since}}, {f"stay.{span.news.by}": {"$in": due}}]
        rows = await self._stays.find(wanted, sort=[("_id", 1)], limit=limit, tx=tx)
        return [stay for row in rows if scope.covers((stay := Stay.model_validate(row["stay"])).property_id)]

    async def sent_to(self, scope: Scope, stay_id: str, tx: Tx) -> list[str]:
        """The ids of the records that campaigns opened for a stay."""
        wanted = {"chain": scope.chain, "stay_id": stay_id, "campaign": {"$gt": ""}}
        return [row["_id"] for row in await self._records.find(wanted, projection={"_id": 1}, sort=[("_id", 1)], tx=tx)]

    async def complaining(self, scope: Scope, kinds: Collection[str], guests: Collection[str]) -> set[str]:
        """Which of these guests have an open record of one of these kinds."""
        wanted = {
            "chain": scope.chain,
            "guest_id": {"$in": sorted(guests)},
            "open": True,
            "kind": {"$in": sorted(kinds)},
        }
        rows = await self._records.find(wanted, projection={"guest_id": 1}) if guests else []
        return {row["guest_id"] for row in rows}

    async def opted_out(self, scope: Scope, guests: Collection[str]) -> set[str]:
        """Which of these guests asked us to stop."""
        ids = [f"{scope.chain}|{guest}" for guest in sorted(guests)]
        rows = await self._opted_out.find({"_id": {"$in": ids}}) if ids else []
        return {row["guest_id"] for row in rows}

    async def opt_out(self, scope: Scope, guests: Collection[str], tx: Tx) -> None:
        """They asked us to stop; told twice is told once."""
        said: list[BulkOp] = [
            Put({"_id": f"{scope.chain}|{guest}"}, {"$setOnInsert": {"chain": scope.chain, "guest_id": guest}})
            for guest in sorted(guests)
        ]
        await self._opted_out.bulk(said, tx=tx)

    async def tally(self, scope: Scope, campaign_id: str) -> Mapping[str, Tally]:
        """What became of its records, by arm."""
        group: dict[str, Any] = {
            "_id": "$state.sale.arm",
            "sent": {"$sum": _one({"$gt": [{"$size": "$state.guest_messages"}, 0]})},
            "answered": {"$sum": _one({"$gt": ["$state.fields.guest_answer", None]})},
            "accepted": {"$sum": _one({"$eq": ["$state.fields.guest_answer", "accepted"]})},
            "sold": {"$sum": _one({"$eq": ["$state.sale.state", "sold"]})},
            "revenue": {"$sum": {"$subtract": [_lines("charge"), _lines("refund")]}},
        }
        match = {**within(scope), "campaign": campaign_id}
        rows = await self._records.aggregate([{"$match": match}, {"$group": group}])
        return {str(row.pop("_id")): Tally(**row) for row in rows}


def _one(condition: Document) -> Document:
    return {"$cond": [condition, 1, 0]}


def _lines(kind: str) -> Document:
    """The sum of a record's lines of one kind that did not fail."""
    counted = {"$and": [{"$eq": ["$$line.kind", kind]}, {"$ne": ["$$line.state", "failed"]}]}
    lines = {"$filter": {"input": "$state.money", "as": "line", "cond": counted}}
    return {"$sum": {"$map": {"input": lines, "as": "line", "in": "$$line.amount.amount"}}}

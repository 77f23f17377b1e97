"""Campaigns in memory, by the same rules as the real store."""

from collections.abc import Collection, Mapping, Sequence

from services.records.domain.campaigns import CampaignState, Phase
from services.records.domain.state import RecordState
from services.records.ports import News, Round, Span, Tally
from shared.chassis.mongo import Tx
from shared.contracts.records import LineKind, Status
from shared.contracts.stays import Stay
from shared.contracts.values import Scope
from tests.fakes.records import FakeDatabase


class FakeCampaigns:
    """Campaigns, how far they have come, and who asked us to stop."""

    def __init__(self, database: FakeDatabase) -> None:
        self._db = database

    def _seen(self, scope: Scope) -> list[CampaignState]:
        rows = sorted(self._db.tables.campaigns.values(), key=lambda row: row.id)
        return [row for row in rows if row.chain == scope.chain and scope.covers(row.property_id)]

    async def find(self, scope: Scope, campaign_id: str, tx: Tx | None = None) -> CampaignState | None:
        return next((row for row in self._seen(scope) if row.id == campaign_id), None)

    async def page(self, scope: Scope, property_id: str, after: str | None, limit: int) -> list[CampaignState]:
        found = [row for row in self._seen(scope) if row.property_id == property_id and row.id > (after or "")]
        return found[:limit]

    async def running(self, scope: Scope) -> Sequence[CampaignState]:
        return [row for row in self._db.tables.campaigns.values() if row.phase is Phase.RUNNING]

    async def write(self, scope: Scope, campaign: CampaignState, tx: Tx) -> None:
        self._db.tables.campaigns[campaign.id] = campaign
        self._db.tables.cursors.setdefault(campaign.id, Round())

    async def round(self, scope: Scope, campaign_id: str, tx: Tx) -> Round:
        return self._db.tables.cursors.get(campaign_id, Round())

    async def advance(self, scope: Scope, campaign_id: str, before: Round, after: Round, tx: Tx) -> None:
        self._db.tables.cursors[campaign_id] = after

    async def stays(self, scope: Scope, span: Span, after: str | None, limit: int, tx: Tx | None = None) -> list[Stay]:
        found = [
            stay
            for stay in sorted(self._db.tables.stays.values(), key=lambda stay: stay.id)
            if (stay.chain, stay.property_id, stay.status) == (scope.chain, span.property_id, span.status)
            and span.first <= getattr(stay, span.by) <= span.last
            and stay.id > (after or "")
            and (span.news is None or self._is_news(stay, span.news))
        ]
        return found[:limit]

    def _is_news(self, stay: Stay, news: News) -> bool:
        return self._db.tables.kept_at[stay.id] >= news.since or getattr(stay, news.by) in news.due

    async def sent_to(self, scope: Scope, stay_id: str, tx: Tx) -> list[str]:
        rows = self._db.tables.records.values()
        return sorted(row.id for row in rows if row.stay_id == stay_id and row.sale and row.sale.campaign)

    async def complaining(self, scope: Scope, kinds: Collection[str], guests: Collection[str]) -> set[str]:
        rows = self._db.tables.records.values()
        return {
            row.guest_id
            for row in rows
            if row.guest_id in guests and row.kind in kinds and row.status is not Status.COMPLETE
        }

    async def opted_out(self, scope: Scope, guests: Collection[str]) -> set[str]:
        return {guest for guest in guests if self._db.tables.opted_out.get(guest)}

    async def opt_out(self, scope: Scope, guests: Collection[str], tx: Tx) -> None:
        self._db.tables.opted_out |= dict.fromkeys(guests, True)

    async def tally(self, scope: Scope, campaign_id: str) -> Mapping[str, Tally]:
        arms: dict[str, list[RecordState]] = {}
        for row in self._db.tables.records.values():
            if row.sale is not None and row.sale.campaign == campaign_id:
                arms.setdefault(str(row.sale.arm), []).append(row)
        return {arm: _tally(rows) for arm, rows in arms.items()}


def _tally(rows: Sequence[RecordState]) -> Tally:
    lines = [line for row in rows for line in row.money if line.state != "failed"]
    signs = {LineKind.CHARGE: 1, LineKind.REFUND: -1}
    return Tally(
        sent=sum(bool(row.guest_messages) for row in rows),
        answered=sum("guest_answer" in row.fields for row in rows),
        accepted=sum(row.fields.get("guest_answer") == "accepted" for row in rows),
        sold=sum(row.sale is not None and row.sale.state == "sold" for row in rows),
        revenue=sum(signs.get(line.kind, 0) * line.amount.amount for line in lines),
    )

"""Runs campaigns: stays in bounded batches, each batch one transaction with the cursor that says how far it came."""

import datetime as dt
from dataclasses import replace

from services.records.domain.campaigns import (
    STATUS,
    CampaignState,
    Phase,
    arm_of,
    due_days,
    ends_at,
    trigger_key,
    window,
)
from services.records.domain.commands import ConfirmSale
from services.records.domain.occurrences import Opening
from services.records.domain.selling import pinned
from services.records.ports import News, Round, Span
from services.records.usecases.audience import Audience
from services.records.usecases.desk import CATALOGUE_TERMS, LEFT_TO_A_PERSON, Desk
from services.records.usecases.house import House
from services.records.usecases.till import sold
from shared.chassis.faultpoints import reach
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts.errors import AppError
from shared.contracts.records import TriggerKind
from shared.contracts.staff import Property
from shared.contracts.stays import Stay
from shared.contracts.values import SYSTEM_CHAIN, Scope, zone

BATCH = 50
MOST_BATCHES = 40
WHOLE_S = 300.0
"""How often every stay that a campaign may mean is looked at, in real seconds; in between only what is new."""
OVERLAP = dt.timedelta(minutes=3)
"""How far a round looks back beyond the last one: longer than any transaction that had not committed by then lives."""
KIND = "campaign_reply"
ALL = Scope(chain=SYSTEM_CHAIN)


class Launching:
    """What the campaigns job does, again and again: a round goes through the stays that a campaign may mean by now.

    Between rounds about every stay, those look only at what is new: stays heard of since, and stays whose moment came.
    A stay gets one record by its trigger key, whatever is run again.
    """

    def __init__(self, house: House) -> None:
        self._house = house

    async def __call__(self) -> int:
        """One look at every running campaign; how many records were opened."""
        opened = 0
        for campaign in await self._house.campaigns.running(ALL):
            opened += await self.round(campaign)
        return opened

    async def round(self, campaign: CampaignState) -> int:
        """Go on with a campaign's round to its end, or for as many batches as one look allows."""
        opened = 0
        for _ in range(MOST_BATCHES):
            fresh, more = await self._house.transactions.run(lambda tx: self._batch(tx, campaign))
            opened += fresh
            if not more:
                break
        return opened

    async def _batch(self, tx: Tx, known: CampaignState) -> tuple[int, bool]:
        scope = Scope(chain=known.chain)
        campaign = await self._house.campaigns.find(scope, known.id, tx)
        hotel = self._house.people.property(known.chain, known.property_id)
        if campaign is None or campaign.phase is not Phase.RUNNING or hotel is None:
            return 0, False
        before = await self._house.campaigns.round(scope, campaign.id, tx)
        here = before if before.cursor is not None else self._begun(before, campaign, hotel)
        terms = campaign.terms
        span = window(terms, self._house.clock.now(), zone(hotel.zone))
        asked = Span(hotel.id, *span, STATUS[terms.moment].value, here.news)
        stays = await self._house.campaigns.stays(scope, asked, here.cursor, BATCH, tx)
        desk = Desk(self._house, scope, tx)
        opened = await self._open_all(desk, campaign, await self._new(desk, campaign, stays), hotel)
        after = stays[-1].id if len(stays) == BATCH else None
        if stays or here.news is None or here.news.due:
            await self._house.campaigns.advance(scope, campaign.id, before, replace(here, cursor=after), tx)
        await desk.flush()
        tx.before_commit.append(lambda: reach("campaign.in_transaction"))
        tx.after_commit.append(lambda: reach("campaign.committed"))
        return opened, after is not None

    def _begun(self, last: Round, campaign: CampaignState, hotel: Property) -> Round:
        """A new round: about what is new, or now and then about every stay.

        What no stay tells of (a complaint was closed, a place became free, an audience asks for the time) is met there.
        """
        real, now = self._house.clock.real_now(), self._house.clock.now()
        whole = last.whole
        fresh = last.began is None or last.through is None or whole is None or last.version != campaign.version
        if fresh or whole is None or (real - whole).total_seconds() >= WHOLE_S:
            return Round(None, real, now, real, campaign.version)
        assert last.began is not None
        assert last.through is not None
        by, days = due_days(campaign.terms, last.through, now, zone(hotel.zone))
        news = News(last.began - OVERLAP, by, days)
        return replace(last, began=real, through=now, news=news)

    async def _new(self, desk: Desk, campaign: CampaignState, stays: list[Stay]) -> list[Stay]:
        keys = {trigger_key(campaign.id, stay.id): stay for stay in stays}
        taken = await self._house.records.taken(desk.scope, keys, desk.tx)
        return [stay for key, stay in keys.items() if key not in taken]

    async def _open_all(self, desk: Desk, campaign: CampaignState, stays: list[Stay], hotel: Property) -> int:
        told = await Audience(self._house, desk.scope).why(campaign, stays, hotel)
        meant = [stay for stay in stays if all(each.met for each in told[stay.id])]
        return sum([await self._open(desk, campaign, stay, hotel) for stay in meant])

    async def _open(self, desk: Desk, campaign: CampaignState, stay: Stay, hotel: Property) -> bool:
        arm, place, now = arm_of(campaign, stay.id), zone(hotel.zone), self._house.clock.now()
        offer = await desk.till.offer(arm.offer_id)
        if offer is None:
            return False
        sale = pinned(offer, stay, place, now).model_copy(update={"campaign": campaign.id, "arm": arm.code})
        ends = ends_at(campaign.terms, stay, place, now)
        opening = Opening(
            kind=KIND,
            source=TriggerKind.STAFF_TASK,
            key=trigger_key(campaign.id, stay.id),
            property_id=hotel.id,
            stay_id=stay.id,
            guest_id=stay.guest_id,
            room=stay.room,
            language=stay.language,
            due_at=ends,
            expires_at=ends,
            stay=stay,
        )
        provenance = Provenance.fresh(f"campaign-{campaign.id}"[:64])
        kind = self._house.catalogue.kind(KIND)
        state = await desk.open(sold(opening, kind, sale), CATALOGUE_TERMS, provenance)
        if state is None:
            return False
        sending = ConfirmSale(campaign.approved_by or campaign.written_by, self._house.clock.new_id())
        try:
            await desk.tell(state, sending, CATALOGUE_TERMS, provenance)
        except AppError as refusal:
            if refusal.kind not in LEFT_TO_A_PERSON:
                raise
        return True

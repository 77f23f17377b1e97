"""Whom a campaign is for, of some stays: its own conditions, those of its offer, and who is left in peace."""

from collections.abc import Mapping, Sequence

from services.records.domain.campaigns import CampaignState, addressed, arm_of
from services.records.domain.capacity import days_of
from services.records.domain.eligibility import Told, why
from services.records.domain.offers import OfferVersion
from services.records.usecases.house import House
from shared.contracts.staff import Property
from shared.contracts.stays import Stay
from shared.contracts.values import Scope, local_day, zone


class Audience:
    """Judges stays for one campaign; what is asked of the store is asked once for all of them."""

    def __init__(self, house: House, scope: Scope) -> None:
        self._house, self._scope = house, scope

    async def why(
        self, campaign: CampaignState, stays: Sequence[Stay], hotel: Property
    ) -> Mapping[str, tuple[Told, ...]]:
        """For each stay every condition, met or not."""
        guests = {stay.guest_id for stay in stays}
        kinds = [kind.code for kind in self._house.catalogue.kinds.values() if kind.complaint]
        complaining = await self._house.campaigns.complaining(self._scope, kinds, guests)
        opted_out = await self._house.campaigns.opted_out(self._scope, guests)
        offers = {arm.code: await self._house.offers.find(self._scope, arm.offer_id) for arm in campaign.terms.arms}
        place, now = zone(hotel.zone), self._house.clock.now()
        told: dict[str, tuple[Told, ...]] = {}
        for stay in stays:
            own = addressed(campaign, stay, place, now, complaining=complaining, opted_out=opted_out)
            offer = offers[arm_of(campaign, stay.id).code]
            told[stay.id] = (*own, *await self._of_offer(offer, stay, hotel))
        return told

    async def _of_offer(self, offer: OfferVersion | None, stay: Stay, hotel: Property) -> tuple[Told, ...]:
        if offer is None:
            return (Told(rule="live", met=False, message="It is sold at present."),)
        place, now = zone(hotel.zone), self._house.clock.now()
        days = days_of(offer.terms, stay, local_day(now, place))
        limited = offer.terms.capacity is not None
        taken = await self._house.claims.taken(self._scope, offer.id, days) if limited else {}
        return why(offer, stay, place, now, taken)

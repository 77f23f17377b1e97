"""Answers about the catalogue: a hotel's offers, a price for a stay, and what a stay may have, with why not."""

from services.records.domain.capacity import days_of
from services.records.domain.eligibility import unmet, why
from services.records.domain.offers import OfferTerms, OfferVersion, Way, in_words
from services.records.domain.pricing import quote
from services.records.domain.selling import decides_at
from services.records.usecases.house import House
from services.records.usecases.offering import KIND
from services.records.usecases.permissions import may_in
from services.records.usecases.reading import scope_of
from services.records.usecases.shown_offers import Quoted, ShownOffer, ShownOffers, StayOffers, price
from services.records.usecases.shown_offers import offer as shown
from shared.contracts.errors import invalid, not_found
from shared.contracts.identity import Principal
from shared.contracts.stays import Stay
from shared.contracts.values import Money, local_day, zone


class Offered:
    """The use cases behind every GET on the catalogue, and behind its prices."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def page(self, principal: Principal, property_id: str, after: str | None, limit: int) -> ShownOffers:
        """A hotel's offers by code, at their newest version; `after` is the code the last page ended with."""
        scope = scope_of(principal)
        self._house.hotel(scope, property_id)
        may_in(self._house, principal, "read", KIND, property_id, None)
        found = await self._house.offers.page(scope, property_id, after, limit + 1)
        page, more = found[:limit], len(found) > limit
        return ShownOffers(offers=tuple(shown(each) for each in page), next=page[-1].terms.code if more else None)

    async def one(self, principal: Principal, offer: str, version: int | None) -> ShownOffer:
        """An offer at one version, or at its newest."""
        return shown(await self._found(principal, offer, version))

    async def price(
        self, principal: Principal, offer: str, stay_id: str, quantity: int, language: str | None
    ) -> Quoted:
        """What an offer costs for a stay, and whether the stay may have it."""
        found = await self._found(principal, offer, None)
        stay = await self._stay(principal, stay_id)
        if stay.property_id != found.property_id:
            raise invalid("stay_id", "known_stay", "This stay is at another hotel.")
        return await self._quoted(principal, found, stay, quantity, language)

    async def for_stay(self, principal: Principal, stay_id: str, language: str | None) -> StayOffers:
        """Every offer of the stay's hotel with its price and every condition, those it may have first."""
        stay = await self._stay(principal, stay_id)
        may_in(self._house, principal, "read", KIND, stay.property_id, None)
        offers = await self._house.offers.live(scope_of(principal), stay.property_id)
        quoted = [await self._quoted(principal, each, stay, 1, language) for each in offers]
        return StayOffers(stay_id=stay.id, offers=tuple(sorted(quoted, key=lambda each: not each.eligible)))

    async def _quoted(
        self, principal: Principal, offer: OfferVersion, stay: Stay, quantity: int, language: str | None
    ) -> Quoted:
        hotel = self._house.hotel_of_event(stay.chain, stay.property_id)
        place, now, terms = zone(hotel.zone), self._house.clock.now(), offer.terms
        today = local_day(now, place)
        days = days_of(terms, stay, today)
        limited = terms.capacity is not None
        taken = await self._house.claims.taken(scope_of(principal), offer.id, days) if limited else {}
        told = why(offer, stay, place, now, taken, quantity)
        return Quoted(
            offer_id=offer.id,
            version=offer.version,
            code=terms.code,
            words=in_words(terms, language or stay.language),
            images=terms.images,
            eligible=not unmet(told),
            why=told,
            quantity=quantity,
            price=price(quote(terms, stay, today, quantity)),
            way=terms.way.value,
            decides_at=decides_at(terms, stay, place, today),
            floor=_floor(terms),
        )

    async def _found(self, principal: Principal, offer: str, version: int | None) -> OfferVersion:
        found = await self._house.offers.find(scope_of(principal), offer, version)
        if found is None:
            raise not_found("offer")
        may_in(self._house, principal, "read", KIND, found.property_id, None)
        return found

    async def _stay(self, principal: Principal, stay_id: str) -> Stay:
        found = await self._house.stays.find_all(scope_of(principal), [stay_id])
        if not found:
            raise not_found("stay")
        return found[0]


def _floor(terms: OfferTerms) -> Money | None:
    """From what price of one on guests may bid. The reserve, and what others bid, is nobody's to hear."""
    if terms.way is not Way.BID or terms.floor is None:
        return None
    return Money(amount=terms.floor, currency=terms.price.currency)

"""What one unit of work knows and writes of sales: offers and slots looked up once, claims kept with their records."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from services.records.domain.capacity import Taken, days_of, of_claim
from services.records.domain.earnings import lines_of
from services.records.domain.eligibility import unmet, why
from services.records.domain.kinds import KindSpec
from services.records.domain.occurrences import Opening
from services.records.domain.offers import OfferVersion, Way
from services.records.domain.selling import Selling, not_eligible, pinned
from services.records.domain.standby import in_line
from services.records.domain.state import RecordState
from services.records.ports import Claim
from services.records.usecases.house import House
from shared.chassis.mongo import Tx
from shared.contracts.offers import Sale
from shared.contracts.records import TriggerKind
from shared.contracts.staff import Property
from shared.contracts.stays import Stay
from shared.contracts.values import Scope, local_day, zone


@dataclass
class Till:
    """Offers and slots as this unit of work has them."""

    house: House
    scope: Scope
    tx: Tx
    _offers: dict[tuple[str, int | None], OfferVersion | None] = field(default_factory=dict)
    _taken: dict[tuple[str, str], frozenset[int]] = field(default_factory=dict)

    async def priced(self, opening: Opening, kind: KindSpec, hotel: Property) -> Opening | None:
        """What a trigger opens, with the hotel's own offer in it.

        None: nothing of the catalogue is for this stay. A hotel without a catalogue keeps what the workflow offers, and
        a person who enters a price by hand has set it.
        """
        sells, stay = kind.sells, opening.stay
        if sells is None or stay is None or opening.sale is not None or opening.source is TriggerKind.STAFF_TASK:
            return opening
        offers = await self.house.offers.live(self.scope, hotel.id)
        if not offers:
            return opening
        chosen = await self._chosen(offers, opening, sells.asked, stay, hotel, str(opening.fields.get(sells.what)))
        if chosen is not None:
            return sold(opening, kind, pinned(chosen, stay, zone(hotel.zone), self.house.clock.now()))
        suggested = opening.source is TriggerKind.BOOKING
        return None if suggested else opening

    async def _chosen(
        self, offers: Collection[OfferVersion], opening: Opening, asked: bool, stay: Stay, hotel: Property, service: str
    ) -> OfferVersion | None:
        # Who asks for something now is not put in line for it; a person, or a campaign, may do that.
        wanted = [each for each in offers if each.terms.service == service and each.terms.way is Way.FIXED]
        suggested = opening.source is TriggerKind.BOOKING and not asked
        for offer in [each for each in offers if each.terms.suggested] if suggested else wanted:
            if await self.may_have(offer, stay, hotel):
                return offer
        return None

    async def asked(self, opening: Opening, kind: KindSpec, offer: OfferVersion, quantity: int) -> Opening:
        """What a person opens for an offer they name; a condition that is not met refuses it, each one told."""
        assert opening.stay is not None
        hotel = self.house.hotel_of_event(self.scope.chain, opening.property_id)
        place, now = zone(hotel.zone), self.house.clock.now()
        taken = await self.taken(offer, days_of(offer.terms, opening.stay, local_day(now, place)))
        missing = unmet(why(offer, opening.stay, place, now, taken, quantity))
        if missing:
            raise not_eligible(offer, missing)
        return sold(opening, kind, pinned(offer, opening.stay, place, now, quantity))

    async def may_have(self, offer: OfferVersion, stay: Stay, hotel: Property) -> bool:
        """Whether a stay meets all of an offer's conditions now."""
        place, now = zone(hotel.zone), self.house.clock.now()
        taken = await self.taken(offer, days_of(offer.terms, stay, local_day(now, place)))
        return not unmet(why(offer, stay, place, now, taken))

    async def selling(self, sale: Sale, stay: Stay | None, hotel: Property) -> Selling | None:
        """The offer that a record sells, for its stay."""
        if stay is None:
            return None
        before, current = await self.offer(sale.offer_id, sale.offer_version), await self.offer(sale.offer_id)
        if before is None or current is None:
            return None
        place = zone(hotel.zone)
        days = days_of(current.terms, stay, local_day(self.house.clock.now(), place))
        return Selling(before, current, await self.taken(current, days), stay, place)

    async def offer(self, offer_id: str, version: int | None = None) -> OfferVersion | None:
        """One version of an offer, or the newest; looked up once."""
        if (offer_id, version) not in self._offers:
            self._offers[offer_id, version] = await self.house.offers.find(self.scope, offer_id, version, self.tx)
        return self._offers[offer_id, version]

    async def taken(self, offer: OfferVersion, days: Collection[dt.date]) -> Taken:
        """The slots that are taken on these days, this unit of work's own among them."""
        if offer.terms.capacity is None:
            return {}
        unknown = [day for day in days if (offer.id, day.isoformat()) not in self._taken]
        if unknown:
            found = await self.house.claims.taken(self.scope, offer.id, unknown, self.tx)
            self._taken |= {(offer.id, day.isoformat()): found.get(day.isoformat(), frozenset()) for day in unknown}
        return {day.isoformat(): self._taken[offer.id, day.isoformat()] for day in days}

    def follow(self, before: RecordState | None, after: RecordState) -> None:
        """Remember what a decision took and gave back."""
        for claim, here in _moved(before, after):
            day, slot = of_claim(claim.slot)
            held = self._taken.get((claim.offer_id, day), frozenset())
            self._taken[claim.offer_id, day] = held | {slot} if here else held - {slot}

    async def write(self, touched: Collection[tuple[RecordState | None, RecordState]]) -> None:
        """Take and give back slots, places in line and what agents earn, as the records say it."""
        moved = [each for before, after in touched for each in _moved(before, after)]
        if moved:
            claimed = [claim for claim, here in moved if here]
            released = [claim for claim, here in moved if not here]
            await self.house.claims.write(self.scope, claimed, released, self.tx)
        stood = [(in_line(before), in_line(after)) for before, after in touched]
        came = [after for before, after in stood if after is not None and after != before]
        went = [before.record_id for before, after in stood if before is not None and after is None]
        if came or went:
            await self.house.lines.write(self.scope, came, went, self.tx)
        now = self.house.clock.now()
        earned = [line for before, after in touched for line in lines_of(before, after, now)]
        if earned:
            await self.house.earnings.add(self.scope, earned, self.tx)


def sold(opening: Opening, kind: KindSpec, sale: Sale) -> Opening:
    """What is opened, selling this: named, priced, and given to who delivers it where the record is the delivery."""
    assert kind.sells is not None
    spec = kind.field(kind.sells.what)
    choices = spec.choices if spec else ()
    what = sale.service if sale.service in choices else "other"
    fields = {**opening.fields, kind.sells.what: what, kind.sells.price: sale.quoted.model_dump()}
    department = opening.department or (sale.departments[0] if kind.sells.asked and sale.departments else None)
    return replace(opening, fields=fields, sale=sale, department=department)


def _moved(before: RecordState | None, after: RecordState) -> list[tuple[Claim, bool]]:
    """The slots that a record took (True) and gave back (False)."""
    had, has = _claims(before), _claims(after)
    return [*((each, False) for each in sorted(had - has)), *((each, True) for each in sorted(has - had))]


def _claims(state: RecordState | None) -> set[Claim]:
    sale = state.sale if state else None
    if state is None or sale is None:
        return set()
    return {Claim(state.property_id, sale.offer_id, slot, state.id) for slot in sale.claims}

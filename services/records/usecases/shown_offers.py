"""What callers are shown of a hotel's catalogue: offers, prices for a stay, and why a stay may have them or not."""

from services.records.domain.eligibility import Told
from services.records.domain.offers import OfferTerms, OfferVersion, Wording
from services.records.domain.pricing import Quote
from shared.contracts.values import Frozen, Instant, Money


class ShownOffer(Frozen):
    """An offer at one version."""

    id: str
    property_id: str
    version: int
    live: bool
    terms: OfferTerms
    published_by: str
    published_at: Instant


class ShownOffers(Frozen):
    """A hotel's offers by code. `next` is the cursor of the following page, if there is one."""

    offers: tuple[ShownOffer, ...]
    next: str | None = None


class Price(Frozen):
    """What it costs: `units` of `each`; `net` and `tax` add up to `total`, which the guest pays."""

    units: int
    each: Money
    net: Money
    tax: Money
    total: Money


class Quoted(Frozen):
    """An offer for one stay: its price, whether the stay may have it, and every condition with what it says.

    Of one that is decided at an hour, when; of one that guests bid for, from what price of one on.
    """

    offer_id: str
    version: int
    code: str
    words: Wording
    images: tuple[str, ...]
    eligible: bool
    why: tuple[Told, ...]
    quantity: int
    price: Price
    way: str = "fixed"
    decides_at: Instant | None = None
    floor: Money | None = None


class StayOffers(Frozen):
    """Every offer of the hotel for one stay, those it may have first."""

    stay_id: str
    offers: tuple[Quoted, ...]


def offer(version: OfferVersion) -> ShownOffer:
    """An offer as it is shown."""
    return ShownOffer(
        id=version.id,
        property_id=version.property_id,
        version=version.version,
        live=version.live,
        terms=version.terms,
        published_by=version.published_by,
        published_at=version.published_at,
    )


def price(quote: Quote) -> Price:
    """A quote as it is shown."""
    return Price(units=quote.units, each=quote.each, net=quote.net, tax=quote.tax, total=quote.total)

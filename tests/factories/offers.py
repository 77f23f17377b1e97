"""Offers of a hotel for tests: plain values with sensible defaults."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.records.domain.eligibility import why
from services.records.domain.kinds import KindSpec
from services.records.domain.offers import OfferTerms, OfferVersion, offer_id
from services.records.domain.selling import Selling, pinned
from services.records.domain.terms import Terms
from services.records.workflows import CATALOGUE
from shared.contracts.stays import Stay
from tests.factories.guest_records import LISBON, NOW, stay, terms
from tests.factories.records import CHAIN

SPA: dict[str, Any] = {
    "code": "spa_day",
    "service": "spa",
    "texts": {"en": {"title": "A day in the spa"}, "de": {"title": "Ein Tag im Spa"}},
    "price": {"amount": 6_000, "currency": "EUR"},
    "departments": ["concierge"],
}


def offer_terms(**given: Any) -> OfferTerms:
    """A day in the spa for 60 euros a stay, as many as are asked for."""
    return OfferTerms.model_validate(SPA | given)


def offer(version: int = 1, *, live: bool = True, **given: Any) -> OfferVersion:
    """One version of an offer of the resort."""
    held = offer_terms(**given)
    return OfferVersion(
        id=offer_id(CHAIN, "resort", held.code),
        chain=CHAIN,
        property_id="resort",
        version=version,
        live=live,
        terms=held,
        published_by="rita",
        published_at=NOW,
    )


def selling_terms(
    kind: str,
    sold: OfferVersion,
    current: OfferVersion | None = None,
    taken: Mapping[str, frozenset[int]] | None = None,
    of: Stay | None = None,
) -> Terms:
    """What binds a record that sells an offer."""
    held = terms(kind)
    at = Selling(sold, current or sold, taken or {}, of or stay(), LISBON)
    return replace(held, selling=at)


def sale_of(sold: OfferVersion, of: Stay | None = None, quantity: int = 1) -> dict[str, Any]:
    """What an opening needs to sell it: the sale, and the fields that name and price it."""
    sale = pinned(sold, of or stay(), LISBON, NOW, quantity)
    return {"sale": sale, "fields": {"offer": "spa", "price": sale.quoted.model_dump()}}


def unmet_rules(sold: OfferVersion, of: Stay, now: dt.datetime = NOW, **more: Any) -> list[str]:
    """The conditions that a stay does not meet."""
    return [each.rule for each in why(sold, of, LISBON, now, **more) if not each.met]


def sellers() -> list[KindSpec]:
    """The kinds that sell something of the catalogue."""
    return [kind for kind in CATALOGUE.kinds.values() if kind.sells]

"""What an offer costs for a stay: lines, tax and total in whole minor units, never a float."""

import datetime as dt
from dataclasses import dataclass

from services.records.domain.capacity import days_of
from services.records.domain.offers import OfferTerms, Per, Uses
from shared.contracts.errors import invalid
from shared.contracts.stays import Stay
from shared.contracts.values import MAX_MINOR_UNITS, Money

MAX_QUANTITY = 99


@dataclass(frozen=True)
class Quote:
    """`units` of one price each; `net` and `tax` add up to `total`, which the guest pays."""

    units: int
    each: Money
    net: Money
    tax: Money
    total: Money


def units_for(terms: OfferTerms, stay: Stay, quantity: int, today: dt.date) -> int:
    """How many times the price of one is paid: what it is for (nights that are not past), times how many are taken."""
    persons = max(1, stay.party.adults + stay.party.children)
    nights = len(days_of(terms, stay, today)) if terms.uses is Uses.EACH_NIGHT else max(1, stay.nights)
    of_one = {
        Per.STAY: 1,
        Per.NIGHT: nights,
        Per.PERSON: persons,
        Per.PERSON_NIGHT: persons * nights,
        Per.UNIT: 1,
    }
    return of_one[terms.per] * quantity


def quote(terms: OfferTerms, stay: Stay, today: dt.date, quantity: int = 1, each: int | None = None) -> Quote:
    """The price for a stay; `each` is another price of one than the list's (a bid), in minor units.

    More than can be written is a refusal. The offer's currency is the price's: that it is the stay's too is a condition
    of every offer (`eligibility`), so that a price can be told beside what is not met.
    """
    if not 1 <= quantity <= MAX_QUANTITY:
        raise invalid("quantity", "range", f"quantity lies between 1 and {MAX_QUANTITY}.")
    units = units_for(terms, stay, quantity, today)
    price = terms.price.amount if each is None else each
    listed = price * units
    tax = tax_of(listed, terms.tax_bp, included=terms.tax_included)
    total = listed if terms.tax_included else listed + tax
    if total > MAX_MINOR_UNITS:
        raise invalid("quantity", "range", "This is more than can be charged.")

    def money(amount: int) -> Money:
        return Money(amount=amount, currency=terms.price.currency)

    return Quote(units, money(price), money(total - tax), money(tax), money(total))


def tax_of(amount: int, tax_bp: int, *, included: bool) -> int:
    """The tax in, or on, an amount; half a unit is rounded up."""
    base = 10_000 + tax_bp if included else 10_000
    return (2 * amount * tax_bp + base) // (2 * base)

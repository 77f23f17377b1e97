"""What a record sells of the catalogue: pinned at an offer and version, priced, and held to both at approval."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from services.records.domain.capacity import Taken, claims_for, days_of
from services.records.domain.eligibility import Told, begins, unmet, why
from services.records.domain.offers import OfferTerms, OfferVersion
from services.records.domain.pricing import Quote, quote
from shared.contracts.errors import AppError, Breach, ErrorKind
from shared.contracts.offers import Sale
from shared.contracts.stays import Stay
from shared.contracts.values import instant_of, local_day

HOLDING = frozenset({"held", "sold"})


@dataclass(frozen=True)
class Selling:
    """An offer for one stay: as the record pinned it, as it stands now, and what is taken of it."""

    pinned: OfferVersion
    current: OfferVersion
    taken: Taken
    stay: Stay
    zone: ZoneInfo

    def price_now(self, sale: Sale, now: dt.datetime) -> Quote:
        """What the catalogue asks now."""
        each = sale.bid.amount if sale.bid else None
        return quote(self.current.terms, self.stay, local_day(now, self.zone), sale.quantity, each)

    def days(self, now: dt.datetime) -> tuple[dt.date, ...]:
        """The days on which it is delivered."""
        return days_of(self.current.terms, self.stay, local_day(now, self.zone))

    def claims(self, record_id: str, sale: Sale, now: dt.datetime) -> tuple[str, ...] | None:
        """The slots that this record may take, () without a limit; None when there are too few."""
        return claims_for(record_id, self.current.terms.capacity, self.days(now), sale.quantity, self.taken)

    def refusal(self, sale: Sale, now: dt.datetime) -> AppError | None:
        """Why it cannot be promised as it was quoted: no longer sold so, sold out, or at another price."""
        missing = unmet(
            why(self.current, self.stay, self.zone, now, None if sale.claims else self.taken, sale.quantity)
        )
        if missing:
            return not_eligible(self.current, missing)
        price = self.price_now(sale, now).total
        if price == sale.quoted:
            return None
        was, now_is = f"{sale.quoted} (version {sale.offer_version})", f"{price} (version {self.current.version})"
        told = f"The price was {was} when it was quoted and is {now_is} now."
        return refused(ErrorKind.CONFLICT, "price_changed", "price", told)


def refused(kind: ErrorKind, code: str, field: str, message: str) -> AppError:
    """A refusal of one field."""
    return AppError(kind, code, message, [Breach(field=field, rule=code, message=message)])


def not_eligible(offer: OfferVersion, missing: Iterable[Told]) -> AppError:
    """The refusal that names every condition which does not hold; sold out is said by its own code."""
    told = tuple(missing)
    code = "sold_out" if [each.rule for each in told] == ["capacity"] else "offer_not_eligible"
    breaches = [Breach(field="offer", rule=each.rule, message=f"Not met: {each.message}") for each in told]
    message = f"{offer.terms.code} cannot be sold: " + " ".join(each.message for each in told)
    return AppError(ErrorKind.CONFLICT, code, message, breaches)


def sold_out(sale: Sale) -> AppError:
    """There are too few left."""
    return refused(ErrorKind.CONFLICT, "sold_out", "offer", f"{sale.code} is sold out on its day.")


def decides_at(terms: OfferTerms, stay: Stay, zone: ZoneInfo, today: dt.date) -> dt.datetime | None:
    """When its standbys and bids for a stay are decided, on the hotel's clock; None where it has its price."""
    if terms.decided_at is None:
        return None
    day = days_of(terms, stay, today)[0] - dt.timedelta(days=terms.decided_days)
    return instant_of(dt.datetime.combine(day, terms.decided_at), zone)


def pinned(offer: OfferVersion, stay: Stay, zone: ZoneInfo, now: dt.datetime, quantity: int = 1) -> Sale:
    """A record's hold on an offer as it stands now, at its price for this stay."""
    terms, today = offer.terms, local_day(now, zone)
    price = quote(terms, stay, today, quantity)
    hours = terms.cancel_until_hours
    until = None if hours is None else begins(days_of(terms, stay, today)[0], zone) - dt.timedelta(hours=hours)
    return Sale(
        offer_id=offer.id,
        offer_version=offer.version,
        code=terms.code,
        service=terms.service,
        quantity=quantity,
        quoted=price.total,
        tax=price.tax,
        departments=terms.departments,
        instant=terms.instant,
        cancel_until=until,
        way=terms.way.value,
        segment=stay.segment,
        decides_at=decides_at(terms, stay, zone, today),
    )


def price_breaches(offer: OfferVersion, sale: Sale, amount: int, units: int, field: str) -> list[Breach]:
    """Breaches of an offer's floor and ceiling by a price that is not the quoted one."""
    terms, found = offer.terms, []
    if terms.floor is not None and amount < terms.floor * units:
        found.append(Breach(field=field, rule="price_floor", message=f"{field} is under the offer's floor."))
    if terms.ceiling is not None and amount > terms.ceiling * units:
        found.append(Breach(field=field, rule="price_ceiling", message=f"{field} is over the offer's ceiling."))
    return found if amount != sale.quoted.amount else []

"""Standing in line for an offer: who waits for its hour, in which order, and why one may not be granted it."""

import datetime as dt
from dataclasses import dataclass

from services.records.domain.eligibility import unmet, why
from services.records.domain.offers import OfferVersion, Way
from services.records.domain.pricing import Quote, quote
from services.records.domain.selling import Selling, not_eligible, refused
from services.records.domain.state import RecordState
from shared.contracts.errors import AppError, Breach, ErrorKind, conflict
from shared.contracts.offers import Sale
from shared.contracts.values import EntityId, Instant, Money, local_day

WAITING = "waiting"
NOT_ASKED_AGAIN = frozenset({"notice"})
"""What was asked when they stood in line, and has passed by the hour it is decided."""


@dataclass(frozen=True, order=True)
class InLine:
    """One record's place in the line for an offer's hour. `bid` is minor units for one, 0 for a standby."""

    property_id: str
    offer_id: EntityId
    moment: Instant
    bid: int
    since: Instant
    record_id: EntityId

    @property
    def rank(self) -> tuple[int, dt.datetime, str]:
        """The order of the line: the highest bid, of equals who waits longest."""
        return (-self.bid, self.since, self.record_id)


def in_line(state: RecordState | None) -> InLine | None:
    """Where a record stands in line, if it does."""
    sale = state.sale if state else None
    if state is None or sale is None or sale.state != WAITING or sale.decides_at is None or sale.waits_since is None:
        return None
    bid = sale.bid.amount if sale.bid else 0
    return InLine(state.property_id, sale.offer_id, sale.decides_at, bid, sale.waits_since, state.id)


def stands_by(sale: Sale) -> bool:
    """Whether a yes to it takes a place in the line, and no slot yet."""
    return sale.way != Way.FIXED and not sale.claims


def waiting(sale: Sale, offer: OfferVersion, now: dt.datetime) -> Sale:
    """The sale in line; a yes to bids that names no price bids the price that was told."""
    bid = sale.bid or (offer.terms.price if sale.way == Way.BID else None)
    return sale.model_copy(update={"state": WAITING, "waits_since": now, "claims": (), "bid": bid})


def priced_bid(selling: Selling, sale: Sale, bid: Money, now: dt.datetime) -> Quote:
    """What a guest pays who bids this for one; a bid that does not hold to the offer's terms is refused."""
    if sale.way != Way.BID:
        raise conflict("no_bids", "This offer has its price; nobody bids for it.")
    if sale.decides_at is None or now >= sale.decides_at:
        raise conflict("bids_closed", "The hour at which its bids are decided has passed.")
    terms = selling.pinned.terms
    if bid.currency != terms.price.currency:
        raise _wrong("currency", f"price must be in {terms.price.currency}.")
    if terms.floor is not None and bid.amount < terms.floor:
        raise _wrong("price_floor", "price is under the offer's floor.")
    if terms.ceiling is not None and bid.amount > terms.ceiling:
        raise _wrong("price_ceiling", "price is over the offer's ceiling.")
    return quote(terms, selling.stay, local_day(now, selling.zone), sale.quantity, bid.amount)


def _wrong(rule: str, message: str) -> AppError:
    return refused(ErrorKind.INVALID, rule, "price", message)


def ungranted(selling: Selling, sale: Sale, now: dt.datetime) -> AppError | None:
    """Why a waiting sale may not be granted, places apart: no longer sold so, or bid under the reserve."""
    told = why(selling.current, selling.stay, selling.zone, now, None, sale.quantity)
    missing = [each for each in unmet(told) if each.rule not in NOT_ASKED_AGAIN]
    if missing:
        return not_eligible(selling.current, missing)
    reserve = selling.current.terms.reserve
    if sale.bid is not None and reserve is not None and sale.bid.amount < reserve:
        # The reserve itself is not said: what is refused is told to the guest.
        message = "The bid is lower than the hotel sells it for."
        breach = Breach(field="price", rule="under_reserve", message=message)
        return AppError(ErrorKind.CONFLICT, "under_reserve", message, [breach])
    return None

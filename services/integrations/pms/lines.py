"""A money line as a PMS takes it: whose folio it is for, and what it does to what the guest owes."""

from decimal import Decimal

from services.integrations.domain.postings import Charge
from services.integrations.pms import values
from services.integrations.ports import PmsRefused
from shared.contracts.records import LineKind


def reservation_of(charge: Charge) -> str:
    """The reservation whose folio takes the line. A cost is the house's own and refused by every PMS (ADR 17)."""
    if charge.kind is LineKind.COST:
        raise PmsRefused("not_on_folio")
    if charge.reservation is None:
        raise PmsRefused("no_reservation")
    return charge.reservation


def owed(charge: Charge) -> Decimal:
    """What a charge, or what is taken back of one, adds to what the guest owes, in major units."""
    return values.major(charge.amount) * (-1 if charge.kind is LineKind.REFUND else 1)

"""How what a record sells follows its steps: slots taken with a promise, given back without one."""

from collections.abc import Mapping
from typing import Any

from services.records.domain.act import Act
from services.records.domain.kinds import KindSpec
from services.records.domain.pricing import units_for
from services.records.domain.selling import price_breaches, sold_out
from services.records.domain.standby import WAITING, stands_by, waiting
from services.records.domain.state import RecordState
from services.records.domain.steps.earning import earning
from services.records.domain.steps.refunds import charged, under_way
from shared.contracts.errors import AppError, Breach, breached, conflict
from shared.contracts.offers import Sale
from shared.contracts.records import Outcome
from shared.contracts.values import local_day

ANSWER = "guest_answer"
MISSED = "missed"
"""A yes that came when all were taken."""
CANCELLED = frozenset({"cancelling", "cancelled"})


def wanted(state: RecordState, kind: KindSpec) -> bool:
    """Whether the guest wants what is sold: they said yes, or asked for it and have not said no."""
    if kind.sells is None:
        return False
    answer = state.fields.get(ANSWER)
    return answer == "accepted" or (kind.sells.asked and answer is None)


def holding(act: Act) -> Sale:
    """The sale with its slots, taken now unless it has them; too few left is a refusal."""
    sale, selling = act.state.sale, act.terms.selling
    assert sale is not None
    if sale.claims or selling is None:
        return sale.model_copy(update={"state": "held"})
    claims = selling.claims(act.state.id, sale, act.now)
    if claims is None:
        raise sold_out(sale)
    return sale.model_copy(update={"state": "held", "claims": claims})


def queued(act: Act, sale: Sale) -> dict[str, Any]:
    """What taking a place in line does: no slot is taken, nothing charged, and the work is due at the offer's hour."""
    selling, hour = act.terms.selling, sale.decides_at
    if selling is None or hour is None:
        return {"sale": sale}
    return {"sale": waiting(sale, selling.pinned, act.now), "due_at": max(act.state.due_at, hour)}


def taken_on(act: Act) -> dict[str, Any]:
    """What a guest's yes to a promise does: slots taken, or a place in line."""
    sale = act.state.sale
    return queued(act, sale) if sale is not None and stands_by(sale) else {"sale": holding(act)}


def refusal(act: Act) -> AppError | None:
    """Why what the record sells cannot be promised now, if it cannot."""
    sale, selling = act.state.sale, act.terms.selling
    if sale is not None and sale.state in CANCELLED:
        return conflict("sale_cancelled", "This sale was cancelled; a new one is a new record.")
    return selling.refusal(sale, act.now) if sale is not None and selling is not None else None


def outside(act: Act, fields: Mapping[str, Any]) -> list[Breach]:
    """The breaches of the offer's floor and ceiling by the price that a record holds."""
    sale, selling, sells = act.state.sale, act.terms.selling, act.terms.kind.sells
    price = fields.get(sells.price) if sells else None
    if sale is None or selling is None or sells is None or price is None:
        return []
    units = units_for(selling.pinned.terms, selling.stay, sale.quantity, local_day(act.now, selling.zone))
    return price_breaches(selling.pinned, sale, price["amount"], units, sells.price)


def require_price(act: Act, fields: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> None:
    """Refuse a price by hand that lies outside the offer's floor and ceiling.

    `given`: the values that are given now; without a price among them there is nothing to ask.
    """
    sells = act.terms.kind.sells
    if given is not None and (sells is None or sells.price not in given):
        return
    breaches = outside(act, fields)
    if breaches:
        raise breached(breaches)


def on_approval(act: Act) -> dict[str, Any]:
    """What approving does to the sale: checked again whole, and slots taken if the guest wants it."""
    refused = refusal(act)
    if refused:
        raise refused
    if act.state.sale is None:
        return {}
    require_price(act, act.state.fields)
    return taken_on(act) if wanted(act.state, act.terms.kind) else {}


def on_values(act: Act, after: dict[str, Any]) -> dict[str, Any]:
    """What new values do to the sale: a yes to a promise takes slots, any other answer gives them back.

    A yes that comes too late, when all are taken, is kept as the guest said it and marked, so that it rings: the record
    cannot be fulfilled.
    """
    sale = act.state.sale
    if sale is None or ANSWER not in after:
        return {}
    if after[ANSWER] != "accepted":
        return {"sale": released(sale)} if sale.claims or sale.state in ("held", WAITING, MISSED) else {}
    if act.state.approved_by is None:
        return {}
    try:
        return taken_on(act)
    except AppError:
        if act.doer.bound:
            raise
        return {"sale": sale.model_copy(update={"state": MISSED})}


def released(sale: Sale, state: str = "open") -> Sale:
    """The sale without slots, and without a place in line."""
    return sale.model_copy(update={"state": state, "claims": (), "waits_since": None})


def on_resuming(act: Act) -> dict[str, Any]:
    """Taken back to pending, nothing is promised."""
    return {} if act.state.sale is None else {"sale": released(act.state.sale)}


def on_closing(act: Act, outcome: Outcome) -> dict[str, Any]:
    """Fulfilled to a guest who wants it, it is sold and keeps its slots; every other end gives them back."""
    sale = act.state.sale
    if sale is None:
        return {}
    if outcome is not Outcome.FULFILLED or not wanted(act.state, act.terms.kind):
        return {"sale": released(sale, _ended(act.state))}
    if stands_by(sale):
        raise conflict("awaits_grant", "This stands in line for its hour; it is not the guest's before it is granted.")
    return {"sale": holding(act).model_copy(update={"state": "sold"}), "earning": earning(act)}


def _ended(state: RecordState) -> str:
    """How a sale stands that ends unsold: a charge of an earlier close is taken back with it, once it is known."""
    if state.sale is not None and state.sale.state in CANCELLED:
        return state.sale.state
    if not charged(state):
        return "released"
    return "cancelling" if under_way(state) else "cancelled"


def on_reopening(act: Act) -> dict[str, Any]:
    """What was sold is held on; what was given back is open again."""
    sale = act.state.sale
    again = {"sold": "held", "released": "open"}
    return (
        {}
        if sale is None or sale.state not in again
        else {"sale": sale.model_copy(update={"state": again[sale.state]})}
    )


def called_off(before: RecordState | None, after: RecordState) -> bool:
    """Whether a decision cancelled what had been sold, opened again or not."""
    was, now = (before.sale if before else None), after.sale
    return was is not None and now is not None and was.state not in CANCELLED and now.state in CANCELLED

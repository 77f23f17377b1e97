"""Giving back what a cancelled sale charged: once, and only when the charge is known to stand."""

from services.records.domain.act import Act
from services.records.domain.state import RecordState
from services.records.domain.steps.posting import line_posted
from services.records.domain.texts import Reason
from shared.contracts.identity import policy
from shared.contracts.records import LineKind, MoneyLine
from shared.contracts.values import Money, derived_id

CANCELLED = Reason(code="sale_cancelled")


def charge_line_id(state: RecordState) -> str:
    """The id of the one charge that fulfilling this record makes."""
    return derived_id(state.id, "charge")


def charge_of(act: Act) -> MoneyLine | None:
    """What the sale charged, if it did."""
    line_id = charge_line_id(act.state)
    return next((line for line in act.state.money if line.id == line_id), None)


def refunded(act: Act, reason: Reason) -> Act:
    """What was charged and not yet given back goes back, as a line of its own that names the charge."""
    line = charge_of(act)
    if line is None:
        return act
    back = sum(one.amount.amount for one in act.state.money if one.adjusts == line.id and one.state != "failed")
    left = line.amount.amount - back
    if left <= 0:
        return act
    refund = MoneyLine(
        id=derived_id(line.id, "refund"),
        kind=LineKind.REFUND,
        amount=Money(amount=left, currency=line.amount.currency),
        approved_by=act.doer.id if act.doer.bound else policy(act.terms.version).id,
        adjusts=line.id,
    )
    return line_posted(act, refund, reason)


def cancelled_when_known(act: Act, line: MoneyLine) -> Act:
    """A sale cancelled while its charge was under way: charged after all, it is refunded; failed, nothing is owed.

    A refund sent before the charge is known to stand might give back what was never taken.
    """
    sale = act.state.sale
    if sale is None or sale.state != "cancelling" or line.id != charge_line_id(act.state):
        return act
    if line.state not in ("done", "failed"):
        return act
    act = act.then("sale_cancelled", reason=CANCELLED, sale=sale.model_copy(update={"state": "cancelled"}))
    return refunded(act, CANCELLED) if line.state == "done" else act

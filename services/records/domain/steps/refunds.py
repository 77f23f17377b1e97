"""What fulfilling charged, and giving it back: each amount once, and only when its charge is known to stand."""

import itertools

from services.records.domain.act import Act
from services.records.domain.authority import DECIDERS
from services.records.domain.state import RecordState
from services.records.domain.steps.posting import line_posted
from services.records.domain.texts import Reason
from shared.contracts.errors import forbidden
from shared.contracts.identity import policy
from shared.contracts.records import LineKind, MoneyLine, Outcome, Status
from shared.contracts.values import Money, derived_id

CANCELLED = Reason(code="sale_cancelled")
KNOWN = frozenset({"done", "failed"})


def charge_line_id(state: RecordState, turn: int = 1) -> str:
    """The id of a charge that fulfilling this record makes: one for each time that it finds something to charge."""
    return derived_id(state.id, "charge") if turn == 1 else derived_id(state.id, "charge", str(turn))


def charges_of(state: RecordState) -> list[MoneyLine]:
    """What fulfilling charged so far, the oldest first."""
    lines = {line.id: line for line in state.money}
    found = (lines.get(charge_line_id(state, turn)) for turn in itertools.count(1))
    return [line for line in itertools.takewhile(lambda one: one is not None, found) if line is not None]


def charged(state: RecordState) -> int:
    """What the guest pays as it stands: charges that have not failed, less what was given back of them."""
    return sum(_left(state, line) for line in charges_of(state) if line.state != "failed")


def under_way(state: RecordState) -> bool:
    """Whether it is not known yet of a charge if it stands."""
    return any(line.state not in KNOWN for line in charges_of(state))


def _left(state: RecordState, line: MoneyLine) -> int:
    back = sum(one.amount.amount for one in state.money if one.adjusts == line.id and one.state != "failed")
    return line.amount.amount - back


def require_authority(act: Act) -> None:
    """Refuse a person who would give back more than the hotel's `line_max` without the authority for it."""
    reviewer = act.terms.kind.reviewer
    manages = act.doer.bears(DECIDERS[reviewer]) or not act.doer.bound
    if charged(act.state) > act.terms.rules.line_max and not manages:
        raise forbidden("role_required", f"A refund of that much needs a {reviewer.value}.")


def refunded(act: Act, reason: Reason, most: int | None = None) -> Act:
    """What stands charged goes back, `most` of it at most: the newest first, by lines that name their charges."""
    for line in reversed(charges_of(act.state)):
        left = _left(act.state, line) if line.state == "done" else 0
        amount = left if most is None else min(left, most)
        if amount > 0:
            act = line_posted(act, _refund(act, line, amount), reason)
            most = None if most is None else most - amount
    return act


def _refund(act: Act, line: MoneyLine, amount: int) -> MoneyLine:
    earlier = sum(one.adjusts == line.id for one in act.state.money)
    return MoneyLine(
        id=derived_id(line.id, "refund", str(earlier + 1)) if earlier else derived_id(line.id, "refund"),
        kind=LineKind.REFUND,
        amount=Money(amount=amount, currency=line.amount.currency),
        approved_by=act.doer.id if act.doer.bound else policy(act.terms.version).id,
        adjusts=line.id,
    )


def cancelled_when_known(act: Act, line: MoneyLine) -> Act:
    """A sale cancelled while its charge was under way: charged after all, it is refunded; failed, nothing is owed.

    A refund sent before the charge is known to stand might give back what was never taken.
    """
    sale = act.state.sale
    ours = any(line.id == each.id for each in charges_of(act.state))
    if not ours or under_way(act.state) or not _owed_back(act):
        return act
    if sale is not None:
        act = act.then("sale_cancelled", reason=CANCELLED, sale=sale.model_copy(update={"state": "cancelled"}))
    return refunded(act, CANCELLED)


def _owed_back(act: Act) -> bool:
    state, charge = act.state, act.terms.kind.charge
    if state.sale is not None:
        return state.sale.state == "cancelling"
    kept = state.outcome is Outcome.FULFILLED and charge is not None and charge.when.holds(state.fields)
    return state.status is Status.COMPLETE and not kept

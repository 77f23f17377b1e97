"""The lines that a record adds to its agent's statement when it is sold, its charge stands, or it is taken back."""

import datetime as dt

from services.records.domain.incentives import EarningLine, LineKind
from services.records.domain.state import RecordState
from services.records.domain.steps.refunds import charges_of
from shared.contracts.values import Money


def sold(state: RecordState | None) -> bool:
    """Whether it stands as sold."""
    return state is not None and state.sale is not None and state.sale.state == "sold" and state.earning is not None


def settled(state: RecordState | None) -> bool:
    """Whether it stands as sold and its charge is known to stand."""
    if state is None or not sold(state):
        return False
    standing = [line.state for line in charges_of(state) if line.state != "failed"]
    return bool(standing) and set(standing) == {"done"}


def lines_of(before: RecordState | None, after: RecordState, now: dt.datetime) -> list[EarningLine]:
    """What a change of a record adds; the ids make each of them once for each time that it was sold."""
    made: list[EarningLine] = []
    if sold(after) and not sold(before):
        made.append(_line(after, LineKind.SOLD, now))
    if settled(after) and not settled(before):
        made.append(_line(after, LineKind.SETTLED, now))
    if before is not None and sold(before) and not sold(after):
        made.append(_taken_back(before, now))
    return made


def line_id(state: RecordState, kind: LineKind) -> str:
    """The id of a line: the record, which of its closes, and what is said."""
    return f"{state.id}:{state.close_count}:{kind.value}"


def _line(state: RecordState, kind: LineKind, now: dt.datetime) -> EarningLine:
    earning = state.earning
    assert earning is not None
    nothing = Money(amount=0, currency=earning.incentive.currency)
    return EarningLine(
        id=line_id(state, kind),
        kind=kind,
        agent=earning.agent,
        property_id=state.property_id,
        record_id=state.id,
        offer=earning.offer,
        amount=earning.amount,
        incentive=earning.incentive if kind is LineKind.SETTLED else nothing,
        rule=earning.rule,
        rules_version=earning.rules_version,
        chain_rules_version=earning.chain_rules_version,
        at=now,
    )


def _taken_back(before: RecordState, now: dt.datetime) -> EarningLine:
    """The adjustment: of what was earned, if it was; of the sale alone, if its charge did not stand yet."""
    was = LineKind.SETTLED if settled(before) else LineKind.SOLD
    line = _line(before, was, now)
    update = {
        "id": line_id(before, LineKind.CANCELLED),
        "kind": LineKind.CANCELLED,
        "amount": -line.amount,
        "incentive": -line.incentive,
        "adjusts": line.id,
    }
    return line.model_copy(update=update)

"""Money lines: added with a reason, above the hotel's limit only by two people, settled by what became of them."""

from services.records.domain.act import Act, Step
from services.records.domain.commands import AddLine, Command, SettleLine
from services.records.domain.stakes import tier_role, totals, unaided_today
from services.records.domain.steps.posting import line_posted
from services.records.domain.steps.proposals import line_proposed
from services.records.domain.steps.refunds import cancelled_when_known
from services.records.domain.steps.staking import staked
from services.records.domain.texts import require_reason
from shared.contracts.errors import breached, conflict, not_found
from shared.contracts.phrases import breach
from shared.contracts.records import LineKind, MoneyLine


def add_line(act: Act, command: AddLine) -> Act:
    """Add a line; nothing is posted before the value is confirmed, and above the limit it is a proposal."""
    _check(act, command)
    require_reason(command.reason)
    if command.kind is not LineKind.COST and act.state.checked is None:
        raise conflict("value_not_checked", f"{act.terms.kind.checked_field} is not confirmed yet.")
    line = MoneyLine(id=command.line_id, kind=command.kind, amount=command.amount, payment=command.payment)
    if _too_much(act, command.amount.amount):
        return line_proposed(act, line, command.reason)
    stakes = staked(act, line.id, command.amount.amount)
    return line_posted(act, line.model_copy(update={"approved_by": act.doer.id}), command.reason, stakes=stakes)


def _too_much(act: Act, amount: int) -> bool:
    """Above the hotel's limit, alone or with what this person put on the stay today, or above one of its tiers."""
    by, spent = act.doer.id, act.terms.spent
    unaided = amount + unaided_today(act.state, spent, by, act.now)
    passed = tier_role(act.terms.rules.tiers, totals(act.state, spent, by, amount, act.now))
    return unaided > act.terms.rules.line_max or passed is not None


def _check(act: Act, command: AddLine) -> None:
    breaches = []
    if command.amount.amount <= 0:
        breaches.append(breach("amount", "positive"))
    if command.amount.currency != act.terms.currency:
        breaches.append(breach("amount", "currency", currency=act.terms.currency))
    if command.payment and command.kind is not LineKind.DEPOSIT:
        breaches.append(breach("payment", "deposit_only"))
    if breaches:
        raise breached(breaches)


def settle_line(act: Act, command: SettleLine) -> Act:
    """Note what became of a line's posting."""
    line = next((each for each in act.state.money if each.id == command.line_id), None)
    if line is None:
        raise not_found("line")
    if line.state == command.state:
        raise conflict("nothing_changed", "The line says so already.")
    settled = line.model_copy(update={"state": command.state})
    kept = tuple(settled if each.id == line.id else each for each in act.state.money)
    return cancelled_when_known(act.then("line_settled", money=kept), settled)


STEPS: dict[type[Command], Step] = {
    AddLine: Step(add_line),
    SettleLine: Step(settle_line, when_closed=True),
}

"""What a record sells: held to the catalogue at each step, promised by policy, priced again, cancelled."""

from typing import Any

from services.records.domain.act import Act, Step
from services.records.domain.commands import CancelSale, Command, ConfirmSale, MoveSale, TakePrice
from services.records.domain.selling import pinned
from services.records.domain.standby import WAITING
from services.records.domain.steps.approval import confirmed_by_policy
from services.records.domain.steps.closing import close, fulfilled_by_policy
from services.records.domain.steps.refunds import refunded, require_authority, under_way
from services.records.domain.steps.sold import CANCELLED, wanted
from services.records.domain.steps.talk import messaged
from services.records.domain.texts import Reason, check_reason, require_reason
from shared.contracts.errors import conflict
from shared.contracts.identity import ActorKind, policy
from shared.contracts.records import MessageCommand, Outcome, Status

STAY_MOVED = Reason(code="stay_moved")
GUEST_ACCEPTED = Reason(code="guest_accepted")


def confirm(act: Act, command: ConfirmSale) -> Act:
    """The policy takes on, checks and approves what the catalogue sells at its price; a yes closes an instant sale."""
    sale = act.state.sale
    if sale is None:
        raise conflict("nothing_sold", "This record sells nothing of the catalogue.")
    if sale.state == WAITING:
        raise conflict("awaits_grant", "This stands in line for its hour.")
    by = policy(act.terms.version)
    if not act.state.accepted:
        move: dict[str, Any] = {"accepted": True, "by": by, "reason": Reason(code="catalogue_terms")}
        is_new = act.state.status is Status.NEW
        act = act.move("accepted", Status.PENDING, **move) if is_new else act.then("accepted", **move)
    act = confirmed_by_policy(act, command.on_behalf_of)
    if command.message_id is not None:
        act = messaged(act, _message(act, command.message_id), by=by)
    in_line = act.state.sale is not None and act.state.sale.state == WAITING
    if wanted(act.state, act.terms.kind) and sale.instant and not in_line and not _delivers(act):
        act = fulfilled_by_policy(act, GUEST_ACCEPTED)
    return act


def _delivers(act: Act) -> bool:
    # What a guest asked for by themselves is the work itself: a person does it and closes it.
    return act.terms.kind.sells is not None and act.terms.kind.sells.asked


def _message(act: Act, message_id: str) -> MessageCommand:
    assert act.state.sale is not None
    return MessageCommand(
        id=message_id,
        guest_id=act.state.guest_id,
        stay_id=act.state.stay_id,
        send=True,
        topic_code=act.state.kind,
        template=act.state.sale.code,
    )


def take_price(act: Act, command: TakePrice) -> Act:
    """The record sells the offer's newest version at its price; what was confirmed before is confirmed again."""
    require_reason(command.reason)
    if act.state.status not in (Status.NEW, Status.PENDING):
        raise conflict("move_refused", "Take it back to pending first.")
    act.refuse_under_review()
    return _priced_again(act, command.reason, {})


def move_sale(act: Act, _command: MoveSale) -> Act:
    """Nights or party changed: slots are given back, the price follows, and what was approved is approved again."""
    if act.state.status is Status.APPROVED:
        act = act.move("resumed", Status.PENDING, reason=STAY_MOVED, approved_by=None)
    return _priced_again(act, STAY_MOVED, {"blocked_from": _before_promise(act)})


def _before_promise(act: Act) -> Status | None:
    return Status.PENDING if act.state.blocked_from is Status.APPROVED else act.state.blocked_from


def _priced_again(act: Act, reason: Reason, update: dict[str, Any]) -> Act:
    sale, selling, sells = act.state.sale, act.terms.selling, act.terms.kind.sells
    if sale is None or selling is None or sells is None:
        raise conflict("nothing_sold", "This record sells nothing of the catalogue.")
    if sale.state in CANCELLED:
        raise conflict("sale_cancelled", "This sale was cancelled; a new one is a new record.")
    fresh = pinned(selling.current, selling.stay, selling.zone, act.now, sale.quantity)
    fresh = fresh.model_copy(update={"campaign": sale.campaign, "arm": sale.arm, "bid": sale.bid})
    if sale.bid is not None and fresh.way == sale.way:
        bid = selling.price_now(fresh, act.now)
        fresh = fresh.model_copy(update={"quoted": bid.total, "tax": bid.tax})
    fields = act.state.fields | {sells.price: fresh.quoted.model_dump()}
    return act.then("repriced", reason=reason, sale=fresh, fields=fields, checked=None, approved_by=None, **update)


def cancel(act: Act, command: CancelSale) -> Act:
    """Take it back: an open record is cancelled; a charge is refunded once it is known to stand, and slots are free."""
    check_reason(command.reason)
    sale = act.state.sale
    if sale is None or sale.state in CANCELLED:
        raise conflict("nothing_sold", "There is no sale to cancel.")
    _refuse_late_guest(act)
    if act.doer.actor.kind is ActorKind.STAFF:
        require_reason(command.reason)
    reason = command.reason if command.reason.given else Reason(code="guest_cancelled")
    if act.state.status is not Status.COMPLETE:
        return close(act, Outcome.CANCELLED, reason)
    if sale.state != "sold":
        raise conflict("nothing_sold", "Nothing was sold by this record.")
    require_authority(act)
    waits = under_way(act.state)
    after = sale.model_copy(update={"state": "cancelling" if waits else "cancelled", "claims": ()})
    act = act.then("sale_cancelled", reason=reason, sale=after)
    return act if waits else refunded(act, reason)


def _refuse_late_guest(act: Act) -> None:
    assert act.state.sale is not None
    if act.state.sale.state == WAITING:
        return
    until = act.state.sale.cancel_until
    if act.doer.actor.kind is ActorKind.GUEST and (until is None or act.now > until):
        raise conflict("too_late_to_cancel", "The guest may not cancel this by themselves any more; a person decides.")


STEPS: dict[type[Command], Step] = {
    ConfirmSale: Step(confirm),
    TakePrice: Step(take_price),
    MoveSale: Step(move_sale),
    CancelSale: Step(cancel, when_closed=True),
}

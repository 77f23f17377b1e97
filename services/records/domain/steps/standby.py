"""What stands in line: a bid takes its place, a grant takes slots and may charge, the rest is let go and told."""

from typing import Any

from services.records.domain.act import Act, Step
from services.records.domain.commands import Command, GrantSale, LetSaleGo, PlaceBid, RefuseBid
from services.records.domain.selling import Selling
from services.records.domain.standby import WAITING, priced_bid, ungranted
from services.records.domain.steps.approval import confirmation
from services.records.domain.steps.closing import close, fulfilled_by_policy
from services.records.domain.steps.proposals import void_overtaken
from services.records.domain.steps.sold import ANSWER, CANCELLED, holding, queued
from services.records.domain.steps.talk import messaged
from services.records.domain.texts import Reason, check_reason, require_reason
from services.records.domain.validation import limit_breaches
from shared.contracts.errors import AppError, breached, conflict
from shared.contracts.identity import policy
from shared.contracts.offers import Sale
from shared.contracts.records import MessageCommand, Outcome, Status

GUEST_BID = Reason(code="guest_bid")
ITS_HOUR = Reason(code="hour_came")
GRANTED, LET_GO, BID_REFUSED = "offer_granted", "offer_not_granted", "bid_refused"
"""The templates of what the guest is told."""


def _sold(act: Act) -> tuple[Sale, Selling]:
    if act.state.sale is None or act.terms.selling is None:
        raise conflict("nothing_sold", "This record sells nothing of the catalogue.")
    return act.state.sale, act.terms.selling


def place_bid(act: Act, command: PlaceBid) -> Act:
    """The guest's price for one, and with it their yes; once the offer was made to them, it stands in line."""
    sale, selling = _sold(act)
    check_reason(command.reason)
    if act.doer.bound:
        require_reason(command.reason)
    if sale.state in CANCELLED or sale.state not in ("open", WAITING):
        raise conflict("bids_closed", "This sale is past bidding.")
    price = priced_bid(selling, sale, command.price, act.now)
    sells = act.terms.kind.sells
    assert sells is not None
    fields = act.state.fields | {sells.price: price.total.model_dump(), ANSWER: "accepted"}
    broken = [each for each in limit_breaches(fields, act.terms) if each.field == sells.price]
    if broken:
        raise breached(broken)
    bid = sale.model_copy(update={"bid": command.price, "quoted": price.total, "tax": price.tax})
    said: dict[str, Any] = {"fields": fields, "sale": bid}
    if act.state.approved_by is not None:
        said |= queued(act, bid)
    if act.state.checked is not None:
        confirmed = confirmation(act, fields[sells.price], policy(act.terms.version), "bid")
        by = {"on_behalf_of": selling.pinned.published_by}
        said["checked"] = confirmed.model_copy(update=by)
    reason = command.reason if command.reason.given else GUEST_BID
    return void_overtaken(act.then("bid_placed", reason=reason, idle_handoffs=0, **said))


def refuse_bid(act: Act, command: RefuseBid) -> Act:
    """The guest hears that their bid does not count."""
    return messaged(act, _message(act, command.message_id, BID_REFUSED), by=policy(act.terms.version))


def grant(act: Act, command: GrantSale) -> Act:
    """Slots are taken now or refused; the guest is told; what is instant is closed and charged at once."""
    sale, selling = _sold(act)
    if act.doer.bound:
        require_reason(command.reason)
    if sale.state != WAITING:
        raise conflict("not_waiting", "This does not stand in line.")
    refusal = ungranted(selling, sale, act.now)
    if refusal:
        raise refusal
    by = None if act.doer.bound else policy(act.terms.version)
    reason = command.reason if command.reason.given else ITS_HOUR
    # What was granted is delivered on its day: it does not run out at the moment offers do.
    due_at = max(act.state.due_at, act.now)
    act = act.then("sale_granted", by=by, reason=reason, sale=holding(act), expires_at=None, due_at=due_at)
    act = messaged(act, _message(act, command.message_id, GRANTED), by=by)
    return _closed_if_instant(act, sale)


def _closed_if_instant(act: Act, sale: Sale) -> Act:
    asked = act.terms.kind.sells is not None and act.terms.kind.sells.asked
    if not sale.instant or asked or act.state.status is not Status.APPROVED:
        return act
    try:
        return fulfilled_by_policy(act, ITS_HOUR)
    except AppError:
        # It is theirs; what stands in the way of closing is put in order by a person.
        return act


def let_go(act: Act, command: LetSaleGo) -> Act:
    """The guest is told, and the record closes as declined."""
    sale, _ = _sold(act)
    if sale.state != WAITING:
        raise conflict("not_waiting", "This does not stand in line.")
    act = messaged(act, _message(act, command.message_id, LET_GO), by=policy(act.terms.version))
    return close(act, Outcome.DECLINED, Reason(code=command.because))


def _message(act: Act, message_id: str, template: str) -> MessageCommand:
    return MessageCommand(
        id=message_id,
        guest_id=act.state.guest_id,
        stay_id=act.state.stay_id,
        send=True,
        topic_code=act.state.kind,
        template=template,
    )


STEPS: dict[type[Command], Step] = {
    PlaceBid: Step(place_bid),
    RefuseBid: Step(refuse_bid),
    GrantSale: Step(grant),
    LetSaleGo: Step(let_go),
}

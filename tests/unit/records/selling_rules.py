"""What may happen to a sale, and to the sums beside it, in the life of a record; and what holds of its money always."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.records.domain import commands as c
from services.records.domain.stakes import Spent
from services.records.domain.state import RecordState
from services.records.domain.steps.refunds import charged, charges_of, under_way
from services.records.domain.terms import Terms
from services.records.domain.texts import NO_REASON
from shared.contracts.identity import Role
from shared.contracts.records import Outcome, Status
from tests.factories.guest_records import ANA, LAST_VALUES, MACHINE, MARTA, WHY, doer, new_id, words

SELLERS = st.sampled_from([ANA, MARTA, doer("gil", Role.GENERAL_MANAGER)])
REASONS = st.sampled_from([WHY, NO_REASON])
WORK = (c.AcceptRecord(), c.CheckValue(), c.ApproveRecord())


class SellingRules(RuleBasedStateMachine):
    """Rules and invariants of a record that may sell something."""

    state: RecordState
    held: Terms

    def ask(self, command: c.Command, by: c.Doer) -> None:
        """Decide a command on the record as it stands."""
        raise NotImplementedError

    @rule(by=SELLERS, answer=st.sampled_from(["accepted", "accepted", "declined"]))
    def guest_answers(self, by: c.Doer, answer: str) -> None:
        names = {spec.name for spec in self.held.kind.fields}
        values = {"guest_answer": answer} if "guest_answer" in names else {"details": words()}
        self.ask(c.EditFields(new_id("edit"), values, WHY), by)

    @rule(by=SELLERS)
    def sell(self, by: c.Doer) -> None:
        """All that sells it, so that many runs come as far as its charge."""
        values = LAST_VALUES.get(self.state.kind, {})
        for command in (*WORK, c.CompleteRecord(Outcome.FULFILLED, WHY, values)):
            self.ask(command, by)

    @rule(by=SELLERS, reason=REASONS)
    def cancel_sale(self, by: c.Doer, reason: Any) -> None:
        self.ask(c.CancelSale(reason), by)

    @rule(by=SELLERS, reason=REASONS, moves=st.booleans())
    def price_again(self, by: c.Doer, reason: Any, moves: bool) -> None:
        self.ask(c.MoveSale() if moves else c.TakePrice(reason), MACHINE if moves else by)

    @rule(to=st.sampled_from(["done", "done", "failed"]))
    def charges_settle(self, to: str) -> None:
        for line in [each for each in charges_of(self.state) if each.state == "requested"]:
            self.ask(c.SettleLine(line.id, to), MACHINE)

    @rule(stay_=st.sampled_from([0, 2_500, 19_000]), day=st.sampled_from([0, 2_500, 19_000]))
    def spend_elsewhere(self, stay_: int, day: int) -> None:
        self.held = replace(self.held, spent=Spent(stay_, day, min(stay_, day)))

    @invariant()
    def nobody_pays_for_what_was_not_sold_to_them(self) -> None:
        ended = self.state.status is Status.COMPLETE and self.state.outcome is not Outcome.FULFILLED
        assert not ended or under_way(self.state) or charged(self.state) == 0

    @invariant()
    def what_was_sold_is_charged_once_at_its_price(self) -> None:
        sold = self.state.sale is not None and self.state.sale.state == "sold"
        failed = any(line.state == "failed" for line in charges_of(self.state)[-1:])
        assert not sold or failed or charged(self.state) == self.state.fields["price"]["amount"]

    @invariant()
    def no_more_goes_back_than_was_charged(self) -> None:
        ids = [line.id for line in self.state.money]
        assert len(ids) == len(set(ids))
        for charge in charges_of(self.state):
            assert sum(line.amount.amount for line in self.state.money if line.adjusts == charge.id) <= (
                charge.amount.amount
            )

    @invariant()
    def slots_are_held_by_promises_and_sales_alone(self) -> None:
        sale = self.state.sale
        assert sale is None or not sale.claims or sale.state in ("held", "sold")

"""The whole life of a record under any sequence of commands by any people: what must hold always holds."""

import datetime as dt
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.records.domain import commands as c
from services.records.domain.decide import decide
from services.records.domain.moves import may_move
from services.records.domain.state import RecordState
from services.records.domain.texts import NO_REASON
from shared.contracts.catalogue import topic_of
from shared.contracts.envelope import NewEvent, encode
from shared.contracts.errors import AppError
from shared.contracts.identity import Department
from shared.contracts.records import LineKind, Outcome, RecordEvent, RecordSnapshot, Status
from shared.contracts.values import Money
from tests.factories.guest_records import (
    ANA,
    LAST_VALUES,
    MARTA,
    NOW,
    RUI,
    SOFIA,
    WHY,
    blocked,
    kinds,
    new_id,
    opened,
    raised,
    terms,
    words,
)

PEOPLE = st.sampled_from([ANA, RUI, SOFIA, MARTA])
REASONS = st.sampled_from([WHY, NO_REASON])
TIMES = st.sampled_from(["07:30", "12:00", "22:00", "03:00", "nonsense"])
PRICES = st.sampled_from([100, 5_000, 60_000]).map(lambda amount: {"amount": amount, "currency": "EUR"})


class RecordLife(RuleBasedStateMachine):
    """Commands in any order; a refusal must leave the record as it was."""

    state: RecordState
    events: list[NewEvent]

    @initialize(kind=st.sampled_from([kind.code for kind in kinds()]), auto=st.booleans())
    def open(self, kind: str, auto: bool) -> None:
        self.held = terms(kind, auto=auto)
        self.now = NOW
        self.state = opened(kind, self.held)
        self.count = 1
        self.last: RecordSnapshot = self.state.public

    def ask(self, command: c.Command, by: c.Doer) -> None:
        self.now += dt.timedelta(minutes=7)
        before = self.state
        try:
            decision = decide(before, command, by, self.held, self.now)
        except AppError:
            assert self.state == before
            return
        assert decision.events, "a command that is taken says so"
        for event in decision.events:
            self.told(event)
        assert decision.state.version == decision.events[-1].sequence
        self.state = decision.state

    def told(self, event: NewEvent) -> None:
        body = event.body
        assert isinstance(body, RecordEvent)
        self.count += 1
        assert event.sequence == self.count == body.record.version
        assert encode(body)
        assert topic_of(event.type) == "records.v1"
        before, after = self.last.status, body.record.status
        assert before is after or may_move(before, after, self.last.blocked_from)
        assert not (before is not after and after is Status.APPROVED and body.record.reviews)
        self.last = body.record

    @rule(by=PEOPLE)
    def accept(self, by: c.Doer) -> None:
        self.ask(c.AcceptRecord(), by)

    @rule(by=PEOPLE)
    def check(self, by: c.Doer) -> None:
        self.ask(c.CheckValue(), by)

    @rule(by=PEOPLE)
    def approve(self, by: c.Doer) -> None:
        self.ask(c.ApproveRecord(), by)

    @rule(by=PEOPLE)
    def block(self, by: c.Doer) -> None:
        self.ask(blocked(), by)

    @rule(by=PEOPLE)
    def unblock(self, by: c.Doer) -> None:
        self.ask(c.UnblockRecord(), by)

    @rule(by=PEOPLE, reason=REASONS)
    def resume(self, by: c.Doer, reason: Any) -> None:
        self.ask(c.ResumeRecord(reason), by)

    @rule(by=PEOPLE, time=TIMES, price=PRICES, reason=REASONS)
    def edit(self, by: c.Doer, time: str, price: dict[str, Any], reason: Any) -> None:
        names = {spec.name for spec in self.held.kind.fields}
        values: dict[str, Any] = {
            name: value for name, value in (("promised_time", time), ("price", price)) if name in names
        }
        self.ask(c.EditFields(new_id("edit"), values or {"details": words()}, reason), by)

    @rule(by=PEOPLE)
    def note(self, by: c.Doer) -> None:
        self.ask(c.AddNote(words()), by)

    @rule(by=PEOPLE, to=st.sampled_from(["ana", "rui"]), department=st.sampled_from(Department))
    def hand_off(self, by: c.Doer, to: str, department: Department) -> None:
        to_owner, supervisor = c.Ownership(to, "on_duty"), c.Ownership("sofia", "supervisor_after_handoffs")
        self.ask(c.HandOff(department, to_owner, supervisor), by)

    @rule(by=PEOPLE, comment=st.booleans())
    def raise_exception(self, by: c.Doer, comment: bool) -> None:
        self.ask(raised(comment=words() if comment else None), by)

    @rule(by=PEOPLE, accept=st.booleans())
    def review(self, by: c.Doer, accept: bool) -> None:
        for note in self.state.exception_notes:
            self.ask(c.ReviewException(note.id, accept, words()), by)

    @rule(by=PEOPLE, approve=st.booleans())
    def decide_proposals(self, by: c.Doer, approve: bool) -> None:
        for proposal in self.state.proposals:
            self.ask(c.DecideProposal(proposal.id, approve, WHY), by)

    @rule(by=PEOPLE, amount=st.sampled_from([-5, 400, 90_000]), kind=st.sampled_from(LineKind))
    def add_line(self, by: c.Doer, amount: int, kind: LineKind) -> None:
        self.ask(c.AddLine(new_id("line"), kind, Money(amount=amount, currency="EUR"), WHY), by)

    @rule(by=PEOPLE, send=st.booleans())
    def message(self, by: c.Doer, send: bool) -> None:
        self.ask(c.RequestMessage(new_id("message"), send, "promise", "promise"), by)

    @rule(state=st.sampled_from(["sent", "stored", "failed"]))
    def settle_messages(self, state: str) -> None:
        for message in self.state.guest_messages:
            self.ask(c.SettleMessage(message.id, state), ANA)

    @rule(by=PEOPLE, outcome=st.sampled_from(Outcome), reason=REASONS, last=st.booleans())
    def complete(self, by: c.Doer, outcome: Outcome, reason: Any, last: bool) -> None:
        values = LAST_VALUES.get(self.state.kind, {}) if last else {}
        self.ask(c.CompleteRecord(outcome, reason, values), by)

    @rule(by=PEOPLE, reason=REASONS)
    def reopen(self, by: c.Doer, reason: Any) -> None:
        self.ask(c.ReopenRecord(reason), by)

    @invariant()
    def has_an_owner(self) -> None:
        assert self.state.owner
        assert self.state.owner_rule

    @invariant()
    def version_counts_the_events(self) -> None:
        assert self.state.version == self.count

    @invariant()
    def complete_means_an_outcome_and_an_end(self) -> None:
        closed = self.state.status is Status.COMPLETE
        assert closed == (self.state.outcome is not None) == (self.state.closed_at is not None)

    @invariant()
    def nothing_fulfilled_waits_for_a_review_or_lacks_a_field(self) -> None:
        # A closed record takes no new exception, so none can be open.
        clean = self.state.reviews == () and self.state.checked is not None and self.state.missing_fields == ()
        assert clean or self.state.outcome is not Outcome.FULFILLED

    @invariant()
    def blocked_means_the_clock_stands(self) -> None:
        is_blocked = self.state.status is Status.BLOCKED
        assert is_blocked == (self.state.paused_at is not None) == (self.state.blocked_from is not None)

    @invariant()
    def reviews_go_first(self) -> None:
        reviewing = self.state.next_action.code in ("review_exception", "decide_proposal")
        assert reviewing == bool(self.state.reviews)
        assert reviewing == (self.state.next_action.role is not None)

    @invariant()
    def nobody_decided_their_own(self) -> None:
        assert all(note.reviewed_by != note.raised_by for note in self.state.exception_notes)
        assert all(
            proposal.decided_by != proposal.requested_by
            for proposal in self.state.proposals
            if proposal.state in ("approved", "rejected")
        )

    @invariant()
    def approved_values_were_checked(self) -> None:
        held = self.state.checked
        assert held is None or held.value == self.state.fields[held.field]
        assert held is not None or self.state.status is not Status.APPROVED


TestRecordLife = RecordLife.TestCase
TestRecordLife.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)

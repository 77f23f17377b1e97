"""The whole life of a record under any sequence of commands by any people at once: what must hold always holds."""

import datetime as dt
from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from services.records.domain import commands as c
from services.records.domain.changes import WATCHED
from services.records.domain.decide import Decision, decide
from services.records.domain.moves import may_move
from services.records.domain.rules import Tier
from services.records.domain.state import RecordState
from services.records.domain.texts import NO_REASON
from services.records.usecases.alarms import timers_of
from shared.contracts.catalogue import topic_of
from shared.contracts.envelope import NewEvent, encode
from shared.contracts.errors import AppError
from shared.contracts.identity import Department, Role
from shared.contracts.records import Awaited, LineKind, Outcome, RecordEvent, RecordSnapshot, Status, Wait
from shared.contracts.values import Money
from shared.contracts.writebacks import UNSETTLED, PmsField, WritebackState
from tests.factories.guest_records import (
    ANA,
    LAST_VALUES,
    MACHINE,
    MARTA,
    NOW,
    RUI,
    SOFIA,
    WHY,
    doer,
    kinds,
    new_id,
    opened,
    raised,
    stay,
    terms,
    words,
)
from tests.factories.offers import offer, sale_of, selling_terms
from tests.unit.records.selling_rules import SellingRules

SPA = offer(capacity=3, floor=2_000, ceiling=80_000)
FOR_SOFIA = c.StandIn("sofia", frozenset({Role.SUPERVISOR}), off_duty=True)
DEPUTY = replace(RUI, stands_in=(FOR_SOFIA,))
GIL = doer("gil", Role.GENERAL_MANAGER)
PEOPLE = st.sampled_from([ANA, RUI, DEPUTY, SOFIA, MARTA, GIL])
REASONS = st.sampled_from([WHY, NO_REASON])
TIMES = st.sampled_from(["07:30", "12:00", "22:00", "03:00", "nonsense"])
PRICES = st.sampled_from([100, 5_000, 60_000]).map(lambda amount: {"amount": amount, "currency": "EUR"})
RATES = st.sampled_from([0, 9_000, 15_000]).map(lambda amount: {"amount": amount, "currency": "EUR"})
UNTILS = st.sampled_from([None, -5, 30, 600])
TIERS = st.sampled_from([(), (Tier(above=3_000, role=Role.SUPERVISOR), Tier(above=20_000, role=Role.GENERAL_MANAGER))])
OFTEN = ("guest_request", "guest_request", "guest_request", "pre_arrival_offer", "pre_arrival_offer", "preference_note")
"""Kinds with a time, a price or an unusual case in them: most of what can go wrong goes wrong there."""
BEGUN = (c.AcceptRecord(), c.CheckValue(), c.ApproveRecord())
"""How a record usually begins, so that not every run has to find its way there first."""
NOT_PERFORMED = ("record.change_proposed.v1",)
"""Events whose changes are only asked for."""


def told_changes(events: list[NewEvent]) -> dict[str, Any]:
    """What the events say of the record's values, one after the other."""
    told: dict[str, Any] = {}
    for event in events:
        assert isinstance(event.body, RecordEvent)
        if event.type not in NOT_PERFORMED:
            told |= {change.field: change.after for change in event.body.changes}
    return told


class RecordLife(SellingRules):
    """Commands in any order, some decided on an old version; a refusal must leave the record as it was."""

    state: RecordState
    events: list[NewEvent]

    @initialize(
        kind=st.sampled_from([*OFTEN, *(kind.code for kind in kinds())]), auto=st.booleans(), start=st.integers(0, 3)
    )
    def open(self, kind: str, auto: bool, start: int) -> None:
        self.held = replace(terms(kind, auto=auto), stay=stay(room="214"))
        self.now = NOW
        sells = sale_of(SPA) if kind == "pre_arrival_offer" else {}
        selling = selling_terms(kind, SPA).selling if sells else None
        self.held = replace(self.held, selling=selling)
        self.state = opened(kind, self.held, **sells)
        self.first = self.state
        self.past = [self.state]
        self.events = []
        self.last: RecordSnapshot = self.state.public
        for command in BEGUN[:start]:
            self.ask(command, ANA)

    # What a store and a caller do: decide on a version, and save only if it is still that one.
    def decided(self, seen: RecordState, command: c.Command, by: c.Doer) -> Decision | None:
        before = seen.model_copy()
        try:
            decision = decide(seen, command, by, self.held, self.now)
        except AppError:
            assert seen == before
            return None
        assert decision.events, "a command that is taken says so"
        assert decision.state.version == decision.events[-1].sequence == seen.version + len(decision.events)
        return decision

    def saved(self, seen: RecordState, decision: Decision | None) -> bool:
        if decision is None or seen.version != self.state.version:
            return False
        for event in decision.events:
            self.told(event)
        self.state = decision.state
        self.past.append(self.state)
        return True

    def ask(self, command: c.Command, by: c.Doer) -> None:
        self.now += dt.timedelta(minutes=7)
        seen = self.state
        self.saved(seen, self.decided(seen, command, by))

    def told(self, event: NewEvent) -> None:
        body = event.body
        assert isinstance(body, RecordEvent)
        self.events.append(event)
        assert event.sequence == len(self.events) + 1 == body.record.version
        assert encode(body)
        assert topic_of(event.type) == "records.v1"
        before, after = self.last.status, body.record.status
        assert before is after or may_move(before, after, self.last.blocked_from)
        assert not (before is not after and after is Status.APPROVED and body.record.reviews)
        specs = {spec.name: spec for spec in self.held.kind.fields}
        named = [specs[change.field] for change in body.changes if change.field in specs]
        audited = [spec.name for spec in named if spec.audited or spec.sensitive]
        was = {change.field: change.before for change in body.changes}
        assert not [name for name in audited if was[name] is not None and not (body.reason_code or body.reason)]
        self.last = body.record

    @rule(by=PEOPLE, other=PEOPLE, pick=st.integers(0, 6))
    def two_at_once(self, by: c.Doer, other: c.Doer, pick: int) -> None:
        commands: list[c.Command] = [
            c.AcceptRecord(),
            c.CheckValue(),
            c.ApproveRecord(),
            c.AddNote(words()),
            c.ReopenRecord(WHY),
            c.HandOff(Department.FINANCE, c.Ownership("fred", "on_duty"), c.Ownership("sofia", "supervisor")),
            *(c.DecideProposal(each.id, True, WHY) for each in self.state.proposals if each.pending),
        ]
        command, seen = commands[pick % len(commands)], self.state
        first, second = self.decided(seen, command, by), self.decided(seen, command, other)
        won = self.saved(seen, first)
        assert not (won and self.saved(seen, second)), "two were saved on one version"

    @rule(by=PEOPLE, back=st.integers(1, 8))
    def decide_on_an_old_version(self, by: c.Doer, back: int) -> None:
        seen = self.past[max(0, len(self.past) - 1 - back)]
        stands = self.state
        taken = self.saved(seen, self.decided(seen, c.AddNote(words()), by))
        assert taken == (seen.version == stands.version and self.state is not stands)
        assert taken or self.state is stands

    @rule(tiers=TIERS, limit=st.sampled_from([1_000, 50_000]), by_s=st.sampled_from([600, 86_400]))
    def edit_rules(self, tiers: Any, limit: int, by_s: int) -> None:
        changed = self.held.rules.model_copy(
            update={"tiers": tiers, "line_max": limit, "approve_by_s": by_s, "causes": ("lift_broken",)}
        )
        self.held = replace(self.held, rules=changed, version=self.held.version + 1)

    @rule(minutes=st.sampled_from([5, 700, 5_000]))
    def time_passes(self, minutes: int) -> None:
        self.now += dt.timedelta(minutes=minutes)
        for timer in timers_of(self.state).values():
            command: dict[str, c.Command] = {
                "expire": c.ExpireRecord(),
                "approve_by": c.ExpireProposal(str(timer.data.get("part"))),
                "wait": c.EndWait(),
            }
            if timer.kind in command and timer.due_at <= self.now:
                self.saved(self.state, self.decided(self.state, command[timer.kind], MACHINE))

    @rule(rate=st.sampled_from([12_000, 13_000]))
    def stay_changes(self, rate: int) -> None:
        self.held = replace(self.held, stay=stay(room="214", rate=Money(amount=rate, currency="EUR")))

    @rule(by=PEOPLE)
    def accept(self, by: c.Doer) -> None:
        self.ask(c.AcceptRecord(), by)

    @rule(by=PEOPLE, time=st.one_of(st.none(), TIMES), price=st.one_of(st.none(), PRICES))
    def check(self, by: c.Doer, time: str | None, price: Any) -> None:
        value = {"promised_time": time, "price": price}.get(self.held.kind.checked_field)
        self.ask(c.CheckValue(value), by)

    @rule(by=PEOPLE)
    def approve(self, by: c.Doer) -> None:
        self.ask(c.ApproveRecord(), by)

    @rule(by=PEOPLE, party=st.sampled_from(Awaited), until=UNTILS, reason=REASONS)
    def block(self, by: c.Doer, party: Awaited, until: int | None, reason: Any) -> None:
        at = None if until is None else self.now + dt.timedelta(minutes=until)
        self.ask(c.BlockRecord(reason, Wait(party=party, until=at)), by)

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

    @rule(by=PEOPLE, field=st.sampled_from([PmsField.RATE, PmsField.ROOM]), rate=RATES, reason=REASONS)
    def write_back(self, by: c.Doer, field: PmsField, rate: dict[str, Any], reason: Any) -> None:
        value = rate if field is PmsField.RATE else "317"
        self.ask(c.ProposeWriteback(new_id("change"), field, value, reason), by)

    @rule(state=st.sampled_from([WritebackState.DONE, WritebackState.REFUSED, WritebackState.UNKNOWN]))
    def pms_answers(self, state: WritebackState) -> None:
        for change in self.state.writebacks:
            self.ask(c.SettleWriteback(change.id, state), MACHINE)

    @rule(by=PEOPLE)
    def note(self, by: c.Doer) -> None:
        self.ask(c.AddNote(words()), by)

    @rule(by=PEOPLE, to=st.sampled_from(["ana", "rui"]), department=st.sampled_from(Department))
    def hand_off(self, by: c.Doer, to: str, department: Department) -> None:
        to_owner, supervisor = c.Ownership(to, "on_duty"), c.Ownership("sofia", "supervisor_after_handoffs")
        self.ask(c.HandOff(department, to_owner, supervisor), by)

    @rule(by=PEOPLE, comment=st.booleans(), cause=st.sampled_from(["other", "lift_broken"]), whole=st.booleans())
    def raise_exception(self, by: c.Doer, comment: bool, cause: str, whole: bool) -> None:
        parts = {} if whole else {"guest_impact": None}
        self.ask(raised(cause, comment=words() if comment else None, **parts), by)

    @rule(by=PEOPLE, accept=st.booleans())
    def review(self, by: c.Doer, accept: bool) -> None:
        for note in self.state.exception_notes:
            self.ask(c.ReviewException(note.id, accept, words()), by)

    @rule(by=PEOPLE)
    def correct(self, by: c.Doer) -> None:
        for note in self.state.exception_notes[:1]:
            self.ask(c.CorrectException(note.id, new_id("correction"), words()), by)

    @rule(by=PEOPLE, approve=st.booleans(), reason=REASONS)
    def decide_proposals(self, by: c.Doer, approve: bool, reason: Any) -> None:
        for proposal in self.state.proposals:
            self.ask(c.DecideProposal(proposal.id, approve, reason, proposal.digest), by)

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
        assert self.state.version == len(self.events) + 1

    @invariant()
    def events_replay_to_the_state(self) -> None:
        assert self.last == self.state.public
        told = told_changes(self.events)
        plain = {name: value for name, value in told.items() if name in {spec.name for spec in self.held.kind.fields}}
        fields = {name: value for name, value in (self.first.fields | plain).items() if value is not None}
        assert fields == {name: value for name, value in self.state.fields.items() if value is not None}
        watched = {name: told.get(name, getattr(self.first, name)) for name in WATCHED}
        assert watched == {name: getattr(self.state, name) for name in WATCHED}

    @invariant()
    def complete_means_an_outcome_and_an_end(self) -> None:
        closed = self.state.status is Status.COMPLETE
        assert closed == (self.state.outcome is not None) == (self.state.closed_at is not None)
        assert self.state.close_count - self.state.reopened == int(closed)

    @invariant()
    def closed_record_has_no_open_proposal(self) -> None:
        waiting = [each for each in self.state.proposals if each.pending]
        assert not waiting or self.state.status is not Status.COMPLETE

    @invariant()
    def nothing_fulfilled_waits_for_a_review_or_lacks_a_field(self) -> None:
        # A closed record takes no new exception, so none can be open.
        clean = self.state.reviews == () and self.state.checked is not None and self.state.missing_fields == ()
        assert clean or self.state.outcome is not Outcome.FULFILLED

    @invariant()
    def nothing_is_fulfilled_unsaid_while_the_pms_is_silent(self) -> None:
        silent = any(each.state in UNSETTLED for each in self.state.writebacks)
        ended = [event for event in self.events if event.type == "record.completed.v1"]
        fulfilled = bool(ended) and self.state.outcome is Outcome.FULFILLED
        assert not (silent and fulfilled) or ended[-1].body.reason_code

    @invariant()
    def blocked_means_the_clock_stands_for_somebody(self) -> None:
        is_blocked = self.state.status is Status.BLOCKED
        assert is_blocked == (self.state.paused_at is not None) == (self.state.blocked_from is not None)
        assert is_blocked == (self.state.waits_for is not None) == (self.state.blocked_reason is not None)

    @invariant()
    def paused_time_only_grows(self) -> None:
        paused = [each.paused_s for each in self.past]
        assert paused[0] >= 0
        assert paused == sorted(paused)

    @invariant()
    def reviews_go_first(self) -> None:
        reviewing = self.state.next_action.code in ("review_exception", "decide_proposal")
        assert reviewing == bool(self.state.reviews)
        assert reviewing == (self.state.next_action.role is not None)

    @invariant()
    def nobody_decided_their_own_or_their_principal_s(self) -> None:
        decided = [
            (each.decided_by, each.decided_for, each.requested_by)
            for each in self.state.proposals
            if each.state in ("approved", "rejected")
        ]
        decided += [
            (each.reviewed_by, each.reviewed_for, each.raised_by)
            for each in self.state.exception_notes
            if each.decision
        ]
        assert not [one for one in decided if one[2] in one[:2]]

    @invariant()
    def notes_are_never_edited(self) -> None:
        earlier = self.past[-2].exception_notes if len(self.past) > 1 else ()
        for before, after in zip(earlier, self.state.exception_notes, strict=False):
            assert before.model_dump(include=PARTS) == after.model_dump(include=PARTS)
            assert after.corrections[: len(before.corrections)] == before.corrections

    @invariant()
    def approved_values_were_checked(self) -> None:
        held = self.state.checked
        assert held is None or held.value == self.state.fields[held.field]
        assert held is not None or self.state.status is not Status.APPROVED


PARTS = {"id", "cause", "unusual", "guest_impact", "raiser_comment", "raised_by", "raised_at", "repeat_key"}
TestRecordLife = RecordLife.TestCase
TestRecordLife.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)

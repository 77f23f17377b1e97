"""A record's ordinary life: opened, accepted, checked, approved, blocked, handed over, closed, opened again."""

import datetime as dt

import pytest

from services.records.domain import commands as c
from services.records.domain.rules import Limit
from services.records.domain.state import RecordState
from services.records.domain.terms import Terms
from services.records.domain.texts import NO_REASON, Reason
from shared.contracts.errors import AppError
from shared.contracts.identity import ActorKind, Department
from shared.contracts.records import (
    Awaited,
    LineKind,
    Outcome,
    RecordEvent,
    RecordMessageRequested,
    RecordPostingRequested,
    Status,
    Wait,
)
from shared.contracts.values import Money
from tests.factories.guest_records import (
    ANA,
    LAST_VALUES,
    NOW,
    RUI,
    WHY,
    after,
    blocked,
    done,
    in_status,
    kinds,
    new_id,
    opened,
    terms,
    words,
)

GUEST = Wait(party=Awaited.GUEST)
HOUR = dt.timedelta(hours=1)
TO_HOUSEKEEPING = c.HandOff(
    Department.HOUSEKEEPING, c.Ownership("ines", "on_duty"), c.Ownership("sofia", "supervisor_after_handoffs")
)
BACK = c.HandOff(
    Department.FRONT_OFFICE, c.Ownership("ana", "on_duty"), c.Ownership("sofia", "supervisor_after_handoffs")
)


def refused(state: RecordState, command: c.Command, **how: object) -> AppError:
    with pytest.raises(AppError) as refusal:
        done(state, command, **how)  # type: ignore[arg-type]  # keyword arguments of one test helper
    return refusal.value


def informed(state: RecordState) -> RecordState:
    message = new_id("message")
    asked = c.RequestMessage(message, send=True, topic_code="promise", template="promise")
    return after(state, asked, c.SettleMessage(message, "sent"))


@pytest.mark.parametrize("kind", [kind.code for kind in kinds()])
def test_every_kind_goes_from_open_to_fulfilled_when_the_work_is_done(kind: str) -> None:
    state = after(opened(kind), c.AcceptRecord(), c.CheckValue(), c.ApproveRecord())
    state = after(informed(state), c.CompleteRecord(Outcome.FULFILLED, WHY, LAST_VALUES.get(kind, {})))
    assert (state.status, state.outcome, state.next_action.code) == (Status.COMPLETE, Outcome.FULFILLED, "none")


def test_each_event_takes_one_version_when_a_command_yields_several() -> None:
    pending = opened("guest_request")
    decision = done(pending, c.AcceptRecord(), held=terms("guest_request", auto=True))
    assert [event.type for event in decision.events] == [
        "record.accepted.v1",
        "record.value_checked.v1",
        "record.approved.v1",
    ]
    assert [event.sequence for event in decision.events] == [2, 3, 4]
    assert decision.state.version == 4


def test_event_says_status_before_and_after_when_it_moves() -> None:
    body = done(opened(), c.AcceptRecord()).events[0].body
    assert isinstance(body, RecordEvent)
    assert (body.previous_status, body.record.status) == (Status.NEW, Status.PENDING)
    assert {change.field: (change.before, change.after) for change in body.changes}["status"] == ("new", "pending")


def test_accept_makes_the_acceptor_owner_when_it_was_somebody_elses() -> None:
    state = after(opened(), c.AcceptRecord(), by=RUI)
    assert (state.owner, state.owner_rule, state.accepted) == ("rui", "accepted", True)


def test_accept_is_refused_when_accepted_already() -> None:
    assert refused(in_status(Status.PENDING), c.AcceptRecord(), by=RUI).code == "already_accepted"


def test_policy_approves_in_its_own_name_when_inside_the_limits() -> None:
    state = after(opened("guest_request"), c.AcceptRecord(), held=terms("guest_request", version=3, auto=True))
    assert state.checked is not None
    assert (state.status, state.approved_by) == (Status.APPROVED, "policy@3")
    assert (state.checked.checker.kind, state.checked.on_behalf_of) == (ActorKind.POLICY, "chain-defaults")


def test_policy_leaves_it_to_people_when_outside_the_limits() -> None:
    late = opened("guest_request", fields={"topic": "baby_cot", "promised_time": "22:30"})
    state = after(late, c.AcceptRecord(), held=terms("guest_request", auto=True))
    assert (state.status, state.checked, state.next_action.code) == (Status.PENDING, None, "check_value")


def test_policy_leaves_it_to_people_when_the_rules_became_stricter_since() -> None:
    held = terms("guest_request", auto=True)
    fewer = Limit(rule="fewer", field="quantity", at_most=1)
    strict = Terms(held.kind, held.rules.model_copy(update={"limits": (fewer,)}), 2, "EUR")
    two = opened("guest_request", fields={"topic": "baby_cot", "promised_time": "15:00", "quantity": 2})
    assert after(two, c.AcceptRecord(), held=strict).status is Status.PENDING
    assert after(two, c.AcceptRecord(), held=held).status is Status.APPROVED


def test_approve_is_refused_when_the_value_is_not_checked() -> None:
    assert refused(in_status(Status.PENDING), c.ApproveRecord()).code == "value_not_checked"


def test_check_moves_nothing_when_the_value_breaks_a_rule() -> None:
    state = in_status(Status.PENDING)
    refusal = refused(state, c.CheckValue("04:00"))
    assert [(breach.field, breach.rule) for breach in refusal.breaches] == [("promised_time", "service_hours")]


def test_block_stops_the_clock_and_unblock_gives_the_rest_back_when_an_hour_passed() -> None:
    pending = in_status(Status.PENDING)
    state = after(after(pending, blocked()), c.UnblockRecord(), now=NOW + HOUR)
    assert (state.due_at - pending.due_at, state.paused_s, state.paused_at) == (HOUR, 3600, None)


def test_block_is_refused_when_no_reason_is_given() -> None:
    assert refused(in_status(Status.PENDING), c.BlockRecord(NO_REASON, GUEST)).code == "reason_required"


def test_second_hand_off_makes_the_supervisor_owner_when_nothing_moved_between() -> None:
    state = after(in_status(Status.PENDING), TO_HOUSEKEEPING, BACK)
    assert (state.owner, state.owner_rule, state.handoffs) == ("sofia", "supervisor_after_handoffs", 2)


def test_second_hand_off_goes_where_it_was_sent_when_work_moved_between() -> None:
    state = after(in_status(Status.PENDING), TO_HOUSEKEEPING, c.AcceptRecord(), c.CheckValue(), BACK)
    assert (state.owner, state.accepted) == ("ana", False)


def test_hand_off_is_refused_when_it_changes_nothing() -> None:
    assert refused(in_status(Status.PENDING), BACK).code == "same_owner"


def test_fulfil_is_refused_when_the_guest_must_know_and_was_not_told() -> None:
    state = in_status(Status.APPROVED, "pre_arrival_message")
    assert refused(state, c.CompleteRecord(Outcome.FULFILLED)).code == "guest_not_informed"


def test_fulfil_is_taken_when_the_guest_was_told() -> None:
    state = informed(in_status(Status.APPROVED, "pre_arrival_message"))
    assert after(state, c.CompleteRecord(Outcome.FULFILLED)).outcome is Outcome.FULFILLED


def test_fulfil_names_every_missing_field_when_the_end_is_not_told() -> None:
    state = in_status(Status.APPROVED, "post_stay_follow_up")
    assert [breach.field for breach in refused(state, c.CompleteRecord(Outcome.FULFILLED)).breaches] == ["result"]


def test_decline_is_refused_when_no_reason_is_given() -> None:
    assert refused(in_status(Status.PENDING), c.CompleteRecord(Outcome.DECLINED)).code == "reason_required"


def test_charge_is_posted_once_when_the_guest_accepted_and_the_record_is_reopened() -> None:
    state = informed(in_status(Status.APPROVED, "pre_arrival_offer"))
    first = done(state, c.CompleteRecord(Outcome.FULFILLED, NO_REASON, {"guest_answer": "accepted"}))
    again = after(first.state, c.ReopenRecord(WHY), c.AcceptRecord(), c.ApproveRecord())
    second = done(again, c.CompleteRecord(Outcome.FULFILLED, WHY))
    posted = [event.body for event in (*first.events, *second.events) if event.type == "record.posting_requested.v1"]
    assert [isinstance(body, RecordPostingRequested) and body.line.amount.amount for body in posted] == [5_000]


def test_nothing_is_charged_when_the_guest_declined() -> None:
    state = informed(in_status(Status.APPROVED, "pre_arrival_offer"))
    closed = after(state, c.CompleteRecord(Outcome.FULFILLED, NO_REASON, {"guest_answer": "declined"}))
    assert closed.money == ()


def test_reopen_starts_a_new_clock_when_it_gives_a_reason() -> None:
    state = after(in_status(Status.COMPLETE), c.ReopenRecord(WHY), now=NOW + 5 * HOUR)
    assert (state.status, state.outcome, state.accepted, state.close_count) == (Status.PENDING, None, False, 1)
    assert state.due_at == NOW + 5 * HOUR + dt.timedelta(seconds=state.sla.complete_s)


def test_expire_is_refused_when_its_moment_lies_ahead_and_taken_when_it_passed() -> None:
    state = opened("pre_arrival_offer", expires_at=NOW + HOUR)
    assert refused(state, c.ExpireRecord(), now=NOW).code == "not_expired"
    assert after(state, c.ExpireRecord(), now=NOW + HOUR).outcome is Outcome.EXPIRED


def test_closed_record_takes_a_note_and_nothing_else_when_asked() -> None:
    state = in_status(Status.COMPLETE)
    assert after(state, c.AddNote(words())).notes == 1
    assert refused(state, blocked()).code == "record_closed"


def test_note_is_refused_when_it_holds_a_card_number() -> None:
    refusal = refused(opened(), c.AddNote(words("card 4111 1111 1111 1111")))
    assert [breach.rule for breach in refusal.breaches] == ["card_number"]


def test_events_hold_digests_and_never_words_when_people_write() -> None:
    decision = done(
        in_status(Status.PENDING), c.BlockRecord(Reason(code="waiting", text=words("Mrs Silva waits")), GUEST)
    )
    noted = done(decision.state, c.AddNote(words("Mrs Silva again")))
    assert not [event for event in (*decision.events, *noted.events) if "Silva" in event.body.model_dump_json()]


def test_question_has_one_addressee_and_one_answer_when_asked() -> None:
    ask = c.AskQuestion("q1", words("Is 214 free?"), NOW + HOUR, to_department=Department.HOUSEKEEPING)
    state = after(in_status(Status.PENDING), ask, c.AnswerQuestion("q1", words("Yes.")))
    assert (state.questions, state.asked[0].answered_by) == (1, ANA.id)
    assert refused(state, c.AnswerQuestion("q1", words("No."))).code == "question_answered"
    both = c.AskQuestion("q2", words(), NOW + HOUR, Department.FINANCE, "rui")
    assert [breach.rule for breach in refused(state, both).breaches] == ["one_addressee"]


def test_message_is_not_sent_but_may_be_stored_when_the_value_is_not_checked() -> None:
    state = in_status(Status.PENDING)
    send = c.RequestMessage("m1", send=True, topic_code="promise", template="promise")
    assert refused(state, send).code == "value_not_checked"
    store = c.RequestMessage("m1", send=False, topic_code="promise", template="promise")
    assert after(state, store, c.SettleMessage("m1", "stored")).guest_informed


def test_message_carries_why_it_may_disturb_at_night() -> None:
    asked = c.RequestMessage("m1", send=False, topic_code="promise", template="promise", urgent="safety")
    [event] = done(in_status(Status.PENDING), asked).events
    assert isinstance(event.body, RecordMessageRequested)
    assert event.body.message.urgent == "safety"


def test_line_above_the_limit_waits_for_another_person_when_added() -> None:
    state = after(in_status(Status.PENDING), c.CheckValue())
    big = c.AddLine("l1", LineKind.REFUND, Money(amount=10_001, currency="EUR"), WHY)
    proposed = after(state, big)
    assert (proposed.money, proposed.next_action.code) == ((), "decide_proposal")


@pytest.mark.parametrize(("amount", "currency", "rule"), [(0, "EUR", "positive"), (100, "USD", "currency")])
def test_line_is_refused_when_amount_or_currency_is_wrong(amount: int, currency: str, rule: str) -> None:
    state = after(in_status(Status.PENDING), c.CheckValue())
    line = c.AddLine("l1", LineKind.CHARGE, Money(amount=amount, currency=currency), WHY)
    assert [breach.rule for breach in refused(state, line).breaches] == [rule]

"""Changes of what the PMS holds: proposed, approved by another, pending until the PMS answers (K3, L1)."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from services.records.domain import commands as c
from services.records.domain.state import RecordState
from services.records.domain.terms import Terms
from services.records.domain.texts import NO_REASON
from shared.contracts.errors import AppError
from shared.contracts.records import Outcome, RecordEvent, RecordWritebackRequested, Status
from shared.contracts.values import Money
from shared.contracts.writebacks import PmsField, WritebackState
from tests.factories.guest_records import ANA, NOW, SOFIA, WHY, after, done, in_status, stay, terms

RATE = {"amount": 9_500, "currency": "EUR"}
HELD = replace(terms(), stay=stay(room="214"))
ASK = c.ProposeWriteback("p1", PmsField.RATE, RATE, WHY)
YES = c.DecideProposal("p1", True, WHY)


def refused(state: RecordState, command: c.Command, by: c.Doer = ANA, held: Terms = HELD) -> AppError:
    with pytest.raises(AppError) as refusal:
        done(state, command, by=by, held=held)
    return refusal.value


def pending() -> RecordState:
    asked = after(in_status(Status.APPROVED), ASK, held=HELD)
    return after(asked, YES, by=SOFIA, held=HELD)


def test_change_of_a_rate_waits_for_another_person_whoever_asks() -> None:
    state = after(in_status(Status.PENDING), ASK, by=SOFIA, held=HELD)
    assert (state.proposals[0].what, state.writebacks, state.next_action.code) == ("writeback", (), "decide_proposal")
    assert refused(state, YES, SOFIA).code == "own_request"


def test_approval_emits_the_write_back_with_key_before_and_after() -> None:
    asked = after(in_status(Status.APPROVED), ASK, held=HELD)
    decision = done(asked, YES, by=SOFIA, held=HELD)
    assert [event.type for event in decision.events] == ["record.proposal_decided.v1", "record.writeback_requested.v1"]
    body = decision.events[1].body
    assert isinstance(body, RecordWritebackRequested)
    told = body.writeback
    assert (told.before, told.after, told.approved_by) == ({"amount": 12_000, "currency": "EUR"}, RATE, "sofia")
    assert decision.state.next_action.code == "await_pms"


def test_event_of_a_guest_s_change_names_a_draft_and_no_identity() -> None:
    draft = {"ref": "draft-1", "digest": "0" * 64}
    asked = after(in_status(Status.PENDING), c.ProposeWriteback("p1", PmsField.GUEST, draft, WHY), held=HELD)
    body = done(asked, YES, by=SOFIA, held=HELD).events[1].body
    assert isinstance(body, RecordWritebackRequested)
    assert (body.writeback.before, body.writeback.after) == ({"guest_id": "guest-1", "profile_version": 1}, draft)


def test_fulfilment_is_refused_until_the_pms_answers_or_somebody_says_why() -> None:
    assert refused(pending(), c.CompleteRecord(Outcome.FULFILLED, NO_REASON)).code == "writeback_pending"
    assert after(pending(), c.CompleteRecord(Outcome.FULFILLED, WHY)).outcome is Outcome.FULFILLED


@pytest.mark.parametrize("state", [WritebackState.DONE, WritebackState.REFUSED])
def test_pms_settles_the_change_once(state: WritebackState) -> None:
    held = pending()
    key = held.writebacks[0].id
    settled = after(held, c.SettleWriteback(key, state, None))
    assert (settled.writebacks[0].state, settled.next_action.code) == (state, "complete")
    assert refused(settled, c.SettleWriteback(key, WritebackState.UNKNOWN)).code == "nothing_changed"
    assert after(settled, c.CompleteRecord(Outcome.FULFILLED, NO_REASON)).outcome is Outcome.FULFILLED


def test_unknown_outcome_still_waits() -> None:
    held = pending()
    unknown = after(held, c.SettleWriteback(held.writebacks[0].id, WritebackState.UNKNOWN))
    assert unknown.next_action.code == "await_pms"
    done_now = after(unknown, c.SettleWriteback(held.writebacks[0].id, WritebackState.DONE))
    assert done_now.next_action.code == "complete"


def test_approval_is_void_when_the_stay_holds_another_rate_by_now() -> None:
    asked = after(in_status(Status.PENDING), ASK, held=HELD)
    moved = replace(HELD, stay=stay(rate=Money(amount=10_000, currency="EUR")))
    assert refused(asked, YES, SOFIA, moved).code == "proposal_void"


def test_edit_of_a_field_leaves_a_write_back_waiting() -> None:
    asked = after(in_status(Status.PENDING), ASK, held=HELD)
    assert after(asked, c.EditFields("e1", {"quantity": 2}, NO_REASON)).proposals[0].pending


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        (PmsField.RATE, {"amount": 0, "currency": "EUR"}, "positive"),
        (PmsField.RATE, {"amount": -1, "currency": "EUR"}, "positive"),
        (PmsField.RATE, {"amount": 1.5, "currency": "EUR"}, "money"),
        (PmsField.RATE, {"amount": 10**13, "currency": "EUR"}, "positive"),
        (PmsField.RATE, {"amount": 100, "currency": "USD"}, "currency"),
        (PmsField.RATE, "95", "money"),
        (PmsField.ROOM, "../214", "room"),
        (PmsField.ROOM, {"ref": "x", "digest": "y"}, "room"),
        (PmsField.GUEST, "Mrs Silva", "draft"),
    ],
)
def test_value_is_refused_naming_the_rule(field: PmsField, value: Any, rule: str) -> None:
    refusal = refused(in_status(Status.PENDING), c.ProposeWriteback("p1", field, value, WHY))
    assert [(breach.field, breach.rule) for breach in refusal.breaches] == [("value", rule)]


@pytest.mark.parametrize(
    ("command", "held", "code"),
    [
        (c.ProposeWriteback("p1", PmsField.RATE, RATE, NO_REASON), HELD, "reason_required"),
        (ASK, terms(), "stay_unknown"),
        (c.ProposeWriteback("p1", PmsField.ROOM, "214", WHY), HELD, "nothing_changed"),
    ],
)
def test_change_is_refused_without_reason_stay_or_difference(command: c.Command, held: Terms, code: str) -> None:
    assert refused(in_status(Status.PENDING), command, held=held).code == code


def test_second_change_of_the_same_value_is_refused_while_one_is_on_its_way() -> None:
    asked = after(in_status(Status.PENDING), ASK, held=HELD)
    again = replace(ASK, proposal_id="p2")
    assert refused(asked, again).code == "writeback_pending"
    assert refused(pending(), again).code == "writeback_pending"
    room = c.ProposeWriteback("p3", PmsField.ROOM, "317", WHY)
    assert len(after(asked, room, held=HELD).reviews) == 2


def test_closing_voids_a_change_nobody_decided() -> None:
    asked = after(in_status(Status.PENDING), ASK, held=HELD)
    closed = after(asked, c.CompleteRecord(Outcome.DECLINED, WHY), now=NOW + dt.timedelta(hours=1))
    assert (closed.proposals[0].state, closed.writebacks) == ("void", ())


def test_history_says_old_and_new_rate_as_payment() -> None:
    body = done(in_status(Status.PENDING), ASK, held=HELD).events[0].body
    assert isinstance(body, RecordEvent)
    [change] = [each for each in body.changes if each.field == "pms_rate"]
    assert (change.data_class, change.after) == ("payment", RATE)

"""What another person must decide: exception notes and proposals (C4, M4, K3)."""

from dataclasses import replace
from typing import Any

import pytest

from services.records.domain import commands as c
from services.records.domain.state import RecordState
from services.records.domain.texts import NO_REASON
from shared.contracts.errors import AppError
from shared.contracts.identity import Role
from shared.contracts.records import LineKind, Outcome, RecordEvent, Status
from shared.contracts.values import Money
from tests.factories.guest_records import (
    ANA,
    MARTA,
    RUI,
    SOFIA,
    WHY,
    after,
    doer,
    done,
    in_status,
    opened,
    raised,
    terms,
    words,
)


def refused(state: RecordState, command: c.Command, by: c.Doer = ANA) -> AppError:
    with pytest.raises(AppError) as refusal:
        done(state, command, by=by)
    return refusal.value


def checked() -> RecordState:
    return after(in_status(Status.PENDING), c.CheckValue())


def proposed(edit: str = "p1", time: str = "16:00") -> RecordState:
    return after(checked(), c.EditFields(edit, {"promised_time": time}, WHY))


@pytest.mark.parametrize("missing", ["unusual", "guest_impact"])
def test_exception_is_refused_naming_the_part_when_one_is_missing(missing: str) -> None:
    refusal = refused(checked(), replace(raised(), **dict[str, Any]({missing: None})))
    assert [(breach.field, breach.rule) for breach in refusal.breaches] == [(missing, "required")]


def test_exception_names_all_three_parts_when_a_manager_gives_none() -> None:
    refusal = refused(checked(), raised(unusual=None, guest_impact=words("  ")), by=SOFIA)
    assert [breach.field for breach in refusal.breaches] == ["unusual", "guest_impact", "comment"]


def test_review_is_refused_when_it_brings_no_comment() -> None:
    state = after(checked(), raised())
    review = c.ReviewException(state.exception_notes[0].id, accept=True, comment=None)
    assert [breach.field for breach in refused(state, review, by=SOFIA).breaches] == ["comment"]


def test_review_is_refused_when_it_is_ones_own_even_as_manager() -> None:
    state = after(checked(), raised(comment=words("Seen.")), by=SOFIA)
    review = c.ReviewException(state.exception_notes[0].id, accept=True, comment=words("Fine."))
    assert refused(state, review, by=SOFIA).code == "own_request"
    assert after(state, review, by=MARTA).reviews == ()


def test_review_is_refused_when_the_reviewer_is_no_manager() -> None:
    state = after(checked(), raised())
    review = c.ReviewException(state.exception_notes[0].id, accept=True, comment=words("Fine."))
    assert refused(state, review, by=RUI).code == "role_required"


def test_approve_and_fulfil_are_refused_when_an_exception_is_under_review() -> None:
    under = after(checked(), raised())
    assert refused(under, c.ApproveRecord()).code == "under_review"
    approved = after(in_status(Status.APPROVED), raised())
    assert refused(approved, c.CompleteRecord(Outcome.FULFILLED, WHY)).code == "under_review"
    assert approved.next_action.code == "review_exception"
    assert approved.next_action.role is Role.SUPERVISOR


def test_unblocking_into_approved_is_refused_when_an_exception_is_under_review() -> None:
    blocked = in_status(Status.BLOCKED, blocked_from=Status.APPROVED)
    assert refused(after(blocked, raised()), c.UnblockRecord()).code == "under_review"


def test_exception_note_is_owed_when_a_condition_is_unusual() -> None:
    mismatch = {"topic": "room_type_mismatch", "valid_for": "this_stay"}
    state = after(opened("preference_note", fields=mismatch), c.AcceptRecord(), c.CheckValue())
    assert refused(state, c.ApproveRecord()).code == "exception_required"
    assert state.next_action.code == "raise_exception"
    noted = after(state, raised("room_mismatch"))
    review = c.ReviewException(noted.exception_notes[0].id, accept=True, comment=words("Upgrade was free."))
    assert after(after(noted, review, by=SOFIA), c.ApproveRecord()).status is Status.APPROVED


def test_edit_of_the_confirmed_value_becomes_a_proposal_when_made() -> None:
    state = proposed()
    assert (state.fields["promised_time"], state.proposals[0].after) == ("15:00", {"promised_time": "16:00"})
    assert (state.status, state.next_action.code) == (Status.PENDING, "decide_proposal")


def test_edit_changes_the_field_when_nothing_protects_it() -> None:
    state = after(checked(), c.EditFields("e1", {"quantity": 2}, NO_REASON))
    assert (state.fields["quantity"], state.proposals) == (2, ())


def test_edit_of_a_sensitive_field_becomes_a_proposal_when_it_has_a_value() -> None:
    state = in_status(Status.PENDING, "pre_arrival_offer")
    changed = after(state, c.EditFields("p1", {"price": {"amount": 4_000, "currency": "EUR"}}, WHY))
    assert (changed.fields["price"]["amount"], len(changed.reviews)) == (5_000, 1)


def test_audited_field_is_refused_when_no_reason_is_given() -> None:
    refusal = refused(in_status(Status.PENDING), c.EditFields("e1", {"promised_time": "16:00"}, NO_REASON))
    assert [(b.field, b.rule) for b in refusal.breaches] == [("promised_time", "reason_required")]


def test_approving_performs_the_change_and_counts_a_correction_when_another_decides() -> None:
    decision = done(proposed(), c.DecideProposal("p1", approve=True, reason=WHY), by=SOFIA)
    state = decision.state
    assert (state.fields["promised_time"], state.corrections, state.reviews) == ("16:00", 1, ())
    assert state.checked is not None
    assert (state.checked.value, state.checked.checker.id) == ("16:00", "sofia")
    body = decision.events[0].body
    assert isinstance(body, RecordEvent)
    assert [(x.field, x.before, x.after) for x in body.changes] == [("promised_time", "15:00", "16:00")]


def test_rejecting_keeps_the_value_and_the_reason_when_another_decides() -> None:
    state = after(proposed(), c.DecideProposal("p1", approve=False, reason=WHY), by=SOFIA)
    assert (state.fields["promised_time"], state.proposals[0].state) == ("15:00", "rejected")


@pytest.mark.parametrize(
    ("by", "code"), [(ANA, "own_request"), (RUI, "role_required"), (doer("ana", Role.GENERAL_MANAGER), "own_request")]
)
def test_decision_is_refused_when_it_is_ones_own_or_without_authority(by: c.Doer, code: str) -> None:
    assert refused(proposed(), c.DecideProposal("p1", approve=True, reason=WHY), by=by).code == code


def test_decision_is_refused_when_the_digest_is_of_something_else() -> None:
    command = c.DecideProposal("p1", approve=True, reason=WHY, digest="0" * 64)
    assert refused(proposed(), command, by=SOFIA).code == "proposal_differs"


def test_decision_is_refused_when_made_twice() -> None:
    state = after(proposed(), c.DecideProposal("p1", approve=True, reason=WHY), by=SOFIA)
    assert refused(state, c.DecideProposal("p1", approve=False, reason=WHY), by=MARTA).code == "proposal_decided"


def test_other_proposal_is_void_when_a_field_it_names_moved() -> None:
    both = after(proposed(), c.EditFields("p2", {"promised_time": "17:00"}, WHY), by=RUI)
    state = after(both, c.DecideProposal("p1", approve=True, reason=WHY), by=SOFIA)
    assert [proposal.state for proposal in state.proposals] == ["approved", "void"]
    assert state.next_action.code == "approve"


def test_approval_is_checked_again_when_the_rules_became_stricter() -> None:
    held = terms("guest_request")
    earlier = held.rules.limits[0].model_copy(update={"at_most": "15:30"})
    strict = terms("guest_request", held.rules.model_copy(update={"limits": (earlier,)}), version=2)
    with pytest.raises(AppError) as refusal:
        done(proposed(), c.DecideProposal("p1", approve=True, reason=WHY), by=SOFIA, held=strict)
    assert [breach.rule for breach in refusal.value.breaches] == ["service_hours"]


def test_big_line_is_posted_with_its_approver_when_approved() -> None:
    line = c.AddLine("l1", LineKind.REFUND, Money(amount=20_000, currency="EUR"), WHY)
    decision = done(after(checked(), line), c.DecideProposal("l1", approve=True, reason=WHY), by=SOFIA)
    assert [event.type for event in decision.events] == ["record.proposal_decided.v1", "record.posting_requested.v1"]
    assert decision.state.money[0].approved_by == "sofia"


def test_closing_voids_what_waits_when_the_record_is_declined() -> None:
    state = after(proposed(), c.CompleteRecord(Outcome.DECLINED, WHY))
    assert (state.proposals[0].state, state.reviews) == ("void", ())

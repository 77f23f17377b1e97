"""Both workflows as data: what each trigger opens, when it is due, and that nothing opens twice."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from services.records.domain import commands as c
from services.records.domain.catalogue import Catalogue
from services.records.domain.decide import open_record
from services.records.domain.kinds import FieldSpec, FieldType, KindSpec, WorkflowSpec
from services.records.domain.occurrences import FinanceOccurred, MessageOccurred, Opening, StayOccurred
from services.records.domain.state import RecordState
from services.records.workflows import CATALOGUE, guest_experience, upsell
from shared.contracts.identity import Department
from shared.contracts.messages import Direction, Message, MessageState
from shared.contracts.money import FinanceAction
from shared.contracts.records import Outcome, TriggerKind, Workflow
from shared.contracts.stays import Party, StayStatus
from shared.contracts.values import Money
from tests.factories.guest_records import (
    LAST_VALUES,
    LISBON,
    MACHINE,
    NOW,
    WHY,
    after,
    in_status,
    new_id,
    opened,
    stay,
    terms,
    wish,
)
from tests.factories.records import CHAIN


def of_stay(at: dt.datetime = NOW, **given: Any) -> dict[str, Opening]:
    found = CATALOGUE.openings(StayOccurred("changed", stay(**given), "event-1", at, LISBON))
    return {opening.kind: opening for opening in found}


def of_message(**given: Any) -> list[str]:
    base: dict[str, Any] = {
        "id": "message-1",
        "property_id": "resort",
        "stay_id": "stay-1",
        "guest_id": "guest-1",
        "direction": Direction.INBOUND,
        "channel": "whatsapp",
        "topic_code": "other",
        "state": MessageState.RECEIVED,
        "at": NOW,
        "version": 1,
    }
    message = Message.model_validate(base | given)
    return [o.kind for o in CATALOGUE.openings(MessageOccurred("received", message, None, "event-1", NOW, LISBON))]


def of_finance(verb: str, code: str = "spa") -> list[str]:
    finance = FinanceAction(
        id="finance-1",
        property_id="resort",
        stay_id="stay-1",
        code=code,
        amount=Money(amount=4_500, currency="EUR"),
        at=NOW,
        version=1,
    )
    return [o.kind for o in CATALOGUE.openings(FinanceOccurred(verb, finance, None, "event-1", NOW, LISBON))]


CHECKED_OUT: dict[str, Any] = {"status": StayStatus.CHECKED_OUT, "checked_out_at": NOW}


def test_catalogue_has_six_kinds_in_each_workflow_and_every_slot_once_beside_what_opens_by_itself() -> None:
    by_itself = {"investigation", "glass_review", "money_difference"}
    briefed = [kind for kind in CATALOGUE.kinds.values() if kind.code not in by_itself]
    slots = {workflow: sorted(kind.slot for kind in briefed if kind.workflow == workflow) for workflow in Workflow}
    assert slots == {workflow: list("ABCDEF") for workflow in Workflow}


def test_booking_opens_message_and_offer_due_three_days_before_at_ten_local_when_live() -> None:
    found = of_stay()
    due = dt.datetime(2026, 7, 8, 10, tzinfo=LISBON)
    assert {kind: opening.due_at for kind, opening in found.items()} == {
        "pre_arrival_message": due,
        "pre_arrival_offer": due,
    }
    assert {opening.source for opening in found.values()} == {TriggerKind.BOOKING}


def test_late_booking_is_due_by_its_sla_when_three_days_before_has_passed() -> None:
    late = of_stay(arrival=dt.date(2026, 7, 2))["pre_arrival_message"]
    command = c.OpenRecord("r1", late, CHAIN, "Europe/Lisbon", c.Ownership("ana", "on_duty"))
    state = open_record(command, MACHINE, terms("pre_arrival_message"), NOW).state
    assert state.due_at == NOW + dt.timedelta(seconds=state.sla.complete_s)


def test_booking_opens_nothing_before_arrival_when_arrival_has_passed() -> None:
    assert of_stay(arrival=dt.date(2026, 6, 30)) == {}


def test_repeated_guest_opens_a_loyalty_action_when_booked() -> None:
    assert of_stay(repeat=True)["loyalty_action"].due_at == dt.datetime(2026, 7, 11, 9, tzinfo=LISBON)


def test_special_requests_go_to_their_departments_and_workflows_when_booked() -> None:
    wishes = tuple(map(wish, ("baby_cot", "late_checkout", "never_heard_of")))
    found = CATALOGUE.openings(StayOccurred("booked", stay(requests=wishes), "event-1", NOW, LISBON))
    asked = [(o.kind, o.department, o.key) for o in found if o.source is TriggerKind.GUEST_REQUEST]
    sid = stay().id
    assert asked == [
        ("guest_request", Department.HOUSEKEEPING, f"guest_request:{sid}:wish-baby_cot"),
        ("guest_request", Department.FRONT_OFFICE, f"guest_request:{sid}:wish-never_heard_of"),
        ("upsell_guest_request", Department.FRONT_OFFICE, f"upsell_guest_request:{sid}:wish-late_checkout"),
    ]


def test_comment_worth_remembering_opens_a_preference_note_when_seen() -> None:
    assert of_stay(comments=(wish("allergy"), wish("arrives_late")))["preference_note"].fields == {"topic": "allergy"}


@pytest.mark.parametrize(("guest", "kind"), [({}, "preference_note"), ({"vip": True}, "service_recovery")])
def test_room_type_not_reserved_opens_note_or_recovery_when_checked_in(guest: dict[str, Any], kind: str) -> None:
    assert list(of_stay(status=StayStatus.CHECKED_IN, room_type_assigned="D", **guest)) == [kind]


def test_nothing_opens_for_the_room_when_it_is_the_type_reserved() -> None:
    assert of_stay(status=StayStatus.CHECKED_IN, room_type_assigned="A") == {}


def test_check_out_opens_follow_up_due_in_24_hours_and_return_offer_when_it_was_the_first_stay() -> None:
    found = of_stay(**CHECKED_OUT)
    assert {kind: opening.due_at for kind, opening in found.items()} == {
        "post_stay_follow_up": NOW + dt.timedelta(hours=24),
        "upsell_post_stay_follow_up": NOW + dt.timedelta(hours=48),
    }
    assert list(of_stay(**CHECKED_OUT, repeat=True)) == ["post_stay_follow_up"]


@pytest.mark.parametrize("status", [StayStatus.CANCELLED, StayStatus.NO_SHOW])
def test_ended_stay_opens_nothing_when_it_never_came(status: StayStatus) -> None:
    assert of_stay(status=status, repeat=True, requests=(wish("baby_cot"),), comments=(wish("allergy"),)) == {}


@pytest.mark.parametrize(
    ("message", "kinds"),
    [
        ({"score": 4}, ["feedback_score"]),
        ({"topic_code": "extra_towels"}, ["guest_request"]),
        ({"topic_code": "late_checkout"}, ["upsell_guest_request"]),
        ({"topic_code": "noise"}, ["service_recovery"]),
        ({"topic_code": "spa_day", "answer": "accepted"}, ["campaign_reply"]),
        ({"topic_code": "room_upgrade", "answer": "accepted", "record_id": "offer-1"}, []),
        ({"topic_code": "small_talk"}, []),
    ],
)
def test_guest_message_opens_what_it_is_about_when_received(message: dict[str, Any], kinds: list[str]) -> None:
    assert of_message(**message) == kinds


@pytest.mark.parametrize(
    ("verb", "kinds"),
    [
        ("refund_seen", ["service_recovery"]),
        ("dispute_seen", ["service_recovery"]),
        ("charge_seen", ["upsell_preference_note"]),
        ("deposit_seen", []),
    ],
)
def test_finance_action_opens_what_it_calls_for_when_seen(verb: str, kinds: list[str]) -> None:
    assert of_finance(verb) == kinds


def test_every_workflow_has_each_source_when_staff_may_enter_any_kind() -> None:
    for workflow in CATALOGUE.workflows:
        sources = {rule.source for rule in workflow.triggers} | {TriggerKind.STAFF_TASK}
        assert sources == set(TriggerKind)
        assert all(kind.quick_entry for kind in workflow.kinds if kind.code != "glass_review")


def test_keys_are_the_same_when_the_same_stay_is_seen_again() -> None:
    seen = [{o.key for o in of_stay(version=version, repeat=True).values()} for version in (1, 2)]
    assert seen[0] == seen[1]


@pytest.mark.parametrize("party", [Party(adults=2), Party(adults=1, children=2)])
@pytest.mark.parametrize("nights", [1, 6, 200])
def test_offer_is_inside_the_default_limits_when_a_stay_is_booked(party: Party, nights: int) -> None:
    offer = upsell.offer_for(stay(party=party, departure=dt.date(2026, 7, 11) + dt.timedelta(days=nights)))
    assert opened("pre_arrival_offer", fields=offer).fields == offer


def follow_ons(before: RecordState | None, now: RecordState) -> list[Opening]:
    return CATALOGUE.follow_ons(before, now, CATALOGUE.defaults)


@pytest.mark.parametrize(("score", "kinds"), [(6, ["service_recovery"]), (7, [])])
def test_low_score_is_followed_by_recovery_when_at_the_threshold(score: int, kinds: list[str]) -> None:
    state = opened("feedback_score", fields={"score": score, "source": "message"})
    assert [opening.kind for opening in follow_ons(None, state)] == kinds


def test_recovery_made_good_is_followed_by_a_follow_up_when_fulfilled() -> None:
    approved = in_status("approved", "service_recovery")  # type: ignore[arg-type]  # a StrEnum's value
    closed = after(approved, c.CompleteRecord(Outcome.FULFILLED, WHY, LAST_VALUES["service_recovery"]))
    [opening] = follow_ons(approved, closed)
    assert (opening.kind, opening.key, opening.parent) == ("post_stay_follow_up", f"recovered:{closed.id}:1", closed.id)
    assert follow_ons(closed, closed) == []


def test_accepted_offer_is_followed_by_a_guest_request_when_fulfilled() -> None:
    approved = in_status("approved", "pre_arrival_offer")  # type: ignore[arg-type]  # a StrEnum's value
    closed = after(approved, c.CompleteRecord(Outcome.FULFILLED, WHY, {"guest_answer": "accepted"}))
    assert [(o.kind, o.fields["topic"]) for o in follow_ons(approved, closed)] == [("guest_request", "room_upgrade")]


def test_follow_on_values_may_stand_when_opened() -> None:
    for kind, fields in (
        ("service_recovery", {"problem": "low_score"}),
        ("post_stay_follow_up", {"topic": "recovery"}),
        ("guest_request", {"topic": "other", "promised_time": "15:00"}),
    ):
        assert opened(kind, fields=fields).kind == kind


def faulty(**changed: Any) -> KindSpec:
    return replace(guest_experience.GUEST_REQUEST, **changed)


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        (faulty(code="upsell_guest_request"), "defined twice"),
        (faulty(checked_field="nowhere"), "a field nowhere it has not"),
        (faulty(workflow=Workflow.UPSELL), "belongs to"),
        (faulty(fields=(*guest_experience.GUEST_REQUEST.fields, FieldSpec("x", FieldType.CHOICE))), "disagree"),
    ],
)
def test_catalogue_is_refused_when_a_workflow_contradicts_itself(kind: KindSpec, fault: str) -> None:
    broken = WorkflowSpec(Workflow.GUEST_EXPERIENCE, (kind,), (), ())
    with pytest.raises(ValueError, match=fault):
        Catalogue((broken, upsell.WORKFLOW))


def test_source_event_is_kept_when_a_record_opens() -> None:
    assert {opening.source_event for opening in of_stay().values()} == {"event-1"}
    assert new_id() != new_id()

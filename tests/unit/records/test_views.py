"""What a record answers to a caller: what is next, what is missing, what may be changed and by whom (S3)."""

import datetime as dt

import pytest

from services.records.domain import commands as c
from services.records.domain.duplicates import similar
from services.records.domain.rules import Tier
from services.records.domain.state import RecordState
from services.records.domain.views import Risk, answers, risk
from services.records.workflows import CATALOGUE
from shared.contracts.identity import DataClass, Role
from shared.contracts.records import Status
from tests.factories.guest_records import NOW, WHY, after, blocked, entered, in_status, opened, opening, terms

MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("minutes", "expected"), [(0, Risk.ON_TRACK), (15, Risk.AT_RISK), (91, Risk.AT_RISK), (120, Risk.LATE)]
)
def test_risk_rises_with_the_clock_when_nobody_takes_it_on(minutes: int, expected: Risk) -> None:
    assert risk(opened("guest_request"), NOW + minutes * MINUTE) is expected


def test_risk_stands_still_when_blocked() -> None:
    assert risk(after(in_status(Status.PENDING), blocked()), NOW + dt.timedelta(days=3)) is Risk.ON_TRACK


def test_answers_name_fields_and_deciders_when_asked_by_an_associate() -> None:
    state = after(in_status(Status.PENDING), c.CheckValue())
    said = answers(state, CATALOGUE.kind("guest_request"), frozenset({DataClass.ORDINARY}), lambda _: ("sofia",), NOW)
    assert said.editable_fields == ("topic", "quantity", "promised_time")
    assert [(one.field, one.on_duty) for one in said.sensitive_fields] == [("promised_time", ("sofia",))]
    assert Role.SUPERVISOR in said.sensitive_fields[0].roles
    assert (said.next_action.code, said.missing_fields, said.owner) == ("approve", (), "ana")


def test_who_decides_on_money_is_named_by_the_tier_that_more_of_it_passes_and_by_what_waits() -> None:
    kind = CATALOGUE.kind("pre_arrival_offer")
    tiers = (Tier(above=6_000, role=Role.GENERAL_MANAGER),)

    def roles(state: RecordState) -> tuple[Role, ...]:
        said = answers(state, kind, frozenset(), lambda _: (), NOW, tiers)
        return next(one.roles for one in said.sensitive_fields if one.field == "price")

    small = entered("pre_arrival_offer")
    large = entered("pre_arrival_offer", fields={"offer": "spa", "price": {"amount": 6_000, "currency": "EUR"}})
    assert [Role.DUTY_MANAGER in roles(state) for state in (small, large)] == [True, False]
    held = terms("pre_arrival_offer", terms("pre_arrival_offer").rules.model_copy(update={"tiers": tiers}))
    dear = {"price": {"amount": 60_000, "currency": "EUR"}}
    waiting = after(small, c.AcceptRecord(), c.ProposeChange("p1", dear, WHY), held=held)
    assert Role.DUTY_MANAGER not in roles(waiting)


def test_nothing_is_editable_when_the_record_is_closed() -> None:
    said = answers(in_status(Status.COMPLETE), CATALOGUE.kind("guest_request"), frozenset(DataClass), lambda _: (), NOW)
    assert said.editable_fields == ()


@pytest.mark.parametrize(
    ("kind", "room", "stay", "minutes", "found"),
    [
        ("guest_request", "214", None, 119, True),
        ("guest_request", None, "stay-1", 5, True),
        ("guest_request", "214", "stay-1", 121, False),
        ("guest_request", "215", "stay-2", 5, False),
        ("guest_request", None, None, 5, False),
        ("preference_note", "214", "stay-1", 5, False),
    ],
)
def test_similar_is_told_when_same_kind_and_room_or_stay_within_two_hours(
    kind: str, room: str | None, stay: str | None, minutes: int, found: bool
) -> None:
    there = opened("guest_request")
    assert bool(similar(opening(kind, room=room, stay_id=stay), [there], NOW + minutes * MINUTE)) is found

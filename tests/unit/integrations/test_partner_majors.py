"""Two majors beside each other, what is said of the old one, and that none ends before twelve months are over."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from services.integrations.domain.deliveries import ending_headers, event_of, headers_of
from services.integrations.domain.partners import Asked, Partner, check_asked
from services.integrations.domain.redaction import check, redacted
from services.integrations.domain.sandbox import samples
from services.integrations.usecases.distributing import delivery_of, heard_as
from shared.contracts.guests import GuestErased
from shared.contracts.identity import DataClass, system
from shared.contracts.partner_types import PUBLISHED, asyncapi, schema_of
from shared.contracts.partner_versions import CURRENT, ContractBroken, PartnerContract, months_after
from shared.contracts.records import RecordEvent
from tests.factories.partner_majors import DEPRECATED, SUNSET, TWO_MAJORS
from tests.factories.records import ACTOR, NOON, envelope, record_event, snapshot
from tests.unit.integrations.test_partner_redaction import ORDINARY, PAID, subscription, told

[ROW] = TWO_MAJORS.retired
[OLD] = [one for one in TWO_MAJORS.renderings if (one.noun, one.major) == ("record", 1)]
BOTH = ("record.opened.v1", "record.opened.v2")


def test_event_is_heard_in_every_major_that_was_asked_for() -> None:
    event, body = record_event("opened", snapshot(), NOON), RecordEvent(actor=ACTOR, record=snapshot())
    for types in (BOTH[:1], BOTH[1:], BOTH):
        one = subscription(types=types)
        assert heard_as(one, event, TWO_MAJORS) == list(types)
    old, new = (delivery_of(subscription(types=BOTH), event, body, each, TWO_MAJORS) for each in BOTH)
    assert (old.type, old.data["record"]["status"]) == ("record.opened.v1", "new")
    assert (new.type, new.data["record"]["state"]) == ("record.opened.v2", {"code": "new", "next": "accept"})
    assert "state" not in old.data["record"]
    assert len({old.row, new.row}) == len({old.id, new.id}) == 2


def test_old_major_says_what_it_said_before_there_was_a_newer_one() -> None:
    for classes in (ORDINARY, PAID):
        before = redacted(told(), "record.edited.v1", classes, None)
        assert redacted(told(), "record.edited.v1", classes, None, contract=TWO_MAJORS) == before
        new = redacted(told(), "record.edited.v2", classes, None, contract=TWO_MAJORS)
        assert new
        check("record.edited.v2", new, classes, TWO_MAJORS)


@given(st.sets(st.sampled_from(["record.status", "record.state", "record.room", "record.money"])))
def test_selection_and_grant_hold_in_either_major(chosen: set[str]) -> None:
    for event_type in ("record.edited.v1", "record.edited.v2"):
        data = redacted(told(), event_type, ORDINARY, chosen, contract=TWO_MAJORS)
        assert data
        allowed = {name.partition(".")[2] for name in chosen} - {"money"} | {"id", "property_id", "version"}
        assert set(data["record"]) <= allowed
        check(event_type, data, ORDINARY, TWO_MAJORS)


def test_what_has_to_be_forgotten_is_told_in_the_oldest_major_to_who_did_not_ask() -> None:
    body = GuestErased(actor=system("integrations"), guest_id="guest-1", reason_code="guest_asked")
    event = envelope("guest.erased.v1", "guest-1", 1, NOON, body)
    assert heard_as(subscription(types=BOTH), event, TWO_MAJORS) == ["guest.erased.v1"]


def test_deprecated_type_says_since_when_and_until_when_wherever_it_is_met() -> None:
    event, body = record_event("opened", snapshot(), NOON), RecordEvent(actor=ACTOR, record=snapshot())
    row = delivery_of(subscription(types=BOTH), event, body, BOTH[0], TWO_MAJORS)
    ends = TWO_MAJORS.ending(BOTH[0])
    assert ending_headers(ends) == {"deprecation": "@1796083200", "sunset": "Wed, 01 Dec 2027 00:00:00 GMT"}
    shown = event_of(row, ends=ends)
    assert (shown["deprecation"], shown["sunset"]) == ("2026-12-01T00:00:00.000Z", "2027-12-01T00:00:00.000Z")
    assert dict(headers_of(row, ends))["ce_sunset"] == b"2027-12-01T00:00:00.000Z"
    assert schema_of(BOTH[0], TWO_MAJORS)["deprecated"] is True
    message = asyncapi("acme", TWO_MAJORS)["components"]["messages"][BOTH[0]]
    assert (message["x-deprecation"], message["x-sunset"]) == ("2026-12-01", "2027-12-01")
    assert message["tags"] == [{"name": "deprecated"}]
    assert (DEPRECATED.isoformat(), TWO_MAJORS.changes[0][0]) == ("2026-12-01", "2026-12-01")
    assert "v1 is deprecated and sent until 2027-12-01" in TWO_MAJORS.changes[0][1]
    assert ending_headers(TWO_MAJORS.ending(BOTH[1])) == {}
    assert "deprecated" not in schema_of(BOTH[1], TWO_MAJORS)


def test_sandbox_emits_both_majors_as_their_schemas_say() -> None:
    made = samples(subscription(sandbox=True, classes=PAID), None, "run-1", NOON, contract=TWO_MAJORS)
    assert {one.type for one in made} == set(TWO_MAJORS.types) > set(PUBLISHED)
    for one in made:
        check(one.type, one.data, PAID, TWO_MAJORS)
        Draft202012Validator(schema_of(one.type, TWO_MAJORS)).validate(one.data)


def test_subscription_may_name_types_and_fields_of_either_major() -> None:
    partner = Partner(id="acme", chain="demo", name="Acme")
    asked = Asked(types=BOTH, fields=("record.status", "record.state"))
    check_asked(asked, partner, frozenset(), TWO_MAJORS)
    with pytest.raises(Exception, match=r".") as refused:
        check_asked(asked, partner, frozenset())
    assert [one.field for one in refused.value.breaches] == ["types.1", "fields.1"]  # type: ignore[attr-defined] # AppError


def without_old(**row: Any) -> PartnerContract:
    """The contract as it would be were the old major's rendering taken out."""
    kept = tuple(one for one in TWO_MAJORS.renderings if one is not OLD)
    return PartnerContract(kept, (replace(ROW, **row),))


@pytest.mark.parametrize("removed", [None, DEPRECATED, SUNSET - dt.timedelta(days=1)])
def test_old_major_that_is_removed_before_its_end_breaks_the_contract(removed: dt.date | None) -> None:
    with pytest.raises(ContractBroken, match="record v1 must run until 2027-12-01; it was removed before"):
        without_old(removed=removed)


def test_old_major_is_gone_after_its_end_and_not_before_that_day_has_come() -> None:
    contract = without_old(removed=SUNSET)
    assert BOTH[0] not in contract.types
    assert BOTH[1] in contract.types
    assert contract.ahead_of_time(SUNSET - dt.timedelta(days=1)) == ["record v1 was removed before 2027-12-01."]
    assert contract.ahead_of_time(SUNSET) == []


def test_less_than_twelve_months_beside_the_new_one_break_the_contract() -> None:
    with pytest.raises(ContractBroken, match="must run for 12 months after 2026-12-01"):
        PartnerContract(TWO_MAJORS.renderings, (replace(ROW, sunset=SUNSET - dt.timedelta(days=1)),))


def test_old_major_without_a_word_or_without_a_way_down_breaks_the_contract() -> None:
    with pytest.raises(ContractBroken, match="say when it was deprecated"):
        PartnerContract(TWO_MAJORS.renderings)
    others = tuple(one for one in TWO_MAJORS.renderings if one is not OLD)
    with pytest.raises(ContractBroken, match="made of the next newer major"):
        PartnerContract((*others, replace(OLD, down=None)), (ROW,))
    with pytest.raises(ContractBroken, match="newest major of stay must run"):
        PartnerContract(CURRENT.renderings, (replace(ROW, noun="stay"),))


@pytest.mark.parametrize(
    ("day", "after"), [("2026-12-01", "2027-12-01"), ("2028-02-29", "2029-02-28"), ("2026-01-31", "2027-01-31")]
)
def test_twelve_months_end_on_the_same_day(day: str, after: str) -> None:
    assert months_after(dt.date.fromisoformat(day), 12) == dt.date.fromisoformat(after)


def test_no_major_is_dated_in_the_future_today() -> None:
    assert DataClass.GUEST_IDENTITY not in set(CURRENT.selectable.values())
    assert {one.major for one in CURRENT.renderings} == {1}

"""What partners hear is declared field by field, and every record is held against that (S42)."""

from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from services.integrations.domain.deliveries import body_of, headers_of
from services.integrations.domain.partners import Asked, Delivered, Partner, Subscription, check_asked, check_delivery
from services.integrations.domain.redaction import NotContract, check, redacted
from services.integrations.domain.sandbox import samples
from services.integrations.usecases.distributing import delivery_of, heard_as
from shared.contracts.catalogue import body_of as typed
from shared.contracts.envelope import Change, TextRef
from shared.contracts.errors import AppError
from shared.contracts.guests import GuestErased
from shared.contracts.identity import DataClass, system
from shared.contracts.partner_types import PUBLISHED, known_fields, schema_of
from shared.contracts.records import LineKind, MoneyLine, RecordEvent
from shared.contracts.values import Money
from tests.factories.guest_events import stay_told
from tests.factories.guest_records import stay
from tests.factories.records import ACTOR, CHAIN, NOON, envelope, record_event, snapshot

ORDINARY = frozenset({DataClass.ORDINARY})
PAID = ORDINARY | {DataClass.PAYMENT}
CANARY = "Zephyrinchen Kanarienvogel"
PRIVATE = {
    "details": {"ref": "text-1", "digest": "0" * 64},
    "budget": {"amount": 987_654, "currency": "EUR"},
    "free": f"call {CANARY}",
    "card": "4111111111111111",
    "topic": "baby_cot",
    "pillows": 3,
}


def subscription(**changes: Any) -> Subscription:
    """One that hears everything that is ordinary."""
    plain: dict[str, Any] = {"delivery": Delivered.WEBHOOK, "url": "https://hooks.example/x", "types": PUBLISHED}
    plain |= {"id": "sub-1", "chain": CHAIN, "partner": "acme", "made_at": NOON}
    return Subscription(**(plain | changes))


def told() -> RecordEvent:
    line = MoneyLine(id="line-1", kind=LineKind.CHARGE, amount=Money(amount=987_654, currency="EUR"))
    private = Change(field="details", data_class=DataClass.PRIVATE_STAY, after=CANARY)
    reason = TextRef(ref="text-2", digest="1" * 64)
    record = snapshot(fields=PRIVATE, money=(line,))
    return RecordEvent(actor=ACTOR, record=record, changes=(private,), reason_code="asked_by_guest", reason=reason)


def test_record_is_codes_numbers_and_times_and_nothing_else() -> None:
    data = redacted(told(), "record.edited.v1", ORDINARY, None)
    assert data
    assert data["record"]["fields"] == {"topic": "baby_cot", "pillows": 3}
    assert (data["changed"], data["reason_code"], data["actor"]) == (["details"], "asked_by_guest", "staff")
    said = body_of(data).decode()
    hidden = (CANARY, "987654", "4111", "text-1", "text-2", "0" * 64, ACTOR.id, "owner", "money")
    assert [word for word in hidden if word in said] == []


def test_amounts_are_for_who_was_granted_payments() -> None:
    data = redacted(told(), "record.edited.v1", PAID, None)
    assert data
    assert data["record"]["money"][0]["amount"] == {"amount": 987_654, "currency": "EUR"}
    assert data["record"]["fields"]["budget"] == {"amount": 987_654, "currency": "EUR"}
    check("record.edited.v1", data, PAID)
    with pytest.raises(NotContract):
        check("record.edited.v1", data, ORDINARY)


def test_selection_leaves_what_was_chosen_and_what_identifies_it() -> None:
    data = redacted(told(), "record.edited.v1", PAID, ("record.status", "stay.room"))
    assert data
    assert set(data["record"]) == {"id", "property_id", "version", "status"}


def test_stay_without_payments_has_no_price() -> None:
    body = typed(stay_told(stay()))
    assert body
    bare, paid = (redacted(body, "stay.changed.v1", classes, None) for classes in (ORDINARY, PAID))
    assert bare
    assert paid
    assert set(paid["stay"]) - set(bare["stay"]) == {"rate", "balance"}


@pytest.mark.parametrize(
    ("event_type", "data"),
    [
        ("record.edited.v1", {"record": {"id": "r", "property_id": "p", "version": 1, "owner": "staff-1"}}),
        ("record.edited.v1", {"record": {"id": "r", "property_id": "p", "version": 1, "fields": {"a": "two words"}}}),
        ("record.edited.v1", {"record": {"id": "r", "property_id": "p", "version": 1, "money": []}}),
        ("record.edited.v1", {"stay": {"id": "r", "property_id": "p", "version": 1}}),
        ("record.edited.v1", {"record": {"id": "r", "property_id": "p", "version": 1}, "text": "x"}),
        ("record.edited.v1", {"record": {"id": "r", "property_id": "p", "version": 1, "room": "4111111111111111"}}),
        ("staff.hired.v1", {"record": {"id": "r", "property_id": "p", "version": 1}}),
        ("record.edited.v1", {}),
    ],
)
def test_what_is_not_in_the_contract_is_not_sent_whoever_built_it(event_type: str, data: dict[str, Any]) -> None:
    with pytest.raises(NotContract):
        check(event_type, data, ORDINARY)


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.just("4111 1111 1111 1111")
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner))


@given(fields=st.dictionaries(st.text(min_size=1, max_size=20), VALUES, max_size=6), paid=st.booleans())
def test_whatever_a_record_holds_its_redaction_keeps_the_contract(fields: dict[str, Any], paid: bool) -> None:
    classes = PAID if paid else ORDINARY
    body = RecordEvent(actor=ACTOR, record=snapshot(fields=fields))
    data = redacted(body, "record.edited.v1", classes, None)
    assert data is not None
    check("record.edited.v1", data, classes)


def test_erasure_is_told_to_everybody_and_stays_of_other_hotels_to_nobody() -> None:
    body = GuestErased(
        actor=system("integrations"), guest_id="guest-1", stay_ids=("stay-1",), reason_code="guest_asked"
    )
    event = envelope("guest.erased.v1", "guest-1", 1, NOON, body, property_id="resort")
    one = subscription(types=("record.opened.v1",), properties=frozenset({"city"}))
    assert heard_as(one, event)
    assert delivery_of(one, event, body, event.type).data["guest"] == {"guest_id": "guest-1"}
    assert delivery_of(subscription(), event, body, event.type).data["guest"]["stay_ids"] == ["stay-1"]


def test_other_hotels_other_types_and_other_chains_are_not_heard() -> None:
    event = record_event("opened", snapshot(), NOON)
    assert heard_as(subscription(), event)
    assert not heard_as(subscription(types=("record.closed.v1",)), event)
    assert not heard_as(subscription(properties=frozenset({"resort"})), event)
    assert not heard_as(subscription(chain="elsewhere"), event)
    assert not heard_as(subscription(sandbox=True), event)


def test_sandbox_emits_every_type_as_the_schemas_say() -> None:
    made = samples(subscription(sandbox=True, classes=PAID), None, "run-1", NOON)
    assert {one.type for one in made} == set(PUBLISHED)
    for one in made:
        check(one.type, one.data, PAID)
        Draft202012Validator(schema_of(one.type)).validate(one.data)


def test_sandbox_doubles_and_shuffles_on_request() -> None:
    made = samples(subscription(sandbox=True), None, "run-1", NOON, doubled=True, shuffled=True)
    ids = [one.id for one in made]
    assert len(ids) == 2 * len(set(ids)) == 2 * len(PUBLISHED)
    assert [one.type for one in made] != sorted(one.type for one in made)
    assert {"x" for one in made if "rate" in str(one.data)} == set()


@pytest.mark.parametrize("event_type", PUBLISHED)
def test_schema_of_every_published_type_is_sound(event_type: str) -> None:
    Draft202012Validator.check_schema(schema_of(event_type))


def test_outsider_reads_a_topic_record_by_the_cloudevents_package() -> None:
    event = record_event("opened", snapshot(), NOON)
    row = delivery_of(subscription(), event, RecordEvent(actor=ACTOR, record=snapshot()), event.type).model_copy(
        update={"number": 7}
    )
    message = KafkaMessage(dict(headers_of(row)), row.subject.encode(), body_of(row.data))
    read = from_binary_event(message)
    assert (read.get_type(), read.get_subject()) == ("record.opened.v1", "rec-1")
    assert read.get_attributes()["partnersequence"] == "7"


def test_request_beyond_the_grant_is_refused_with_all_breaches() -> None:
    partner = Partner(id="acme", chain=CHAIN, name="Acme", properties=frozenset({"city"}))
    asked = Asked(
        types=("record.opened.v1", "staff.hired.v1"),
        properties=frozenset({"resort"}),
        fields=("record.status", "record.owner"),
        classes=PAID,
    )
    with pytest.raises(AppError) as refused:
        check_asked(asked, partner, frozenset({"city", "resort"}))
    assert [one.field for one in refused.value.breaches] == ["types.1", "fields.1", "classes", "properties"]


def test_identity_is_on_no_topic() -> None:
    with pytest.raises(AppError):
        check_delivery(Delivered.TOPIC, None, frozenset({DataClass.GUEST_IDENTITY}))
    with pytest.raises(AppError):
        check_delivery(Delivered.WEBHOOK, None, ORDINARY)
    assert "record.money" in known_fields()

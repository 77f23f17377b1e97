"""The catalogue over HTTP, and what records sell of it: the real app, its store in memory."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.records.api.offers import NEXT, SPA
from shared.contracts.money import PostingState
from tests.component.selling import GONE, RESORT, events_of, hears, mirrored, published
from tests.factories.front_desk import Caller, FrontDesk
from tests.factories.guest_events import message_told, posting_told, stay_told
from tests.factories.guest_records import stay


@pytest.fixture
async def rita(desk: FrontDesk) -> AsyncIterator[Caller]:
    async with desk.client() as http:
        yield Caller(http, "rita")


@pytest.fixture
async def ana(desk: FrontDesk) -> AsyncIterator[Caller]:
    async with desk.client() as http:
        yield Caller(http)


async def test_offer_is_published_read_changed_and_withdrawn_version_by_version(rita: Caller, desk: FrontDesk) -> None:
    first = await published(rita)
    path = f"/v1/offers/{first['id']}"
    second = (await rita.put(path, NEXT, version=1)).json()
    assert (second["version"], second["terms"]["price"]["amount"]) == (2, 6500)
    gone = await rita.post(f"{path}/withdraw", GONE, version=2)
    assert (gone.json()["live"], gone.headers["etag"]) == (False, '"3"')
    assert (await rita.get(path, version=1)).json()["terms"]["price"]["amount"] == 6000
    assert [each["version"] for each in (await rita.get("/v1/offers", property="resort")).json()["offers"]] == [3]
    assert events_of(desk, "offer") == ["offer.published.v1", "offer.published.v1", "offer.retired.v1"]
    assert not [event for event in desk.database.tables.events if b"massage" in event.value]
    again = await rita.put(path, NEXT, version=3)
    assert (again.json()["version"], again.json()["live"]) == (4, True)


async def test_publishing_happens_once_when_its_key_is_repeated(rita: Caller, desk: FrontDesk) -> None:
    for _ in range(2):
        reply = await rita.post("/v1/offers", RESORT, key="key-publish")
        assert (reply.status_code, reply.json()["version"]) == (201, 1)
    assert events_of(desk, "offer") == ["offer.published.v1"]


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"terms": SPA | {"price": {"amount": 60.5, "currency": "EUR"}}}, 422, "terms.price.amount"),
        ({"terms": SPA | {"price": {"amount": 6000, "currency": "USD"}}}, 422, "price"),
        ({"terms": SPA | {"service": "moon_flight"}}, 422, "service"),
        ({"terms": SPA | {"images": ["http://example.com/a.png"]}}, 422, "images.0"),
        ({"terms": SPA | {"surprise": 1}}, 422, "terms.surprise"),
        ({"terms": SPA | {"code": "Spa Day"}}, 422, "terms.code"),
        ({"terms": SPA | {"valid_from": 20260701}}, 422, "terms.valid_from"),
        ({"reason": None}, 422, "reason"),
        ({"property_id": "nowhere"}, 404, ""),
    ],
)
async def test_offer_is_refused_with_field_and_nothing_is_kept_when_wrong(
    rita: Caller, desk: FrontDesk, changed: Any, status: int, field: str
) -> None:
    reply = await rita.post("/v1/offers", RESORT | changed)
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert field in {"", *(breach["field"] for breach in reply.json().get("breaches", ()))}
    assert (desk.database.tables.offers, events_of(desk, "offer")) == ({}, [])


async def test_catalogue_is_changed_only_by_who_may_and_at_the_version_they_saw(
    rita: Caller, ana: Caller, desk: FrontDesk
) -> None:
    assert (await ana.post("/v1/offers", RESORT)).status_code == 403
    first = await published(rita)
    path = f"/v1/offers/{first['id']}"
    assert (await ana.post(f"{path}/withdraw", GONE, version=1)).status_code == 403
    assert (await rita.put(path, NEXT, version=7)).status_code == 412
    assert (await rita.post(f"{path}/withdraw", GONE)).status_code == 428
    assert (await rita.post("/v1/offers", RESORT)).json()["code"] == "offer_exists"
    renamed = NEXT | {"terms": SPA | {"code": "spa_night"}}
    assert (await rita.put(path, renamed, version=1)).json()["breaches"][0]["field"] == "code"
    async with desk.client() as http:
        assert (await Caller(http, "carl").get(path)).status_code == 404
    assert events_of(desk, "offer") == ["offer.published.v1"]


async def test_stay_hears_what_it_may_have_and_why_not_the_rest(rita: Caller, ana: Caller, desk: FrontDesk) -> None:
    await mirrored(desk, stay(language="de"))
    spa = await published(rita)
    week = {"rule": "a_week", "expression": "stay.nights >= 7", "message": "For stays of a week."}
    await published(rita, code="week", eligibility=[week], rank=1)
    told = (await ana.get(f"/v1/stays/{stay().id}/offers")).json()["offers"]
    assert [(each["code"], each["eligible"]) for each in told] == [("spa_day", True), ("week", False)]
    assert told[0]["words"]["title"] == "Ein Tag im Spa"
    unmet = [each for each in told[1]["why"] if not each["met"]]
    assert unmet == [{"rule": "a_week", "met": False, "message": "For stays of a week."}]
    quoted = (await ana.post(f"/v1/offers/{spa['id']}/price", {"stay_id": stay().id, "quantity": 2})).json()
    assert (quoted["price"]["units"], quoted["price"]["total"]["amount"]) == (4, 24_000)
    assert quoted["price"]["net"]["amount"] + quoted["price"]["tax"]["amount"] == 24_000


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"stay_id": "stay-unknown"}, 404),
        ({"stay_id": stay().id, "quantity": 0}, 422),
        ({"stay_id": stay().id, "quantity": 1.5}, 422),
        ({"stay_id": stay().id, "price": 1}, 422),
        ({}, 422),
    ],
)
async def test_price_is_refused_when_asked_wrongly(
    rita: Caller, ana: Caller, desk: FrontDesk, body: Any, status: int
) -> None:
    await mirrored(desk, stay())
    spa = await published(rita)
    assert (await ana.post(f"/v1/offers/{spa['id']}/price", body)).status_code == status
    assert (await ana.get("/v1/stays/stay-unknown/offers")).status_code == 404


async def test_offers_are_copied_to_another_hotel_that_has_them_not(rita: Caller, desk: FrontDesk) -> None:
    await published(rita)
    async with desk.client() as http:
        greta, body = Caller(http, "greta"), GONE | {"from_property": "resort", "property_id": "city"}
        unknown = await greta.post("/v1/offers/copies", body | {"codes": ["nothing"]})
        assert (unknown.status_code, unknown.json()["breaches"][0]["field"]) == (422, "codes")
        assert (await greta.post("/v1/offers/copies", body | {"reason": None})).json()["code"] == "reason_required"
        assert (await rita.post("/v1/offers/copies", body)).status_code == 404
        for _ in range(2):
            reply = await greta.post("/v1/offers/copies", body, key="key-copies")
            assert (reply.status_code, [each["terms"]["code"] for each in reply.json()["offers"]]) == (201, ["spa_day"])
        assert (await greta.post("/v1/offers/copies", body)).json()["offers"] == []
    assert events_of(desk, "offer") == ["offer.published.v1"] * 2


async def entered(ana: Caller, offer: dict[str, Any], **changed: Any) -> dict[str, Any]:
    body = {"property_id": "resort", "kind": "pre_arrival_offer", "stay_id": stay().id, "fields": {"offer": "spa"}}
    reply = await ana.post("/v1/records", body | {"offer_id": offer["id"]} | changed)
    assert reply.status_code == 201, reply.text
    shown: dict[str, Any] = reply.json()
    return shown


async def acted(caller: Caller, record: dict[str, Any], *acts: tuple[str, Any]) -> dict[str, Any]:
    for action, body in acts:
        reply = await caller.act(record, action, body)
        assert reply.status_code == 200, reply.text
        record = reply.json()
    return record


PROMISED: tuple[tuple[str, Any], ...] = (("accept", {}), ("check-value", {}), ("approve", {}))
SOLD = ("complete", {"outcome": "fulfilled", "fields": {"guest_answer": "accepted"}, "reason": "They know."})
CANCEL = ("cancel-sale", {"reason": "The guest is ill."})


async def test_record_sells_an_offer_holds_its_slot_and_gives_it_back_refunded(
    rita: Caller, ana: Caller, desk: FrontDesk
) -> None:
    await mirrored(desk, stay())
    record = await entered(
        ana, await published(rita, capacity=1, price={"amount": 4_000, "currency": "EUR"}, floor=None)
    )
    assert (record["fields"]["price"]["amount"], record["sale"]["code"]) == (8_000, "spa_day")
    record = await acted(ana, record, *PROMISED, SOLD)
    assert (record["sale"]["state"], len(desk.database.tables.claims)) == ("sold", 1)
    request = next(row for row in desk.database.tables.records.values() if row.parent == record["id"])
    assert request.department == "concierge"
    full = await ana.post(
        "/v1/records",
        {
            "property_id": "resort",
            "kind": "pre_arrival_offer",
            "stay_id": stay().id,
            "fields": {"offer": "spa"},
            "offer_id": record["sale"]["offer_id"],
        },
    )
    assert (full.status_code, full.json()["code"]) == (409, "sold_out")
    await hears(desk, posting_told(record["id"], record["money"][0]["id"], PostingState.DONE))
    record = (await ana.get(f"/v1/records/{record['id']}")).json()
    record = await acted(ana, record, CANCEL)
    assert [(line["kind"], line["adjusts"]) for line in record["money"]] == [
        ("charge", None),
        ("refund", record["money"][0]["id"]),
    ]
    assert desk.database.tables.claims == {}
    assert desk.database.tables.records[request.id].outcome == "cancelled"


async def test_price_that_changed_is_told_and_taken_over_only_when_asked(
    rita: Caller, ana: Caller, desk: FrontDesk
) -> None:
    await mirrored(desk, stay())
    offer = await published(rita)
    record = await acted(ana, await entered(ana, offer), *PROMISED[:2])
    await rita.put(f"/v1/offers/{offer['id']}", NEXT, version=1)
    reply = await ana.act(record, "approve")
    assert (reply.status_code, reply.json()["code"], reply.json()["breaches"][0]["field"]) == (
        409,
        "price_changed",
        "price",
    )
    record = await acted(ana, record, ("take-price", {"reason": "Told the guest."}), *PROMISED[1:])
    assert (record["fields"]["price"]["amount"], record["sale"]["offer_version"]) == (13_000, 2)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"offer_id": "offer-unknown"}, "offer_id"),
        ({"kind": "guest_request", "fields": {"topic": "quiet_room"}}, "offer_id"),
        ({"stay_id": None}, "stay_id"),
        ({"fields": {"offer": "spa", "price": {"amount": 1, "currency": "EUR"}}}, "price"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": 1.0}, "quantity"),
    ],
)
async def test_entry_that_names_an_offer_wrongly_is_refused_and_nothing_opens(
    rita: Caller, ana: Caller, desk: FrontDesk, changed: Any, field: str
) -> None:
    await mirrored(desk, stay())
    offer = await published(rita)
    body = {"property_id": "resort", "kind": "pre_arrival_offer", "stay_id": stay().id, "fields": {"offer": "spa"}}
    reply = await ana.post("/v1/records", body | {"offer_id": offer["id"]} | changed)
    assert (reply.status_code, reply.json()["breaches"][0]["field"]) == (422, field)
    assert (desk.database.tables.records, desk.database.tables.claims) == ({}, {})


@pytest.mark.parametrize("action", ["cancel-sale", "take-price"])
async def test_record_that_sells_nothing_refuses_acts_on_a_sale(ana: Caller, action: str) -> None:
    body = {"property_id": "resort", "kind": "guest_request", "fields": {"topic": "baby_cot"}}
    record = (await ana.post("/v1/records", body)).json()
    reply = await ana.act(record, action, {"reason": "Why not."})
    assert (reply.status_code, reply.json()["code"]) == (409, "nothing_sold")


async def test_booking_is_offered_the_hotels_own_first_eligible_offer(rita: Caller, desk: FrontDesk) -> None:
    week = {"rule": "a_week", "expression": "stay.nights >= 7", "message": "For stays of a week."}
    await published(rita, code="week", eligibility=[week], rank=1)
    await published(rita, rank=2)
    await hears(desk, stay_told(stay()))
    [record] = [row for row in desk.database.tables.records.values() if row.kind == "pre_arrival_offer"]
    assert record.sale is not None
    assert (record.sale.code, record.fields["offer"], record.fields["price"]["amount"]) == ("spa_day", "spa", 12_000)


async def test_booking_opens_no_offer_when_the_catalogue_has_none_for_it_and_the_default_without_one(
    rita: Caller, desk: FrontDesk
) -> None:
    await hears(desk, stay_told(stay(id="stay-before")))
    [record] = [row for row in desk.database.tables.records.values() if row.kind == "pre_arrival_offer"]
    assert (record.sale, record.fields["offer"]) == (None, "room_upgrade")
    await published(rita, valid_until="2026-07-01")
    await hears(desk, stay_told(stay()))
    kinds = {row.kind for row in desk.database.tables.records.values() if row.stay_id == stay().id}
    assert kinds == {"pre_arrival_message"}


async def test_guests_yes_sells_an_instant_offer_by_itself_and_their_no_gives_it_back(
    rita: Caller, ana: Caller, desk: FrontDesk
) -> None:
    await mirrored(desk, stay())
    record = await acted(ana, await entered(ana, await published(rita, capacity=2)), *PROMISED)
    answer: dict[str, Any] = {"record_id": record["id"], "stay_id": stay().id, "topic_code": "spa"}
    await hears(desk, message_told("received", answer="accepted", **answer))
    sold = desk.database.tables.records[record["id"]]
    assert (sold.outcome, len(sold.money), len(desk.database.tables.claims)) == ("fulfilled", 1, 1)
    await hears(desk, posting_told(record["id"], sold.money[0].id, PostingState.DONE))
    await hears(desk, message_told("received", id="message-2", answer="cancelled", **answer))
    gone = desk.database.tables.records[record["id"]]
    assert ([line.kind for line in gone.money], gone.sale and gone.sale.state) == (["charge", "refund"], "cancelled")
    assert desk.database.tables.claims == {}


async def test_guest_who_cancels_too_late_is_heard_by_a_person(rita: Caller, ana: Caller, desk: FrontDesk) -> None:
    await mirrored(desk, stay())
    record = await acted(ana, await entered(ana, await published(rita, cancel_until_hours=None)), *PROMISED, SOLD)
    told = message_told("received", record_id=record["id"], stay_id=stay().id, topic_code="spa", answer="cancelled")
    await hears(desk, told)
    await hears(desk, told)
    state = desk.database.tables.records[record["id"]]
    assert state.sale is not None
    assert state.sale.state == "sold"
    asked = [row for row in desk.database.tables.records.values() if row.trigger.key.startswith("cancel:")]
    assert [(row.kind, row.parent) for row in asked] == [("guest_request", record["id"])]


async def test_paid_wish_with_an_instant_offer_is_promised_by_the_policy(rita: Caller, desk: FrontDesk) -> None:
    await published(rita, code="late", service="late_checkout", uses="departure", departments=["front_office"])
    await mirrored(desk, stay())
    await hears(desk, message_told("received", stay_id=stay().id, topic_code="late_checkout"))
    [record] = [row for row in desk.database.tables.records.values() if row.kind == "upsell_guest_request"]
    assert (record.status, record.department, len(record.sale.claims if record.sale else ())) == (
        "approved",
        "front_office",
        1,
    )


async def test_moved_stay_is_priced_again_when_it_had_been_promised(rita: Caller, ana: Caller, desk: FrontDesk) -> None:
    await mirrored(desk, stay())
    offer = await published(rita, per="night", uses="each_night", instant=False, floor=None, ceiling=None)
    record = await acted(ana, await entered(ana, offer), *PROMISED)
    await hears(desk, stay_told(stay(departure=stay().departure.replace(day=15)), 2, "changed"))
    state = desk.database.tables.records[record["id"]]
    assert (state.status, state.fields["price"]["amount"], state.checked) == ("pending", 24_000, None)

"""Standbys and bids over HTTP and from guests: the hour decides, everybody is told, nothing is promised twice."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.component.selling import hears, mirrored, published
from tests.factories.front_desk import Caller, FrontDesk
from tests.factories.guest_events import message_told
from tests.factories.guest_records import stay
from tests.fakes.records import FakeDatabase

HOUR = dt.datetime(2026, 7, 11, 13, 0, tzinfo=dt.UTC)
STANDBY: dict[str, Any] = {"way": "standby", "decided_at": "14:00", "capacity": 1, "notice_hours": 0}
BIDS: dict[str, Any] = STANDBY | {"way": "bid", "reserve": 5_000}
PROMISED: tuple[tuple[str, Any], ...] = (("accept", {}), ("check-value", {}), ("approve", {}))
WHY = {"reason": {"code": "asked_by_guest"}}


@pytest.fixture
def desk() -> FrontDesk:
    return FrontDesk()


@pytest.fixture
async def rita(desk: FrontDesk) -> AsyncIterator[Caller]:
    async with desk.client() as http:
        yield Caller(http, "rita")


@pytest.fixture
async def ana(desk: FrontDesk) -> AsyncIterator[Caller]:
    async with desk.client() as http:
        yield Caller(http)


def euros(amount: int) -> dict[str, Any]:
    return {"price": {"amount": amount, "currency": "EUR"}}


async def made(ana: Caller, desk: FrontDesk, offer: dict[str, Any], number: int) -> dict[str, Any]:
    """A record that offers it to a guest of their own, approved."""
    one = stay(id=f"stay-{number}", guest_id=f"guest-{number}", reservation=f"R{number}")
    await mirrored(desk, one)
    body = {"property_id": "resort", "kind": "pre_arrival_offer", "stay_id": one.id, "fields": {"offer": "spa"}}
    record: dict[str, Any] = (await ana.post("/v1/records", body | {"offer_id": offer["id"]})).json()
    for action, given in PROMISED:
        reply = await ana.act(record, action, given)
        assert reply.status_code == 200, reply.text
        record = reply.json()
    return record


async def says(desk: FrontDesk, record: dict[str, Any], number: int, **said: Any) -> None:
    """The guest of a record answers."""
    told = {"record_id": record["id"], "stay_id": record["stay_id"], "topic_code": "spa", "id": f"message-{number}"}
    await hears(desk, message_told("received", **told, **said))


def stands(database: FakeDatabase, record: dict[str, Any]) -> tuple[Any, ...]:
    state = database.tables.records[record["id"]]
    return state.outcome, state.sale and state.sale.state, len(state.money)


async def test_first_in_line_gets_the_standby_at_its_hour_and_the_others_are_told(
    rita: Caller, ana: Caller, desk: FrontDesk
) -> None:
    offer = await published(rita, **STANDBY)
    first, second = [await made(ana, desk, offer, number) for number in (1, 2)]
    await says(desk, first, 1, answer="accepted")
    desk.clock.moment += dt.timedelta(minutes=1)
    await says(desk, second, 2, answer="accepted")
    assert (len(desk.database.tables.lines), desk.database.tables.claims) == (2, {})
    assert await desk.fires() == 0
    desk.clock.moment = HOUR
    await desk.fires(behind=dt.timedelta(seconds=1))
    assert stands(desk.database, first) == ("fulfilled", "sold", 1)
    assert stands(desk.database, second) == ("declined", "released", 0)
    assert ([each.record_id for each in desk.database.tables.claims.values()], desk.database.tables.lines) == (
        [first["id"]],
        {},
    )
    asked = [each for each in desk.database.tables.events if each.type == "record.message_requested.v1"]
    assert [each.value_object()["message"]["template"] for each in asked] == ["offer_granted", "offer_not_granted"]
    history = (await ana.get(f"/v1/records/{second['id']}/history")).json()["events"]
    assert history[-1]["reason_code"] == "sold_out"


async def test_highest_bid_above_the_reserve_wins_and_pays_what_was_bid(
    rita: Caller, ana: Caller, desk: FrontDesk
) -> None:
    offer = await published(rita, **BIDS)
    low, high, under = [await made(ana, desk, offer, number) for number in (1, 2, 3)]
    await says(desk, low, 1, bid={"amount": 5_500, "currency": "EUR"})
    reply = await ana.act(high, "place-bid", euros(7_000) | WHY)
    assert (reply.status_code, reply.json()["sale"]["state"]) == (200, "waiting")
    await says(desk, under, 3, bid={"amount": 4_999, "currency": "EUR"})
    desk.clock.moment = HOUR
    await desk.fires()
    assert [stands(desk.database, each)[0] for each in (low, high, under)] == ["declined", "fulfilled", "declined"]
    # Two people, 70 euros each: the offer is priced by person.
    assert [line.amount.amount for line in desk.database.tables.records[high["id"]].money] == [14_000]
    reasons = [(await ana.get(f"/v1/records/{each['id']}/history")).json()["events"][-1] for each in (low, under)]
    assert [each["reason_code"] for each in reasons] == ["outbid", "under_reserve"]


async def test_bid_that_does_not_count_is_told_to_the_guest_once_and_changes_nothing_else(
    rita: Caller, ana: Caller, desk: FrontDesk
) -> None:
    record = await made(ana, desk, await published(rita, **BIDS), 1)
    for _ in range(2):
        await says(desk, record, 1, bid={"amount": 1, "currency": "EUR"})
    state = desk.database.tables.records[record["id"]]
    assert (state.sale and state.sale.state, state.fields["price"], len(state.guest_messages)) == (
        "open",
        record["fields"]["price"],
        1,
    )
    assert state.version == record["version"] + 1


async def test_place_that_is_free_is_granted_by_a_person_before_its_hour(
    rita: Caller, ana: Caller, desk: FrontDesk
) -> None:
    offer = await published(rita, **STANDBY | {"instant": False})
    first, second = [await made(ana, desk, offer, number) for number in (1, 2)]
    for number, each in enumerate((first, second)):
        await says(desk, each, number, answer="accepted")
    first, second = [(await ana.get(f"/v1/records/{each['id']}")).json() for each in (first, second)]
    reply = await ana.act(second, "grant-sale", WHY)
    assert (reply.status_code, reply.json()["sale"]["state"]) == (200, "held")
    full = await ana.act(first, "grant-sale", WHY)
    assert (full.status_code, full.json()["code"]) == (409, "sold_out")
    again = await ana.act(reply.json(), "grant-sale", WHY)
    assert (again.status_code, again.json()["code"]) == (409, "not_waiting")


async def test_line_longer_than_one_transaction_is_decided_to_its_end(
    rita: Caller, ana: Caller, desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.records.usecases.granting.AT_ONCE", 2)
    offer = await published(rita, **BIDS)
    records = [await made(ana, desk, offer, number) for number in range(5)]
    for number, each in enumerate(records):
        await says(desk, each, number, bid={"amount": 5_000 + number, "currency": "EUR"})
    desk.clock.moment = HOUR
    for _ in range(3):
        await desk.fires()
    assert [stands(desk.database, each)[0] for each in records] == ["declined"] * 4 + ["fulfilled"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (WHY, "price"),
        (euros(0) | WHY, "price.amount"),
        ({"price": {"amount": 50.5, "currency": "EUR"}} | WHY, "price.amount"),
        ({"price": {"amount": 5_500, "currency": "USD"}} | WHY, "price"),
        (euros(4_000) | WHY, "price"),
        (euros(5_500), "reason"),
        (euros(5_500) | {"reason": "4111 1111 1111 1111"}, "reason"),
    ],
)
async def test_bid_taken_down_wrongly_is_refused_and_nothing_changes(
    rita: Caller, ana: Caller, desk: FrontDesk, body: Any, field: str
) -> None:
    record = await made(ana, desk, await published(rita, **BIDS), 1)
    told = len(desk.database.tables.events)
    reply = await ana.act(record, "place-bid", body)
    assert (reply.status_code, reply.json()["breaches"][0]["field"]) == (422, field)
    assert desk.database.tables.records[record["id"]].version == record["version"]
    assert len(desk.database.tables.events) == told


async def test_grant_without_a_reason_or_a_right_is_refused(rita: Caller, ana: Caller, desk: FrontDesk) -> None:
    record = await made(ana, desk, await published(rita, **STANDBY), 1)
    await says(desk, record, 1, answer="accepted")
    record = (await ana.get(f"/v1/records/{record['id']}")).json()
    assert (await ana.act(record, "grant-sale", {})).json()["breaches"][0]["field"] == "reason"
    async with desk.client() as http:
        assert (await Caller(http, "fred").act(record, "grant-sale", WHY)).status_code == 403
        assert (await Caller(http, "carl").act(record, "grant-sale", WHY)).status_code == 404


async def test_what_guests_are_told_of_an_offer_for_bids_holds_floor_and_hour_but_no_reserve(
    rita: Caller, desk: FrontDesk
) -> None:
    offer = await published(rita, **BIDS)
    await mirrored(desk, stay())
    told = (await rita.post(f"/v1/offers/{offer['id']}/price", {"stay_id": stay().id})).json()
    assert (told["way"], told["decides_at"], told["floor"]["amount"]) == ("bid", "2026-07-11T13:00:00Z", 4_500)
    assert "5000" not in str(told)

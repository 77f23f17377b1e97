"""Loyalty points: moved by records that are fulfilled, moved back when opened again, never less than nothing."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.component.selling import hears, mirrored
from tests.factories.front_desk import Caller, FrontDesk, ruled
from tests.factories.guest_events import stay_told
from tests.factories.guest_records import NOW, stay

POINTS = f"/v1/guests/{stay().guest_id}/points"
REASON = "As agreed."


@pytest.fixture
async def ana(desk: FrontDesk) -> AsyncIterator[Caller]:
    async with desk.client() as http:
        await mirrored(desk, stay(tier="gold"))
        yield Caller(http)


@pytest.fixture
async def sofia(desk: FrontDesk) -> AsyncIterator[Caller]:
    async with desk.client() as http:
        yield Caller(http, "sofia")


async def opened(ana: Caller, action: str, points: int, **changed: Any) -> dict[str, Any]:
    fields = {"action": action, "points": points}
    body = {"property_id": "resort", "kind": "loyalty_action", "stay_id": stay().id, "fields": fields} | changed
    reply = await ana.post("/v1/records", body)
    assert reply.status_code == 201, reply.text
    shown: dict[str, Any] = reply.json()
    return shown


async def acted(caller: Caller, record: dict[str, Any], *actions: str) -> dict[str, Any]:
    bodies = {"complete": {"outcome": "fulfilled"}, "reopen": {"reason": REASON}}
    for action in actions:
        reply = await caller.act(record, action, bodies.get(action, {}))
        assert reply.status_code == 200, reply.text
        record = reply.json()
    return record


async def granted(ana: Caller, points: int) -> dict[str, Any]:
    # Inside the hotel's limits the policy checks and approves what somebody takes on.
    return await acted(ana, await opened(ana, "points", points), "accept", "complete")


async def test_fulfilled_grant_and_redemption_move_the_balance_once(ana: Caller, desk: FrontDesk) -> None:
    await granted(ana, 500)
    await acted(ana, await opened(ana, "redeem", 200), "accept", "complete")
    told = (await ana.get(POINTS)).json()
    assert (told["tier"], told["balance"]) == ("gold", 300)
    assert [(each["kind"], each["points"], each["balance"]) for each in told["entries"]] == [
        ("redeemed", -200, 300),
        ("granted", 500, 500),
    ]
    page = (await ana.get(POINTS, limit=1)).json()
    assert [each["seq"] for each in (await ana.get(POINTS, before=page["next"])).json()["entries"]] == [1]


async def test_gift_that_is_no_points_moves_none(ana: Caller, desk: FrontDesk) -> None:
    await acted(ana, await opened(ana, "welcome_gift", 100), "accept", "complete")
    assert desk.database.tables.loyalty == {}


async def test_redemption_is_refused_when_the_balance_is_too_low(ana: Caller, desk: FrontDesk) -> None:
    await granted(ana, 100)
    record = await opened(ana, "redeem", 101)
    reply = await ana.act(record, "accept")
    assert (reply.status_code, reply.json()["code"], reply.json()["breaches"][0]["field"]) == (
        409,
        "balance_too_low",
        "points",
    )
    assert (await ana.get(f"/v1/records/{record['id']}")).json()["version"] == 1
    assert (await ana.get(POINTS)).json()["balance"] == 100


async def test_reopened_record_moves_its_points_back_by_an_entry_of_its_own(
    ana: Caller, sofia: Caller, desk: FrontDesk
) -> None:
    record = await acted(sofia, await granted(ana, 500), "reopen")
    told = (await ana.get(POINTS)).json()
    assert [(each["kind"], each["points"]) for each in told["entries"]] == [("reversed", -500), ("granted", 500)]
    assert told["entries"][0]["reverses"] == told["entries"][1]["key"]
    await acted(ana, record, "accept", "approve", "complete")
    assert (await ana.get(POINTS)).json()["balance"] == 500


async def test_grant_that_is_spent_cannot_be_taken_back(ana: Caller, sofia: Caller) -> None:
    record = await granted(ana, 500)
    await acted(ana, await opened(ana, "redeem", 400), "accept", "complete")
    reply = await sofia.act(record, "reopen", {"reason": REASON})
    assert (reply.status_code, reply.json()["code"]) == (409, "balance_too_low")


async def test_points_in_one_stay_are_limited_by_the_hotels_rules(ana: Caller, desk: FrontDesk) -> None:
    async with desk.client() as http:
        await ruled(http, {"kinds": {"loyalty_action": {"points_per_stay": 600}}})
    await granted(ana, 500)
    reply = await ana.act(await opened(ana, "redeem", 101), "accept")
    assert (reply.status_code, reply.json()["breaches"][0]["rule"]) == (422, "points_per_stay")
    await acted(ana, await opened(ana, "redeem", 100), "accept", "complete")


async def test_tier_is_demanded_by_a_condition_of_the_hotel(ana: Caller, desk: FrontDesk) -> None:
    condition = {
        "rule": "platinum_only",
        "field": "points",
        "expression": "fields.action != 'redeem' || stay.tier == 'platinum'",
        "message": "Points are redeemed by platinum guests.",
    }
    rules = {"kinds": {"loyalty_action": {"conditions": [condition]}}}
    async with desk.client() as http:
        await ruled(http, rules)
    fields = {"action": "redeem", "points": 10}
    body = {"property_id": "resort", "kind": "loyalty_action", "stay_id": stay().id, "fields": fields}
    reply = await ana.post("/v1/records", body)
    assert (reply.status_code, reply.json()["breaches"][0]["rule"]) == (422, "platinum_only")


async def test_points_without_a_guest_cannot_be_moved(ana: Caller) -> None:
    record = await opened(ana, "points", 10, stay_id=None, room="214")
    reply = await ana.act(record, "accept")
    assert (reply.status_code, reply.json()["code"]) == (409, "guest_unknown")


async def test_balance_of_the_pms_opens_and_adjusts_the_ledger_once_and_drift_is_shown(
    ana: Caller, desk: FrontDesk
) -> None:
    later = [NOW + dt.timedelta(minutes=minutes) for minutes in range(9)]
    first = stay_told(stay(loyalty_points=1_000, source_time=later[1]), 2, "changed")
    for _ in range(2):
        await hears(desk, first)
    await acted(ana, await opened(ana, "redeem", 300), "accept", "complete")
    told = (await ana.get(POINTS)).json()
    assert (told["balance"], told["mirrored"], told["drift"]) == (700, 1_000, -300)
    caught_up = stay(loyalty_points=700, source_time=later[2], version=3)
    older = stay(loyalty_points=5_000, source_time=later[0], version=4)
    earned = stay(loyalty_points=900, source_time=later[3], version=5)
    for sequence, one in enumerate((caught_up, older, earned), 3):
        await hears(desk, stay_told(one, sequence, "changed"))
    told = (await ana.get(POINTS)).json()
    assert (told["balance"], told["drift"]) == (900, 0)
    assert [(each["kind"], each["points"]) for each in told["entries"]] == [
        ("adjusted", 200),
        ("adjusted", 0),
        ("redeemed", -300),
        ("opened", 1_000),
    ]


async def test_what_the_pms_took_away_leaves_nothing_to_overspend(ana: Caller, desk: FrontDesk) -> None:
    at = NOW + dt.timedelta(minutes=1)
    await hears(desk, stay_told(stay(loyalty_points=500, source_time=at), 2, "changed"))
    await acted(ana, await opened(ana, "redeem", 400), "accept", "complete")
    gone = stay(loyalty_points=50, source_time=at + dt.timedelta(minutes=1), version=3)
    await hears(desk, stay_told(gone, 3, "changed"))
    told = (await ana.get(POINTS)).json()
    assert (told["balance"], told["drift"]) == (0, -50)
    reply = await ana.act(await opened(ana, "redeem", 1), "accept")
    assert reply.json()["code"] == "balance_too_low"


async def test_read_of_a_balance_is_written_down_and_strangers_are_not_seen(ana: Caller, desk: FrontDesk) -> None:
    assert (await ana.get(POINTS)).status_code == 200
    reads = [event for event in desk.database.tables.events if event.type == "access.read.v1"]
    assert [event.value_object()["access"]["subjects"] for event in reads] == [[stay().guest_id]]
    async with desk.client() as http:
        assert (await Caller(http, "carl").get(POINTS)).status_code == 404
        assert (await Caller(http, "fred").get(POINTS)).status_code == 403
    assert (await ana.get("/v1/guests/guest-unknown/points")).status_code == 404
    assert (await ana.get(POINTS, limit=0)).status_code == 422

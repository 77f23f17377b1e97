"""Agents' statements over HTTP: their own for everybody, all for managers, with pages, rules and adjustments."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.contracts.money import PostingState
from tests.component.selling import hears, mirrored, published
from tests.factories.front_desk import Caller, FrontDesk, ruled
from tests.factories.guest_events import posting_told
from tests.factories.guest_records import stay

JULY = {"property": "resort", "first": "2026-07-01", "last": "2026-07-31"}
AUGUST = {"property": "resort", "first": "2026-08-01", "last": "2026-08-31"}
INCENTIVES = [{"rule": "spa", "offer": "spa_day", "percent_bp": 500}]
SOLD = {"outcome": "fulfilled", "fields": {"guest_answer": "accepted"}, "reason": "They know."}


@pytest.fixture
def desk() -> FrontDesk:
    return FrontDesk()


@pytest.fixture
async def ana(desk: FrontDesk) -> AsyncIterator[Caller]:
    async with desk.client() as http:
        yield Caller(http)


@pytest.fixture
async def gil(desk: FrontDesk) -> AsyncIterator[Caller]:
    async with desk.client() as http:
        yield Caller(http, "gil")


async def sold(desk: FrontDesk, ana: Caller, offer: dict[str, Any], *, settled: bool = True) -> dict[str, Any]:
    """A day in the spa for two that Ana sold: 120 euros."""
    body = {"property_id": "resort", "kind": "pre_arrival_offer", "stay_id": stay().id, "fields": {"offer": "spa"}}
    record = (await ana.post("/v1/records", body | {"offer_id": offer["id"]})).json()
    for action, given in (("accept", {}), ("check-value", {}), ("approve", {}), ("complete", SOLD)):
        reply = await ana.act(record, action, given)
        assert reply.status_code == 200, reply.text
        record = reply.json()
    for _ in range(2 * settled):
        await hears(desk, posting_told(record["id"], record["money"][0]["id"], PostingState.DONE))
    shown: dict[str, Any] = (await ana.get(f"/v1/records/{record['id']}")).json()
    return shown


@pytest.fixture
async def offer(desk: FrontDesk) -> dict[str, Any]:
    async with desk.client() as http:
        await ruled(http, {"incentives": INCENTIVES})
        await mirrored(desk, stay())
        return await published(Caller(http, "rita"))


async def test_statement_tells_what_was_sold_and_earned_line_by_line_with_the_rule(
    desk: FrontDesk, ana: Caller, offer: dict[str, Any]
) -> None:
    record = await sold(desk, ana, offer)
    await sold(desk, ana, offer, settled=False)
    told = (await ana.get("/v1/incentives", **JULY)).json()
    [sums] = told["sums"]
    assert (sums["agent"], sums["sold"], sums["settled"], sums["cancelled"]) == ("ana", 2, 1, 0)
    assert (sums["sold_amount"], sums["earned"]) == (
        {"amount": 24_000, "currency": "EUR"},
        {"amount": 600, "currency": "EUR"},
    )
    line = next(each for each in told["lines"] if each["kind"] == "settled")
    assert (line["record_id"], line["rule"], line["rules_version"]) == (record["id"], "spa", 2)


async def test_sale_cancelled_after_the_statement_is_an_adjustment_in_a_later_one(
    desk: FrontDesk, ana: Caller, gil: Caller, offer: dict[str, Any]
) -> None:
    record = await sold(desk, ana, offer)
    july = (await ana.get("/v1/incentives", **JULY)).json()
    desk.clock.moment += dt.timedelta(days=40)
    reply = await gil.act(record, "cancel-sale", {"reason": "They were ill."})
    assert reply.status_code == 200, reply.text
    assert (await ana.get("/v1/incentives", **JULY)).json() == july
    august = (await ana.get("/v1/incentives", **AUGUST)).json()
    assert [(each["kind"], each["incentive"]["amount"]) for each in august["lines"]] == [("cancelled", -600)]
    assert august["lines"][0]["adjusts"] == next(each["id"] for each in july["lines"] if each["kind"] == "settled")


async def test_rule_that_changes_later_leaves_what_was_sold_before(
    desk: FrontDesk, ana: Caller, offer: dict[str, Any]
) -> None:
    record = await sold(desk, ana, offer, settled=False)
    async with desk.client() as http:
        await ruled(http, {"incentives": [{"rule": "spa", "offer": "spa_day", "fixed": 1}]})
    await hears(desk, posting_told(record["id"], record["money"][0]["id"], PostingState.DONE))
    assert (await ana.get("/v1/incentives", **JULY)).json()["sums"][0]["earned"]["amount"] == 600


async def test_lines_come_in_pages(desk: FrontDesk, ana: Caller, offer: dict[str, Any]) -> None:
    for _ in range(2):
        await sold(desk, ana, offer)
    found: list[str] = []
    page: dict[str, Any] = {"next": None}
    for _ in range(4):
        more = {"after": page["next"]} if page["next"] else {}
        page = (await ana.get("/v1/incentives", **JULY, limit=1, **more)).json()
        found += [each["id"] for each in page["lines"]]
    assert (len(set(found)), page["next"]) == (4, None)


async def test_others_statements_are_for_managers_and_their_read_is_written_down(
    desk: FrontDesk, ana: Caller, gil: Caller, offer: dict[str, Any]
) -> None:
    await sold(desk, ana, offer)
    async with desk.client() as http:
        rui, carl = Caller(http, "rui"), Caller(http, "carl")
        assert (await rui.get("/v1/incentives", **JULY)).json()["lines"] == []
        assert (await rui.get("/v1/incentives", **JULY, agent="ana")).status_code == 403
        assert (await rui.get("/v1/incentives/agents", **JULY)).status_code == 403
        assert (await carl.get("/v1/incentives", **JULY)).status_code == 404
    assert len((await gil.get("/v1/incentives", **JULY, agent="ana")).json()["lines"]) == 2
    assert [each["agent"] for each in (await gil.get("/v1/incentives/agents", **JULY)).json()["sums"]] == ["ana"]
    reads = [event for event in desk.database.tables.events if event.type == "access.read.v1"]
    assert [event.value_object()["access"]["subjects"] for event in reads[-2:]] == [["ana"], ["resort"]]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"first": "2026-08-01"}, "last"),
        ({"last": "2029-01-01"}, "last"),
        ({"first": "1026-07-01", "last": "1026-07-02"}, "first"),
        ({"first": "yesterday"}, "first"),
        ({"after": "xyz"}, "after"),
        ({"limit": 0}, "limit"),
    ],
)
async def test_statement_asked_for_wrongly_is_refused(ana: Caller, changed: Any, field: str) -> None:
    reply = await ana.get("/v1/incentives", **JULY | changed)
    assert (reply.status_code, reply.json()["breaches"][0]["field"]) == (422, field)

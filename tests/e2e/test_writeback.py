"""A change of what the PMS holds, by real processes over a real Kafka: proposed, approved, written back, settled."""

from typing import Any

import httpx
import pytest

from deploy.demo.desk import Refused
from services.integrations.pms.hotel_bookings.columns import NAME
from shared.contracts.values import stay_id
from tests.e2e.conftest import House, eventually
from tests.e2e.test_golden_path import payload, push

pytestmark = pytest.mark.integration
NUMBER = "E2E-RATE"
RATE = {"field": "rate", "value": {"amount": 9_500, "currency": "EUR"}, "reason": "As it was promised on the telephone"}


def mirrored(house: House) -> dict[str, Any] | None:
    """The stay as records knows it."""
    return house.mongo["bellboard_records"]["stays"].find_one({"_id": stay_id("city", NAME, NUMBER)})


def settled(house: House, record_id: str) -> list[dict[str, Any]]:
    """The record's write-backs, once the PMS has answered."""
    row = house.mongo["bellboard_records"]["records"].find_one({"_id": record_id})
    found: list[dict[str, Any]] = row["state"]["writebacks"] if row else []
    return [each for each in found if each["state"] == "done"]


async def test_rate_is_proposed_approved_by_another_written_back_and_settled_once(
    house: House, http: httpx.AsyncClient
) -> None:
    booked = payload(house, "booked", number=NUMBER, special_requests=[]) | {"event_id": f"{NUMBER}-booked"}
    assert (await push(house, http, booked)).status_code == 202
    await eventually(lambda: mirrored(house), "records knows the stay")
    clerk, manager = house.desk(http, "city.duty.morning"), house.desk(http, "city.manager")
    body = {
        "property_id": "city",
        "kind": "guest_request",
        "stay_id": stay_id("city", NAME, NUMBER),
        "fields": {"topic": "other"},
    }
    opened = await clerk.act("records", "/v1/records", body)
    path = f"/v1/records/{opened.body['id']}"
    proposed = await clerk.act("records", f"{path}/writebacks", RATE, opened.etag)
    [proposal] = proposed.body["proposals"]
    ruling = {"approve": True, "reason": "I heard it myself", "digest": proposal["digest"]}
    decide = f"{path}/proposals/{proposal['id']}/decide"
    with pytest.raises(Refused) as own:
        await clerk.act("records", decide, ruling, proposed.etag)
    assert own.value.status == 403
    assert house.events("integrations", type="writeback.requested.v1") == []
    approved = await manager.act("records", decide, ruling, proposed.etag)
    assert [each["state"] for each in approved.body["writebacks"]] == ["pending"]
    [change] = await eventually(lambda: settled(house, opened.body["id"]), "the PMS has confirmed the rate")
    assert (change["field"], change["after"]) == ("rate", RATE["value"])
    told = house.events("integrations", agg=change["id"])
    assert [row["ver"] for row in told] == list(range(1, len(told) + 1))
    assert [row["type"] for row in told].count("writeback.done.v1") == 1
    said = [row["type"] for row in house.events("records", agg=opened.body["id"])]
    assert (said.count("record.writeback_requested.v1"), said.count("record.writeback_settled.v1")) == (1, 1)

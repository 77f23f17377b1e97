"""Agents' statements on a real MongoDB: written with the records, once, in pages, with sums that tie out."""

from typing import Any

import pytest

from shared.contracts.money import PostingState
from tests.factories.front_desk import Caller, ruled
from tests.factories.guest_events import posting_told
from tests.factories.standing import Standing
from tests.integration.test_selling import SOLD, acted, desk, entered, mirrored, published, stays

__all__ = ["desk"]
pytestmark = pytest.mark.integration

JULY = {"property": "resort", "first": "2026-07-01", "last": "2026-07-31"}


async def test_statement_ties_out_with_what_was_sold_settled_and_taken_back(desk: Standing) -> None:
    await mirrored(desk, *stays(3))
    async with desk.client() as http:
        await ruled(http, {"incentives": [{"rule": "all", "percent_bp": 1_000}]})
        ana, gil, offer = Caller(http), Caller(http, "gil"), await published(http)
        records = [
            await acted(ana, await entered(http, offer, each.id), ("approve", {}), ("complete", SOLD))
            for each in stays(3)
        ]
        for record in records[:2]:
            for sequence in (1, 2):
                told = posting_told(record["id"], record["money"][0]["id"], PostingState.DONE, sequence)
                await desk.hears(told)
        settled = (await ana.get(f"/v1/records/{records[0]['id']}")).json()
        await acted(gil, settled, ("cancel-sale", {"reason": "They are ill."}))
        lines: list[dict[str, Any]] = []
        page: dict[str, Any] = {"next": None}
        for _ in range(3):
            more = {"after": page["next"]} if page["next"] else {}
            page = (await ana.get("/v1/incentives", **JULY, limit=2, **more)).json()
            lines += page["lines"]
        everybody = (await gil.get("/v1/incentives/agents", **JULY)).json()
    [sums] = page["sums"]
    assert everybody["sums"] == [sums]
    assert (sums["sold"], sums["settled"], sums["cancelled"], sums["earned"]["amount"]) == (3, 2, 1, 1_200)
    assert (len({each["id"] for each in lines}), page["next"]) == (6, None)
    assert sum(each["incentive"]["amount"] for each in lines) == sums["earned"]["amount"]

"""A campaign whose process is killed at its named points writes to each stay once, and leaves nobody out."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from services.records.usecases import launching
from shared.chassis.mongo import DatabaseError
from tests.integration.test_selling import (
    campaign_running,
    killed,
    launched,
    mirrored,
    published,
    settings,
    stand,
    stays,
)

pytestmark = pytest.mark.integration

HEARD = launching.BATCH + 10
"""More stays than one batch takes."""


async def sent(desk: Any, campaign: str) -> list[str]:
    rows = await desk.chassis.mongo.collection("records").find({"campaign": campaign})
    return sorted(row["stay_id"] for row in rows)


async def going_on(desk: Any) -> None:
    """Run campaigns as their job does: what the dead transaction still holds is waited for."""
    while True:
        try:
            return await launched(desk)
        except DatabaseError:
            await asyncio.sleep(0.5)


@pytest.mark.parametrize(
    ("point", "by_then"), [("campaign.in_transaction", 0), ("campaign.committed", launching.BATCH)]
)
async def test_campaign_killed_at_a_point_goes_on_where_it_had_committed(
    mongo_url: str, database_name: str, tmp_path: Path, point: str, by_then: int
) -> None:
    desk = await stand(settings(mongo_url, database_name))
    await mirrored(desk, *stays(HEARD))
    async with desk.client() as http:
        campaign = await campaign_running(http, await published(http, capacity=HEARD))
    await asyncio.to_thread(killed, mongo_url, database_name, tmp_path, point, "launch", "")
    assert len(await sent(desk, campaign["id"])) == by_then
    for _ in range(2):
        await going_on(desk)
    assert await sent(desk, campaign["id"]) == [each.id for each in stays(HEARD)]
    asked = await desk.chassis.mongo.collection("events").find({"type": "record.message_requested.v1"})
    assert len({row["agg"] for row in asked}) == len(asked) == HEARD
    await desk.chassis.mongo.close()

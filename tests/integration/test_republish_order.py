"""Events that are sent again become pending from their first version on: the relay never finds a later one first."""

import asyncio
from typing import Any

import pytest

from shared.chassis.mongo import Mongo
from shared.chassis.outbox import PENDING, SENT
from shared.contracts.values import Scope
from tests.factories.chassis import chassis_for
from tests.factories.standing import NO_BROKER

pytestmark = pytest.mark.integration
MANY = 6_000


async def test_no_version_is_pending_before_its_older_ones(mongo_url: str, database_name: str) -> None:
    chassis = chassis_for("tests", mongo_url, NO_BROKER, database_name, "")
    await chassis.outbox.prepare()
    rows = chassis.mongo.collection("events")
    # Written newest first: whoever marks them as they lie begins at the wrong end.
    await rows.insert_many([row(version) for version in range(MANY, 0, -1)])
    marking = asyncio.create_task(chassis.outbox.republish(Scope(chain="grand")))
    seen = [await pending(chassis.mongo)]
    while not marking.done():
        seen.append(await pending(chassis.mongo))
    seen.append(await pending(chassis.mongo))
    assert (await marking, seen[-1]) == (MANY, list(range(1, 51)))
    assert all(versions == list(range(1, len(versions) + 1)) for versions in seen)
    await chassis.mongo.close()


def row(version: int) -> dict[str, Any]:
    return {"_id": f"e-{version:05}", "agg": "a", "ver": version, "topic": "tests.v1", "chain": "grand", "st": SENT}


async def pending(mongo: Mongo) -> list[int]:
    """The first versions that a relay would find, in their order."""
    wanted = {"st": PENDING, "topic": "tests.v1"}
    found = await mongo.collection("events").find(wanted, projection={"ver": 1}, sort=[("ver", 1)], limit=50)
    return [each["ver"] for each in found]

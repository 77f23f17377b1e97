"""Operations on a consumer group: one that is not there is refused before anything is written down."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.alerts.app import assemble
from services.alerts.settings import Settings
from shared.chassis.service import Chassis
from shared.contracts.identity import Role
from tests.factories.access import bearer, grant, knowledge
from tests.factories.records import CHAIN
from tests.factories.staff import member
from tests.factories.standing import NO_BROKER, Standing

pytestmark = pytest.mark.integration
OPERATOR = member("staff-olga", Role.CHAIN_ADMIN, properties=None)
ACTIONS = ("redrive", "rebuild", "reread")
WHY = {"reason": "A drill."}
ON_AGGREGATE = WHY | {"subject": "rec-1"}
BODIES: dict[str, dict[str, Any]] = {"redrive": ON_AGGREGATE, "rebuild": ON_AGGREGATE, "reread": WHY}


@pytest.fixture
async def standing(mongo_url: str, database_name: str) -> AsyncIterator[Standing]:
    settings = Settings(mongo_url=mongo_url, mongo_database=database_name, kafka_servers=NO_BROKER)
    chassis = Chassis(settings)
    standing = Standing(chassis, assemble(chassis, settings))
    await standing.prepare(knowledge([OPERATOR], [grant(*ACTIONS, kind="operations")]))
    yield standing
    await chassis.mongo.close()


async def told(standing: Standing, action: str, group: str) -> httpx.Response:
    """What the operator is answered."""
    async with standing.client() as client:
        body = BODIES[action] | {"group": group}
        return await client.post(f"/ops/v1/{action}", json=body, headers=bearer(OPERATOR, "alerts"))


async def written(standing: Standing) -> tuple[int, int]:
    """How many operations were told to the audit log, and how many are kept with their words."""
    mongo = standing.chassis.mongo
    begun = await mongo.collection("events").count({"type": "operation.begun.v1", "chain": CHAIN})
    return begun, await mongo.collection("operations").count({})


@pytest.mark.parametrize("action", ACTIONS)
async def test_operation_on_an_unknown_group_is_not_found_and_not_written_down(standing: Standing, action: str) -> None:
    reply = await told(standing, action, "nobody")
    assert (reply.status_code, reply.headers["content-type"]) == (404, "application/problem+json")
    assert await written(standing) == (0, 0)


@pytest.mark.parametrize("action", ["redrive", "reread"])
async def test_operation_on_a_known_group_is_written_down_once(standing: Standing, action: str) -> None:
    reply = await told(standing, action, "alerts")
    assert reply.status_code == 200, reply.text
    assert await written(standing) == (1, 1)

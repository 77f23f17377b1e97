"""That a PMS answers, or fails, is told with its own count; whoever looks second says nothing twice."""

import pytest

from services.integrations.domain.connections import Connection
from services.integrations.settings import Settings
from services.integrations.store.endpoints import EndpointStore
from services.integrations.store.feeds import FeedStore
from services.integrations.usecases.feeds import TellFeeds
from shared.chassis.service import Chassis
from shared.contracts.feeds import Feed
from shared.contracts.values import Scope
from tests.factories.records import CHAIN, PROPERTY
from tests.factories.standing import NO_BROKER
from tests.fakes.following import FakeConnections

pytestmark = pytest.mark.integration
SCOPE = Scope(chain=CHAIN)
HOTEL = Connection(property_id=PROPERTY, chain=CHAIN, pms="mews", hotel="H", zone="UTC", currency="EUR", token="t" * 32)


class Late(FeedStore):
    """A replica that read before another one wrote."""

    async def find(self, scope: Scope, property_id: str) -> Feed | None:
        return None


async def test_answers_and_failures_of_a_pms_are_told_once_each(mongo_url: str, database_name: str) -> None:
    chassis = Chassis(Settings(mongo_url=mongo_url, mongo_database=database_name, kafka_servers=NO_BROKER))
    await chassis.outbox.prepare()
    endpoints, feeds = EndpointStore(chassis.mongo), FeedStore(chassis.mongo, chassis.outbox)
    connections = FakeConnections({PROPERTY: HOTEL})
    tell = TellFeeds(feeds, connections, endpoints, chassis.clock)
    second = TellFeeds(Late(chassis.mongo, chassis.outbox), connections, endpoints, chassis.clock)
    counts = [await tell()]
    await endpoints.worked(SCOPE, PROPERTY, chassis.clock.real_now())
    counts += [await tell(), await tell(), await second()]
    for _ in range(5):
        await endpoints.failed(SCOPE, PROPERTY, "unreachable", chassis.clock.real_now())
    counts += [await tell(), await tell()]
    rows = await chassis.mongo.collection("events").find({"agg": f"feed:{PROPERTY}"}, sort=[("ver", 1)])
    await chassis.mongo.close()
    assert counts == [0, 1, 0, 0, 1, 0]
    assert [(row["type"], row["ver"]) for row in rows] == [("feed.answered.v1", 1), ("feed.failed.v1", 2)]

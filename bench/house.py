"""The house that commands are measured in: people and hotels a service knows, records in it, commands on them."""

from collections.abc import Sequence

from bench.ground import Ground
from bench.http import request
from bench.lives import opened
from services.auth.domain.policy import default_grants
from services.records.ports import Writing
from services.records.store import MongoRecords
from services.records.store import prepare as prepare_records
from shared.chassis.mongo import Tx
from shared.chassis.service import Chassis
from tests.factories.access import heartbeat, knowledge
from tests.factories.front_desk import HOTELS, STAFF
from tests.factories.records import SCOPE

TOGETHER = 800
"""Records stored in one transaction."""


async def prepared(ground: Ground, service: str, database: str) -> Chassis:
    """An empty database of a service that has heard of people, hotels and policy; with the indexes of records."""
    await (await ground.fresh(database)).close()
    chassis = ground.chassis(service, database)
    told = knowledge(STAFF, default_grants(), *HOTELS)

    async def learn(tx: Tx) -> None:
        await chassis.policy.apply(tx, told)

    for part in (chassis.outbox, chassis.idempotency, chassis.policy):
        await part.prepare()
    await prepare_records(chassis.mongo)
    await chassis.mongo.run(learn)
    await chassis.policy.hear(heartbeat())
    return chassis


async def store(count: int, *places: Chassis) -> list[str]:
    """So many new records, the same in each place; their ids."""
    clock = places[0].clock
    made = [opened(clock, clock.now()).state for _ in range(count)]
    for place in places:
        rows = MongoRecords(place.mongo)
        for first in range(0, len(made), TOGETHER):
            some = Writing(fresh=made[first : first + TOGETHER])

            async def write(tx: Tx, rows: MongoRecords = rows, some: Writing = some) -> None:
                await rows.write(SCOPE, some, tx)

            await place.mongo.run(write)
    return [state.id for state in made]


def accepting(ids: Sequence[str], signed: dict[str, str]) -> list[bytes]:
    """The requests that accept these records, by a signed-in person."""
    more = {"If-Match": '"1"'}
    return [
        request(f"/v1/records/{each}/accept", {**signed, **more, "Idempotency-Key": f"accept-{each}"}) for each in ids
    ]

"""What tests of selling share: stays that are mirrored, events that are heard, offers that are published."""

from typing import Any

from services.records.api.offers import NEW, SPA
from services.records.usecases.triggers import Heard, Triggers
from shared.chassis.mongo import Tx
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope
from shared.contracts.stays import Stay
from tests.factories.front_desk import Caller, FrontDesk
from tests.factories.records import SCOPE

RESORT: dict[str, Any] = NEW | {"property_id": "resort"}
GONE: dict[str, Any] = {"reason": {"code": "season_over"}}


async def mirrored(desk: FrontDesk, *stays: Stay) -> None:
    """The hotel has heard of these stays, without opening anything."""

    async def work(tx: Tx) -> None:
        await desk.house.stays.keep(SCOPE, stays, tx)

    await desk.database.run(work)


async def hears(desk: FrontDesk, *events: Envelope) -> None:
    """Apply events as the consumer does."""
    heard = [Heard(event, body) for event in events if (body := body_of(event)) is not None]

    async def work(tx: Tx) -> None:
        await Triggers(desk.house).apply(tx, heard)

    await desk.database.run(work)


async def published(rita: Caller, **changed: Any) -> dict[str, Any]:
    """A day in the spa, or what is said otherwise of it, in the resort's catalogue."""
    reply = await rita.post("/v1/offers", RESORT | {"terms": SPA | changed})
    assert reply.status_code == 201, reply.text
    shown: dict[str, Any] = reply.json()
    return shown


def events_of(desk: FrontDesk, noun: str) -> list[str]:
    """The types of what was told of one kind of aggregate."""
    return [event.type for event in desk.database.tables.events if event.type.startswith(f"{noun}.")]

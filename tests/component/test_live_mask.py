"""What open pages are sent: ids and versions, of the hotels and chain of their token, and nothing that a mask hides."""

import json
from typing import Any

from services.console.api.live import Stream
from services.console.events import Handler
from services.console.usecases.live import Ear, Feed
from shared.contracts.alerts import AlertEvent
from shared.contracts.catalogue import EVENTS
from shared.contracts.envelope import Change, Envelope
from shared.contracts.identity import DataClass, system
from shared.contracts.records import RecordEvent
from tests.factories.records import CHAIN, NOON, PROPERTY, envelope, snapshot

CANARY = "zz-canary-guest"
SECRETS = [Change(field=one.value, data_class=one, before=CANARY, after=f"{CANARY}-after") for one in DataClass]


def told(record: str = "rec-1", version: int = 1, **where: Any) -> Envelope:
    """A record's event with a canary of every class of data in its value."""
    body = RecordEvent(
        actor=system(CANARY), changes=tuple(SECRETS), reason_code="zz_canary", record=snapshot(record, version=version)
    )
    event = envelope("record.edited.v1", record, version, NOON, body)
    assert CANARY.encode() in event.value
    return event.model_copy(update=where)


async def heard(ear: Ear, feed: Feed) -> str:
    """What the page of an ear is sent for what rang."""
    stream = Stream(feed, None, None)  # type: ignore[arg-type]  # neither is asked for what rang
    return stream._told(ear, await ear.wait(1))


async def test_page_is_sent_ids_and_versions_and_no_value_of_any_class() -> None:
    feed = Feed()
    handler = Handler(feed)
    with feed.listen(CHAIN, frozenset({PROPERTY})) as ear:
        await handler.on_event(told())
        await handler.on_event(told(version=2))
        said = await heard(ear, feed)
    kind, data = said.strip().split("\n")
    assert kind == "event: bells"
    assert json.loads(data.removeprefix("data: ")) == [{"noun": "record", "id": "rec-1", "version": 2}]
    assert CANARY not in said


async def test_page_hears_nothing_of_another_hotel_or_chain_nor_of_other_nouns() -> None:
    feed = Feed()
    handler = Handler(feed)
    with feed.listen(CHAIN, frozenset({PROPERTY})) as ear:
        await handler.on_event(told(property_id="elsewhere"))
        await handler.on_event(told(chain="another"))
        others = [name for name, kind in EVENTS.items() if kind.model not in (RecordEvent, AlertEvent)]
        told_of = {name.split(".")[0] for name in others} - {"record"}
        for noun in sorted(told_of):
            await handler.on_event(told().model_copy(update={"type": f"{noun}.changed.v1"}))
        assert ear.rung == {}

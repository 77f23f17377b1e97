"""OHIP's two ways of telling: the stream by Oracle's own rules, and the queue that reading empties."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest

from services.integrations.pms.ohip import stream
from services.integrations.pms.ohip.adapter import Ohip
from services.integrations.ports.vendors import PmsBusy
from services.integrations.usecases.listening import PAUSE, Listen
from tests.contract.pms.world import PROPERTY, RIGS, World
from tests.fakes.following import FakeConnections
from tests.fakes.pms.book import Booked
from tests.fakes.pms.ohip import SECRETS, OhipSim

RIG = RIGS["ohip"]


class House:
    """A hotel at OHIP, and us listening to it."""

    def __init__(self, events: str, url: str = "") -> None:
        self.world = World(RIG)
        assert isinstance(self.world.sim, OhipSim)
        self.sim: OhipSim = self.world.sim
        options = {**RIG.options, "events": events, **({"stream_url": url} if url else {})}
        self.world.connection = self.world.connection.model_copy(update={"options": options})
        assert isinstance(self.world.vendor, Ohip)
        hotels = FakeConnections({PROPERTY: self.world.connection})
        world = self.world
        self.listen = Listen(hotels, {"ohip": self.world.vendor}, world.marks, world.looks, world.clock)

    def marked(self) -> set[str]:
        """What is to be asked about."""
        return {row.hint.ref for row in self.world.marks.rows.values() if row.dirty}

    @property
    def offset(self) -> str | None:
        """How far the stream was heard."""
        looked = self.world.looks.kept.get(PROPERTY)
        return looked.offset if looked else None


@pytest.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """A hotel that streams; a connection lives for a fraction of a second."""
    monkeypatch.setattr(stream, "LIFE_S", 0.3)
    monkeypatch.setattr(stream.events, "__defaults__", (0.3,))
    made = House("stream")
    async with made.sim.stream.served() as url:
        options = {**made.world.connection.options, "stream_url": url}
        made.world.connection = made.world.connection.model_copy(update={"options": options})
        yield made


async def test_stream_is_heard_and_left_politely(house: House) -> None:
    house.world.looks.kept[PROPERTY] = await house.world.looks.find(house.world.fetch_scope, PROPERTY)
    await house.world.looks.note(house.world.fetch_scope, PROPERTY, offset="o000000")
    for number in RIG.numbers[:3]:
        house.world.book.book(Booked(number))

    pause = await house.listen.once(house.world.connection)

    assert house.marked() == set(RIG.numbers[:3])
    assert house.offset == "o000003"
    assert house.sim.stream.left_politely == 1
    assert pause >= dt.timedelta(seconds=10)


async def test_stream_without_an_offset_begins_with_what_comes_now(house: House) -> None:
    house.world.book.book(Booked(RIG.numbers[0]))
    listening = asyncio.create_task(house.listen.once(house.world.connection))
    await asyncio.sleep(0.1)
    house.world.book.book(Booked(RIG.numbers[1]))

    await listening

    assert house.sim.stream.subscribed == [None]
    assert house.marked() == {RIG.numbers[1]}


async def test_stream_that_breaks_goes_on_where_it_was(house: House) -> None:
    await house.world.looks.note(house.world.fetch_scope, PROPERTY, offset="o000000")
    for number in RIG.numbers[:6]:
        house.world.book.book(Booked(number))
    house.sim.stream.drop_after = 2

    await house.listen.once(house.world.connection)
    await house.listen.once(house.world.connection)

    assert house.marked() == set(RIG.numbers[:6])
    assert house.offset == "o000006"
    assert house.sim.stream.subscribed[0] == "o000000"
    assert house.sim.stream.subscribed[1] is not None


async def test_stream_that_somebody_else_has_is_left_alone_for_a_minute(house: House) -> None:
    house.sim.stream.taken = True

    pause = await house.listen.once(house.world.connection)

    assert pause == stream.TAKEN_FOR
    assert house.marked() == set()


async def test_stream_with_a_token_that_is_not_known_is_refused(house: House) -> None:
    wanted = stream.Subscription("CHAIN", "HOTEL1")

    with pytest.raises(PmsBusy):
        async for _ in stream.events(house.sim.stream.url, SECRETS["app_key"], "forged", wanted):
            pass

    assert house.sim.stream.subscribed == []


async def test_stream_that_is_not_there_is_tried_again_later() -> None:
    house = House("stream", "ws://127.0.0.1:1/subscriptions")

    assert await house.listen.once(house.world.connection) >= PAUSE


async def test_events_of_other_hotels_and_modules_move_the_offset_only(house: House) -> None:
    await house.world.looks.note(house.world.fetch_scope, PROPERTY, offset="o000000")
    house.sim.stream.publish("Housekeeping", "17")
    house.sim.stream.events[-1]["newEvent"]["hotelId"] = "HOTEL2"
    house.sim.stream.publish("Reservation", RIG.numbers[0])
    house.sim.stream.events[-1]["newEvent"]["hotelId"] = "HOTEL2"

    await house.listen.once(house.world.connection)

    assert (house.marked(), house.offset) == (set(), "o000002")


async def test_queue_is_emptied_to_the_last_and_each_is_marked() -> None:
    house = House("poll")
    for count in range(45):
        house.world.book.book(Booked(str(600_000 + count)))

    raised = await house.listen.poll()

    assert (raised, house.sim.queue) == (45, [])
    assert await house.listen.poll() == 0


async def test_page_that_was_read_and_lost_is_found_by_the_next_look() -> None:
    house = House("poll")
    for number in RIG.numbers:
        house.world.book.book(Booked(number))
    house.world.network.faults.next("lost", at="businessEvents")
    assert await house.listen.poll() == 0
    assert house.sim.queue == []

    await house.world.catch_up.changes()
    await house.world.settles()

    assert {one.stay.reservation for one in house.world.stays.kept.values()} == set(RIG.numbers)


async def test_hotel_that_streams_is_never_polled() -> None:
    house = House("stream", "ws://127.0.0.1:1/subscriptions")
    house.world.book.book(Booked(RIG.numbers[0]))

    assert await house.listen.poll() == 0
    assert len(house.sim.queue) == 1

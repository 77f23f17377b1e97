"""Guests' messages: the fake of the tests and the real store keep the same, whoever is first."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

import pytest

from services.integrations.domain.commanding import ENDED, Ending, Waiting
from services.integrations.domain.messages import (
    GuestMessage,
    Handed,
    Progress,
    concluded,
    moved,
    tried,
)
from services.integrations.store.messages import MessageStore
from shared.chassis.clock import Clock
from shared.chassis.idempotency import Idempotency
from shared.chassis.mongo import Mongo, Tx
from shared.chassis.outbox import Outbox
from shared.chassis.provenance import Provenance
from shared.chassis.telemetry import Metrics
from shared.chassis.timers import Timers
from shared.contracts.messages import Direction, Message, MessageState
from shared.contracts.values import Scope
from tests.factories.records import CHAIN, NOON, PROPERTY
from tests.fakes.messages import NO_TX, FakeMessages

pytestmark = pytest.mark.integration
HERE = Scope(chain=CHAIN, properties=frozenset({PROPERTY}))
ELSEWHERE = Scope(chain=CHAIN, properties=frozenset({"resort"}))
WHY = Provenance.fresh("test-run-1")
LONG_AGO, LATER = NOON - dt.timedelta(hours=1), NOON + dt.timedelta(minutes=5)
RACES = 8


class Messages(Protocol):
    """What the suite asks of a store."""

    async def request(self, scope: Scope, tx: Tx, rows: Sequence[GuestMessage], provenance: Provenance) -> int: ...
    async def find(self, scope: Scope, message_id: str) -> GuestMessage | None: ...
    async def claim(
        self, scope: Scope, now: dt.datetime, before: dt.datetime, skip: Sequence[str] = ()
    ) -> tuple[GuestMessage, bool] | None: ...
    async def choose(self, scope: Scope, row: GuestMessage) -> None: ...
    async def sending(self, scope: Scope, row: GuestMessage, now: dt.datetime) -> bool: ...
    async def put_off(self, scope: Scope, row: GuestMessage, until: dt.datetime, why: str) -> None: ...
    async def waiting(self, scope: Scope, row_id: str) -> Waiting | None: ...
    async def settle(
        self, scope: Scope, after: GuestMessage, provenance: Provenance, now: dt.datetime, ending: Ending = ENDED
    ) -> bool: ...
    async def hear(self, scope: Scope, message_id: str, decide: Any, provenance: Provenance) -> GuestMessage | None: ...
    async def receive(self, scope: Scope, row: GuestMessage, provenance: Provenance) -> bool: ...
    async def last_inbound(self, scope: Scope, guest_id: str, channel: str | None = None) -> dt.datetime | None: ...
    async def references(self, scope: Scope, guest_id: str) -> frozenset[str]: ...
    async def doubtful(self, scope: Scope, guest_id: str, text: str) -> int: ...


class Side:
    """A store and the events that it told."""

    def __init__(self, store: Messages, mongo: Mongo | None = None) -> None:
        self.store, self.mongo = store, mongo

    async def ask(self, *rows: GuestMessage) -> int:
        """Messages are asked for, in one transaction."""
        if self.mongo is None:
            return await self.store.request(HERE, NO_TX, rows, WHY)
        return await self.mongo.run(lambda tx: self.store.request(HERE, tx, rows, WHY))

    async def leaving(self, row: GuestMessage) -> GuestMessage:
        """A message that is being sent by SMS."""
        await self.ask(row)
        assert await self.store.claim(HERE, NOON, LONG_AGO)
        chosen = row.model_copy(update={"way": "sms", "next_ways": ("email",)})
        await self.store.choose(HERE, chosen)
        assert await self.store.sending(HERE, chosen, NOON)
        return chosen

    async def told(self, message_id: str) -> list[tuple[str, int]]:
        """The events of a message: what they say, and their versions."""
        if self.mongo is None:
            assert isinstance(self.store, FakeMessages)
            events = [(one.type, one.sequence) for one in self.store.events if one.subject == message_id]
            return sorted(events, key=lambda one: one[1])
        rows = await self.mongo.collection("events").find({"agg": message_id}, sort=[("ver", 1)])
        return [(row["type"], row["ver"]) for row in rows]

    async def held(self, message_id: str) -> GuestMessage:
        """A message as it stands."""
        found = await self.store.find(HERE, message_id)
        assert found
        return found


@pytest.fixture(params=["fake", "real"])
async def side(request: pytest.FixtureRequest, mongo_url: str, database_name: str) -> AsyncIterator[Side]:
    """Messages in memory, and in MongoDB."""
    mongo = Mongo(mongo_url, database_name)
    yield await SIDES[request.param](mongo)
    await mongo.close()


async def _fake(mongo: Mongo) -> Side:
    return Side(FakeMessages())


async def _real(mongo: Mongo) -> Side:
    clock = Clock()
    outbox = Outbox(mongo, clock, "tests")
    await outbox.prepare()
    timers = Timers(mongo, clock, Metrics(), "me")
    return Side(MessageStore(mongo, outbox, Idempotency(mongo, clock), timers), mongo)


SIDES = {"fake": _fake, "real": _real}


def outgoing(message_id: str = "m-1", **more: Any) -> GuestMessage:
    """A message that waits."""
    return GuestMessage(
        chain=CHAIN,
        message=message(message_id, Direction.OUTBOUND, MessageState.QUEUED),
        send=True,
        text="Your taxi is here.",
        progress=Progress.PENDING,
        correlation="test-run-1",
        **more,
    )


def inbound(message_id: str = "in-1", **more: Any) -> GuestMessage:
    """What a guest wrote."""
    written = message(message_id, Direction.INBOUND, MessageState.RECEIVED)
    return GuestMessage(chain=CHAIN, message=written, text="A cot, please.", correlation="c", said=1, **more)


def message(message_id: str, direction: Direction, state: MessageState) -> Message:
    """One of the guest Ana, by SMS."""
    return Message(
        id=message_id, property_id=PROPERTY, guest_id="guest-ana", stay_id="stay-1", direction=direction,
        channel="sms", topic_code="taxi", state=state, at=NOON, version=1,
    )  # fmt: skip


def handed(row: GuestMessage, state: MessageState = MessageState.SENT, failure: str | None = None) -> GuestMessage:
    """As our own work says that it ended."""
    return concluded(tried(row, "sms", Handed(state, "SM1", failure), NOON), NOON)


def news(state: MessageState, failure: str | None = None) -> Any:
    """As the provider says that it stands."""
    return lambda row: concluded(tried(row, "sms", Handed(state, "SM1", failure), LATER), LATER)


async def test_message_is_asked_for_once(side: Side) -> None:
    assert [await side.ask(outgoing()), await side.ask(outgoing(), outgoing("m-2"))] == [1, 1]
    assert await side.told("m-1") == []


async def test_message_is_taken_by_one_until_its_claim_has_run_out(side: Side) -> None:
    await side.ask(outgoing())
    taken = [await side.store.claim(HERE, NOON, LONG_AGO) for _ in range(2)]
    assert [one[1] if one else None for one in taken] == [False, None]
    assert await side.store.claim(HERE, LATER, LATER) is not None


async def test_message_leaves_only_for_who_claimed_it_and_once(side: Side) -> None:
    row = outgoing()
    await side.ask(row)
    assert not await side.store.sending(HERE, row, NOON)
    await side.store.claim(HERE, NOON, LONG_AGO)
    assert not await side.store.sending(ELSEWHERE, row, NOON)
    assert [await side.store.sending(HERE, row, NOON) for _ in range(2)] == [True, False]
    # Whoever died with it in hand: it may have left, and is taken to be looked for.
    again = await side.store.claim(HERE, LATER, LATER)
    assert again
    assert (again[0].progress, again[1]) == (Progress.SENDING, True)


async def test_words_and_way_are_written_down_by_who_has_it_alone(side: Side) -> None:
    row = outgoing()
    await side.ask(row)
    await side.store.choose(HERE, row.model_copy(update={"way": "sms"}))
    assert (await side.held("m-1")).way is None
    assert await side.store.claim(HERE, NOON, LONG_AGO)
    await side.store.choose(HERE, row.model_copy(update={"way": "email"}))
    assert (await side.held("m-1")).way == "email"


async def test_message_that_is_put_off_is_due_then(side: Side) -> None:
    row = await side.leaving(outgoing())
    await side.store.put_off(HERE, row, LATER, "throttled")
    assert await side.store.claim(HERE, NOON, LONG_AGO) is None
    taken = await side.store.claim(HERE, LATER, LONG_AGO)
    assert taken
    assert (taken[0].progress, taken[1]) == (Progress.PENDING, False)
    seen = await side.store.waiting(HERE, "m-1")
    assert seen
    assert (seen.attempts, seen.failure, seen.state) == (1, "throttled", "pending")


async def test_message_ends_once_with_its_events_and_not_for_another_hotel(side: Side) -> None:
    row = await side.leaving(outgoing())
    assert not await side.store.settle(ELSEWHERE, handed(row), WHY, NOON)
    assert [await side.store.settle(HERE, handed(row), WHY, NOON) for _ in range(2)] == [True, False]
    assert await side.told("m-1") == [("message.sent.v1", 1)]
    assert await side.store.references(HERE, "guest-ana") == {"SM1"}
    assert await side.store.find(ELSEWHERE, "m-1") is None


async def test_message_that_nobody_knows_of_is_dead_and_looked_for_when_it_is_due(side: Side) -> None:
    row = await side.leaving(outgoing())
    lost = moved(row, MessageState.FAILED, NOON, failure="outcome_unknown")
    lost = lost.model_copy(update={"progress": Progress.UNKNOWN})
    await side.store.settle(HERE, lost, WHY, NOON, Ending("no_answer", dead=True, next_try=LATER))
    assert await side.store.claim(HERE, NOON, LONG_AGO) is None
    looked = await side.store.claim(HERE, LATER, LONG_AGO)
    assert looked
    assert looked[1] is True
    await side.store.hear(HERE, "m-1", news(MessageState.DELIVERED), WHY)
    seen = await side.store.waiting(HERE, "m-1")
    assert seen
    assert (seen.dead, seen.deaths, seen.state) == (False, 2, "settled")
    assert [one[0] for one in await side.told("m-1")] == ["message.failed.v1", "message.delivered.v1"]


async def test_news_of_nobodys_message_and_news_that_say_nothing_change_nothing(side: Side) -> None:
    await side.ask(outgoing())
    assert await side.store.hear(HERE, "m-9", news(MessageState.SENT), WHY) is None
    assert await side.store.hear(ELSEWHERE, "m-1", news(MessageState.SENT), WHY) is None
    assert await side.store.hear(HERE, "m-1", lambda row: row, WHY) == await side.held("m-1")
    assert await side.told("m-1") == []


async def test_what_a_guest_wrote_is_kept_once_and_known_by_its_channel(side: Side) -> None:
    assert [await side.store.receive(HERE, inbound(), WHY) for _ in range(2)] == [True, False]
    assert await side.store.receive(HERE, inbound("in-2", auto="auto_reply"), WHY)
    assert [await side.told(one) for one in ("in-1", "in-2")] == [[("message.received.v1", 1)], []]
    assert await side.store.last_inbound(HERE, "guest-ana") == NOON
    assert await side.store.last_inbound(HERE, "guest-ana", "whatsapp") is None


async def test_messages_in_the_same_words_that_nobody_knows_of_are_counted(side: Side) -> None:
    row = await side.leaving(outgoing("m-1"))
    await side.leaving(outgoing("m-2"))
    await side.ask(outgoing("m-3"))
    text = row.text or ""
    counts = [await side.store.doubtful(HERE, guest, said) for guest, said in (("guest-ana", text), ("g", text))]
    assert [*counts, await side.store.doubtful(HERE, "guest-ana", "other")] == [2, 0, 0]
    await side.store.settle(HERE, handed(row), WHY, NOON)
    assert await side.store.doubtful(HERE, "guest-ana", text) == 1


ORDERS = {
    "the answer first": lambda answer, heard: [answer, heard],
    "the news first": lambda answer, heard: [heard, answer],
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("said", "failure", "state", "progress"),
    [
        (MessageState.DELIVERED, None, MessageState.DELIVERED, Progress.SETTLED),
        (MessageState.FAILED, "unreachable", MessageState.SENT, Progress.PENDING),
    ],
)
async def test_who_is_second_sees_what_the_first_has_said(
    side: Side, order: str, said: MessageState, failure: str | None, state: MessageState, progress: Progress
) -> None:
    row = await side.leaving(outgoing())
    answer = side.store.settle(HERE, handed(row), WHY, NOON)
    heard = side.store.hear(HERE, "m-1", news(said, failure), WHY)
    for one in ORDERS[order](answer, heard):
        await one
    after = await side.held("m-1")
    # What failed waits for its next way, whoever spoke first; what arrived has arrived.
    assert (after.progress, [(one.state, one.reference) for one in after.tries]) == (progress, [(said, "SM1")])
    assert [version for _, version in await side.told("m-1")] == list(range(1, after.said + 1))
    assert after.message.state in (state, MessageState.QUEUED)


async def test_news_and_answer_at_one_moment_end_as_one_after_the_other(side: Side) -> None:
    rows = [await side.leaving(outgoing(f"m-{number}")) for number in range(RACES)]
    answers = [side.store.settle(HERE, handed(row), WHY, NOON) for row in rows]
    heard = [side.store.hear(HERE, row.message.id, news(MessageState.DELIVERED), WHY) for row in rows]
    both: list[Any] = [one for pair in zip(answers, heard, strict=True) for one in pair]
    await asyncio.gather(*both)
    for row in rows:
        after, told = await side.held(row.message.id), await side.told(row.message.id)
        assert (after.message.state, after.progress) == (MessageState.DELIVERED, Progress.SETTLED)
        assert [one for one, _ in told][-1] == "message.delivered.v1"
        assert [version for _, version in told] == list(range(1, after.said + 1))


async def test_way_that_failed_before_its_answer_came_takes_nothing_from_who_sends_by_the_next(side: Side) -> None:
    row = await side.leaving(outgoing())
    await side.store.hear(HERE, "m-1", news(MessageState.FAILED, "unreachable"), WHY)
    taken = await side.store.claim(HERE, NOON, LONG_AGO)
    assert taken
    second = taken[0].model_copy(update={"way": "email", "next_ways": ()})
    await side.store.choose(HERE, second)
    assert await side.store.sending(HERE, second, NOON)
    # Frozen until now, the first one says that it was handed over.
    assert await side.store.settle(HERE, handed(row), WHY, LATER)
    seen = await side.store.waiting(HERE, "m-1")
    assert seen
    assert (seen.state, (await side.held("m-1")).way) == ("sending", "email")
    mailed = concluded(tried(second, "email", Handed(MessageState.SENT, "mail-1"), LATER), LATER)
    assert await side.store.settle(HERE, mailed, WHY, LATER)
    after = await side.held("m-1")
    assert [(one.channel, one.state.value) for one in after.tries] == [("sms", "failed"), ("email", "sent")]
    assert await side.told("m-1") == [("message.sent.v1", 1)]

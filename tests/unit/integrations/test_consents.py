"""What guests agree to be sent, and mail that holds one address and nothing else."""

from typing import cast

import pytest

from services.integrations.domain.consents import allowed, changed, purpose_of, stops
from services.integrations.domain.mail import plain_address, subject
from services.integrations.ports.consents import ConsentStore
from services.integrations.usecases.consenting import HearConsents
from shared.chassis.mongo import Tx
from shared.contracts.messages import Direction, Message, MessageState
from tests.factories.guest_events import message_told
from tests.factories.records import NOON


@pytest.mark.parametrize(
    ("given", "service", "marketing"),
    [
        ({}, True, True),
        ({("email", "marketing"): False}, True, False),
        ({("email", "service"): False}, False, False),
        ({("email", "service"): False, ("email", "marketing"): True}, False, False),
        ({("sms", "service"): False}, True, True),
        ({("email", "marketing"): True}, True, True),
    ],
)
def test_stop_stops_and_another_channel_is_another_matter(
    given: dict[tuple[str, str], bool], service: bool, marketing: bool
) -> None:
    assert (allowed(given, "email", "service"), allowed(given, "email", "marketing")) == (service, marketing)


def test_offers_are_marketing_and_what_is_about_the_stay_is_service() -> None:
    assert [purpose_of(("offer", "x")), purpose_of((None, "campaign_reply"))] == ["marketing"] * 2
    assert [purpose_of(("pre_arrival", "guest_request")), purpose_of((None, None))] == ["service"] * 2


def test_word_that_changes_nothing_is_no_new_version() -> None:
    first = changed(None, "guest-1", "city", "email", "service", False, "guest", NOON)
    assert first
    assert changed(first, "guest-1", "city", "email", "service", False, "staff", NOON) is None
    back = changed(first, "guest-1", "city", "email", "service", True, "guest", NOON)
    assert back
    assert (first.id, back.version) == (back.id, 2)


@pytest.mark.parametrize(
    ("direction", "topic", "answer", "stop"),
    [
        (Direction.INBOUND, "stop", None, True),
        (Direction.INBOUND, "other", "unsubscribe", True),
        (Direction.INBOUND, "baby_cot", None, False),
        (Direction.OUTBOUND, "stop", None, False),
    ],
)
def test_guest_who_writes_stop_means_it(direction: Direction, topic: str, answer: str | None, stop: bool) -> None:
    message = Message(
        id="m-1",
        property_id="city",
        direction=direction,
        channel="sms",
        topic_code=topic,
        answer=answer,
        state=MessageState.RECEIVED,
        at=NOON,
        version=1,
    )
    assert stops(message) is stop


@pytest.mark.parametrize("address", ["ana@hotel.example", "a.b+c@sub.hotel.example"])
def test_one_address_is_taken(address: str) -> None:
    assert plain_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "ana@localhost",
        "ana@a.example,eve@b.example",
        "ana@a.example\r\nBcc: eve@b.example",
        "Ana <ana@a.example>",
        "ana@b@c.example",
        "ana @a.example",
        "a" * 250 + "@a.example",
    ],
)
def test_anything_else_is_not(address: str) -> None:
    assert not plain_address(address)


def test_subject_is_in_the_guests_language() -> None:
    assert subject("de") != subject("en") == subject("xx")


class Heard:
    """Counts what is heard."""

    def __init__(self) -> None:
        self.said: list[object] = []

    async def hear(self, *told: object) -> None:
        """Keep it."""
        self.said.append(told)


@pytest.mark.parametrize(("verb", "count"), [("received", 1), ("linked", 0), ("settled", 0)])
async def test_stop_is_heard_when_it_comes_and_not_when_its_message_is_spoken_of_later(verb: str, count: int) -> None:
    heard = Heard()
    events = [message_told(verb, guest_id="guest-1", channel="sms", topic_code="stop")]
    await HearConsents(cast("ConsentStore", heard)).apply(cast("Tx", None), events)
    assert len(heard.said) == count

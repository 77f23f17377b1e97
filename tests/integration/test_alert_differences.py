"""What two systems say differently, and what nobody wrote down: seen, rung, and over when it is put right."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope
from shared.contracts.feeds import Feed, FeedEvent
from shared.contracts.identity import system
from shared.contracts.messages import Direction, Message, MessageEvent, MessageState
from shared.contracts.money import Posting, PostingEvent, PostingState
from shared.contracts.partners import SubscriptionEvent, SubscriptionState
from shared.contracts.records import CheckedValue, LineKind, MoneyLine, Trigger, TriggerKind
from shared.contracts.stays import SpecialRequest, Stay, StayEvent
from shared.contracts.values import Money
from tests.factories.bell import ADMIN, ANA, DUE, Bell, bell
from tests.factories.guest_records import stay
from tests.factories.records import CHAIN, NOON, PROPERTY, Story, envelope, minutes

pytestmark = pytest.mark.integration
ME = system("tests")


@pytest.fixture
async def house(mongo_url: str, database_name: str) -> AsyncIterator[Bell]:
    async with bell(mongo_url, database_name) as held:
        yield held


def booked(**told: Any) -> Stay:
    """The stay of the usual record, in room 412."""
    return stay(property_id=PROPERTY, chain=CHAIN).model_copy(update={"id": "stay-1", "room": "412", **told})


def told(one: Stay, at: dt.datetime, *, backfill: bool = False) -> Envelope:
    """An event of a stay."""
    body = StayEvent(actor=ME, stay=one, backfill=backfill)
    return envelope("stay.changed.v1", one.id, one.version, at, body)


def checked(at: dt.datetime, value: Any = "15:00") -> CheckedValue:
    return CheckedValue(field="promised_time", value=value, rule="hours", rules_version=1, checker=ME, at=at)


async def promised(house: Bell, value: Any = "15:00") -> Story:
    """A record whose value was checked while its guest had room 412."""
    await house.standing.hears(told(booked(), NOON))
    story = Story().accepted(NOON + minutes(1)).then("value_checked", NOON + minutes(2), checked=checked(NOON, value))
    await house.standing.hears(*story.events)
    return story


async def test_stay_that_drifts_from_the_checked_value_rings_and_ends_when_it_is_put_right(house: Bell) -> None:
    await promised(house)
    await house.standing.hears(told(booked(room="214", version=2), NOON + minutes(3)))
    alert = await house.one("stay_mismatch")
    assert (alert["record_id"], alert["audience"], alert["state"]) == ("rec-1", ["staff-ana"], "open")
    await house.standing.hears(told(booked(version=3), NOON + minutes(4)))
    assert (await house.one("stay_mismatch"))["state"] == "resolved"


async def test_stay_that_drifts_is_seen_whichever_is_heard_first(house: Bell) -> None:
    story = Story().accepted(NOON + minutes(1)).then("value_checked", NOON + minutes(2), checked=checked(NOON))
    await house.standing.hears(*story.events, told(booked(), NOON))
    assert [each["rule"] for each in await house.listed()] == []
    await house.standing.hears(told(booked(version=2, departure=booked().departure + dt.timedelta(days=1)), NOON))
    assert (await house.one("stay_mismatch"))["by_hand"] is True


async def test_value_checked_again_is_compared_with_what_the_pms_says_then(house: Bell) -> None:
    story = await promised(house)
    await house.standing.hears(told(booked(room="214", version=2), NOON + minutes(3)))
    story.then("value_checked", NOON + minutes(5), checked=checked(NOON + minutes(5)))
    await house.standing.hears(story.events[-1])
    assert (await house.one("stay_mismatch"))["state"] == "resolved"


async def test_old_word_of_a_stay_told_again_drifts_from_nothing(house: Bell) -> None:
    await house.standing.hears(told(booked(room="101"), NOON), told(booked(version=2), NOON))
    await promised(house)
    await house.standing.hears(told(booked(version=2), NOON + minutes(3)), told(booked(room="101"), NOON + minutes(3)))
    assert await house.listed("all") == []


async def test_balance_that_moves_rings_where_money_was_checked_and_not_elsewhere(house: Bell) -> None:
    await promised(house, {"amount": 1200, "currency": "EUR"})
    more = Money(amount=booked().balance.amount + 500, currency=booked().balance.currency)
    await house.standing.hears(told(booked(balance=more, version=2), NOON + minutes(3)))
    assert (await house.one("balance_mismatch"))["state"] == "open"


async def test_silent_pms_hides_its_hotel_s_differences_and_they_ring_when_it_is_back(house: Bell) -> None:
    await promised(house)
    house.standing.at(NOON + minutes(60 * 13))
    await house.standing.fires()
    assert (await house.one("feed_silent"))["audience"] == ["staff-dan"]
    # A difference that is seen without any news of the PMS: the record's value is checked against what it said last.
    late = NOON + minutes(60 * 13)
    await house.standing.hears(told(booked(room="214", version=2), NOON + minutes(3)))
    assert ((await house.one("stay_mismatch"))["hushed"], await house.heard(ANA)) == (True, ["overdue"])
    await house.standing.hears(told(booked(room="214", version=3), late))
    await house.standing.fires()
    assert (await house.one("feed_silent"))["state"] == "resolved"
    assert "stay_mismatch" in await house.heard(ANA)


async def test_recovery_for_a_vip_rings_the_duty_manager_whichever_is_heard_first(house: Bell) -> None:
    await house.standing.hears(*Story(kind="service_recovery").events)
    assert await house.listed() == []
    await house.standing.hears(told(booked(vip=True), NOON + minutes(1)))
    alert = await house.one("vip_recovery")
    assert (alert["severity"], alert["audience"]) == ("critical", ["staff-dan"])


async def test_posting_of_another_amount_than_approved_rings_finance(house: Bell) -> None:
    line = MoneyLine(id="line-1", kind=LineKind.CHARGE, amount=Money(amount=1200, currency="EUR"))
    await house.standing.hears(*Story(money=(line,)).accepted(NOON + minutes(1)).events)
    posting = Posting(
        id="post-1", property_id=PROPERTY, record_id="rec-1", line_id="line-1", kind=LineKind.CHARGE,
        amount=Money(amount=1300, currency="EUR"), state=PostingState.DONE, at=NOON, version=1,
    )  # fmt: skip
    body = PostingEvent(actor=ME, posting=posting)
    await house.standing.hears(envelope("posting.done.v1", "post-1", 1, NOON + minutes(2), body))
    assert (await house.one("posting_mismatch"))["audience"] == ["staff-fin"]


def wrote(**said: Any) -> Envelope:
    """A guest's message that opened nothing by itself."""
    message = Message(
        id="msg-7", property_id=PROPERTY, direction=Direction.INBOUND, channel="whatsapp", topic_code="other",
        state=MessageState.RECEIVED, at=NOON, version=1,
    )  # fmt: skip
    body = MessageEvent(actor=ME, message=message.model_copy(update=said))
    return envelope("message.received.v1", "msg-7", 1, NOON, body)


def opened_for(source: str, at: dt.datetime = NOON) -> Story:
    """A record that was opened for a message or a comment."""
    return Story("rec-5", at, trigger=Trigger(kind=TriggerKind.GUEST_REQUEST, key=f"guest_request:message:{source}"))


async def test_message_without_a_record_rings_and_a_record_for_it_ends_that(house: Bell) -> None:
    await house.standing.hears(wrote())
    await house.at(-40)
    assert (await house.one("unrecorded_message"))["state"] == "open"
    await house.standing.hears(*opened_for("msg-7", at=NOON + minutes(20)).events)
    assert (await house.one("unrecorded_message"))["state"] == "resolved"


async def test_alert_of_a_message_that_needs_no_record_ends_when_somebody_says_so(house: Bell) -> None:
    await house.standing.hears(wrote())
    await house.at(-40)
    assert (await house.one("unrecorded_message"))["state"] == "open"
    body = body_of(wrote(settled="no_work", version=2))
    assert isinstance(body, MessageEvent)
    await house.standing.hears(envelope("message.settled.v1", "msg-7", 2, NOON + minutes(20), body))
    assert (await house.one("unrecorded_message"))["state"] == "resolved"


@pytest.mark.parametrize("first", [True, False])
async def test_message_with_a_record_rings_nobody_whichever_is_heard_first(house: Bell, first: bool) -> None:
    record, message = opened_for("msg-7").accepted(NOON + minutes(1)).events, [wrote()]
    for event in (*record, *message) if first else (*message, *record):
        await house.standing.hears(event)
    await house.at(-20)
    assert await house.listed("all") == []


async def test_guest_s_answer_needs_no_record(house: Bell) -> None:
    await house.standing.hears(wrote(answer="yes"))
    await house.at(-20)
    assert await house.listed("all") == []


async def test_comment_in_the_pms_without_a_record_is_listed_and_imported_history_is_not(house: Bell) -> None:
    comments = (SpecialRequest(id="note-1", code="other"), SpecialRequest(id="note-2", code="quiet_room"))
    await house.standing.hears(told(booked(comments=comments), NOON))
    old = booked(comments=comments).model_copy(update={"id": "stay-old"})
    await house.standing.hears(told(old, NOON, backfill=True))
    await house.standing.hears(
        *Story("rec-6", trigger=Trigger(kind=TriggerKind.BOOKING, key="note:stay-1:note-2")).events
    )
    await house.at(1)
    assert (await house.one("unrecorded_comment"))["subject"] == "comment|note-1"


async def test_connection_that_fails_hides_what_it_explains_within_the_hour_and_says_which_it_is(house: Bell) -> None:
    await promised(house)
    feed = Feed(id=f"feed:{PROPERTY}", property_id=PROPERTY, pms="apaleo", answered_at=NOON, version=1)
    await house.standing.hears(envelope("feed.answered.v1", feed.id, 1, NOON, FeedEvent(actor=ME, feed=feed)))
    house.standing.at(NOON + minutes(59))
    await house.standing.fires()
    assert "connection_silent" not in [each["rule"] for each in await house.listed()]
    await house.at(1)
    alert = await house.one("connection_silent")
    assert (alert["field"], alert["audience"], alert["subject"]) == ("apaleo", ["staff-dan"], f"feed|{PROPERTY}|apaleo")
    await house.standing.hears(told(booked(room="214", version=2), NOON + minutes(3)))
    assert (await house.one("stay_mismatch"))["hushed"]
    back = feed.model_copy(update={"answered_at": DUE + minutes(2), "version": 2})
    await house.standing.hears(
        envelope("feed.answered.v1", feed.id, 2, DUE + minutes(2), FeedEvent(actor=ME, feed=back))
    )
    await house.standing.fires()
    assert (await house.one("connection_silent"))["state"] == "resolved"
    assert "stay_mismatch" in await house.heard(ANA)


async def test_partner_that_is_switched_off_rings_the_chain_s_administrator(house: Bell) -> None:
    state = SubscriptionState(id="sub-1", partner="spa-app", delivery="webhook", state="disabled", version=2)
    body = SubscriptionEvent(actor=ME, subscription=state)
    off = envelope("subscription.disabled.v1", "subscription:sub-1", 2, NOON, body)
    await house.standing.hears(off.model_copy(update={"property_id": "*"}))
    [alert] = (await house.got("/v1/alerts?state=live", ADMIN))["items"]
    assert (alert["rule"], alert["field"], alert["audience"]) == ("partner_deaf", "spa-app", [ADMIN.id])
    on = body.model_copy(update={"subscription": state.model_copy(update={"state": "active", "version": 3})})
    back = envelope("subscription.resumed.v1", "subscription:sub-1", 3, NOON + minutes(1), on)
    await house.standing.hears(back.model_copy(update={"property_id": "*"}))
    assert (await house.got("/v1/alerts?state=live", ADMIN))["items"] == []

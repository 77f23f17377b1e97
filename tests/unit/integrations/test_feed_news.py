"""What is told of a PMS's health: that it answers, seldom; that it fails, once; and nothing of one never called."""

import datetime as dt
from typing import Any

from services.integrations.domain.connections import Connection
from services.integrations.domain.endpoints import Endpoint
from services.integrations.domain.feeds import EVERY, feed_news, told
from shared.contracts.feeds import Feed

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
HOTEL = Connection(property_id="city", chain="demo", pms="mews", hotel="H", zone="UTC", currency="EUR", token="t" * 32)
SECOND = dt.timedelta(seconds=1)


def news(before: Feed | None, endpoint: Endpoint, hotel: Connection = HOTEL, at: dt.datetime = NOON) -> Feed | None:
    return feed_news(before, hotel, endpoint, at)


def worked(at: dt.datetime) -> Endpoint:
    return Endpoint("city").worked(at)


def down(at: dt.datetime, **more: Any) -> Endpoint:
    endpoint = Endpoint("city", **more)
    for _ in range(5):
        endpoint = endpoint.failed("unreachable", at)
    return endpoint


def first() -> Feed:
    feed = news(None, worked(NOON))
    assert feed is not None
    return feed


def test_pms_that_was_never_called_has_no_news() -> None:
    assert news(None, Endpoint("city")) is None


def test_answer_is_told_and_the_next_ones_seldom() -> None:
    feed = first()
    assert (feed.version, feed.answered_at, feed.failing_since) == (1, NOON, None)
    assert news(feed, worked(NOON + EVERY - SECOND)) is None
    again = news(feed, worked(NOON + EVERY))
    assert again is not None
    assert (again.version, again.answered_at) == (2, NOON + EVERY)


def test_failure_is_told_once_and_so_is_that_it_is_over() -> None:
    feed = first()
    assert news(feed, Endpoint("city", worked_at=NOON).failed("unreachable", NOON)) is None
    failing = news(feed, down(NOON, worked_at=NOON), at=NOON + SECOND)
    assert failing is not None
    assert (failing.failing_since, failing.failure, failing.answered_at) == (NOON + SECOND, "unreachable", NOON)
    assert told("demo", failing, NOON).type == "feed.failed.v1"
    assert news(failing, down(NOON, worked_at=NOON)) is None
    back = news(failing, worked(NOON + 2 * SECOND))
    assert back is not None
    assert back.failing_since is None
    assert told("demo", back, NOON).type == "feed.answered.v1"


def test_old_answer_of_the_pms_before_says_nothing_of_the_new_one() -> None:
    other = HOTEL.model_copy(update={"pms": "ohip"})
    assert news(first(), worked(NOON), other) is None
    feed = news(first(), worked(NOON + SECOND), other)
    assert feed is not None
    assert feed.pms == "ohip"

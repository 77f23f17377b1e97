"""When it is news that a hotel's PMS answers, or has begun to fail; pure."""

import datetime as dt

from services.integrations.domain.connections import Connection
from services.integrations.domain.endpoints import Endpoint
from shared.contracts.envelope import NewEvent
from shared.contracts.feeds import Feed, FeedEvent
from shared.contracts.identity import system

EVERY = dt.timedelta(minutes=10)
"""That all is well is said no more often."""
ME = system("integrations")


def feed_news(before: Feed | None, hotel: Connection, endpoint: Endpoint, now: dt.datetime) -> Feed | None:
    """What is to be told of a hotel's PMS, or None where nothing is new.

    Moments of `endpoint` and `now` are of one clock. A PMS that was never called has nothing to be told of.
    """
    version = before.version + 1 if before else 1
    answered = before.answered_at if before else None
    another = before is not None and before.pms != hotel.pms
    failed = before is not None and before.failing_since is not None and not another
    fresh = Feed(
        id=f"feed:{hotel.property_id}",
        property_id=hotel.property_id,
        pms=hotel.pms,
        answered_at=answered,
        version=version,
    )
    if endpoint.failing:
        told = fresh.model_copy(update={"failing_since": now, "failure": endpoint.failure})
        return None if failed else told
    worked = endpoint.worked_at
    if worked is None or (answered is not None and worked <= answered):
        return None
    news = answered is None or another or failed or worked - answered >= EVERY
    return fresh.model_copy(update={"answered_at": worked}) if news else None


def told(chain: str, feed: Feed, now: dt.datetime) -> NewEvent:
    """Its event."""
    return NewEvent(
        type="feed.failed.v1" if feed.failing_since else "feed.answered.v1",
        chain=chain,
        property_id=feed.property_id,
        subject=feed.id,
        sequence=feed.version,
        time=now,
        body=FeedEvent(actor=ME, feed=feed),
    )

"""Whether a hotel's PMS answers us, on `stays.v1`: so that its silence is told from a quiet night."""

from shared.contracts.envelope import EventBody
from shared.contracts.values import Code, EntityId, Instant, Version, Wire


class Feed(Wire):
    """One hotel's PMS as we hear of it: since when it fails, where it does, and when it last answered."""

    id: EntityId
    property_id: str
    pms: Code
    answered_at: Instant | None = None
    failing_since: Instant | None = None
    failure: Code | None = None
    version: Version


class FeedEvent(EventBody):
    """It answers (said again every ten minutes or so), or it has begun to fail."""

    feed: Feed


FEED_VERBS = ("answered", "failed")

"""Stage 4: nobody is told the same step of the same alert twice."""

from services.alerts.domain.notice import Delivery, Notice, World
from services.alerts.domain.preferences import INBOX
from shared.contracts.values import derived_id


def delivery_id(notice_id: str, hearer: str | None, channel: str) -> str:
    """The same for the same person, channel and step, so that a repetition is seen."""
    return derived_id("delivery", notice_id, hearer or "-", channel)


def next_way(delivery: Delivery) -> Delivery | None:
    """The same to the same person by the channel after this one."""
    if not delivery.fallbacks:
        return None
    channel, *rest = delivery.fallbacks
    name = delivery_id(delivery.notice, delivery.staff_id, channel)
    return delivery.model_copy(update={"id": name, "channel": channel, "fallbacks": tuple(rest), "wall": None})


def dedupe(notice: Notice, world: World) -> Notice:
    """Leave out the people who have this notice already; with nobody left it is dropped."""
    told = notice.told
    people = tuple(one for one in told.people if delivery_id(notice.id, one, INBOX) not in world.sent)
    if told.people and not people:
        return notice.model_copy(update={"dropped": "duplicate"})
    return notice.model_copy(update={"told": told.model_copy(update={"people": people})})

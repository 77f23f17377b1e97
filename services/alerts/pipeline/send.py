"""Stage 7: what is handed to the channels, without what they have already."""

from services.alerts.domain.notice import Notice, World


def send(notice: Notice, world: World) -> Notice:
    """Keep the deliveries that do not exist yet; the channels take them in the same transaction."""
    fresh = tuple(delivery for delivery in notice.deliveries if delivery.id not in world.sent)
    return notice.model_copy(update={"deliveries": fresh})

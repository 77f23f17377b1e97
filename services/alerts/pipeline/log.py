"""Stage 8: what became of the notice, in one word for the delivery log."""

from services.alerts.domain.notice import Notice, World


def log(notice: Notice, world: World) -> Notice:
    """Say the outcome: the stage that dropped it, else whether somebody, only a role, or nobody yet was told."""
    return notice.model_copy(update={"outcome": _outcome(notice, world)})


def _outcome(notice: Notice, world: World) -> str:
    if notice.dropped is not None:
        return notice.dropped
    inside = [delivery for delivery in notice.deliveries if not delivery.outgoing]
    if not inside:
        return "nobody_on_duty"
    if all(delivery.staff_id is None for delivery in inside):
        return "nobody_known"
    if all(delivery.visible_at > world.now for delivery in inside):
        return "deferred"
    return "sent" if any(delivery.lead for delivery in inside) else "grouped"

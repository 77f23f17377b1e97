"""Stage 6: each person on each channel, now or after the quiet hours."""

import datetime as dt

from services.alerts.domain.notice import Delivery, Notice, World
from services.alerts.pipeline.dedupe import delivery_id


def route(notice: Notice, world: World) -> Notice:
    """One delivery per person and channel; with nobody in the whole chain, one to the role itself."""
    people: tuple[str | None, ...] = notice.told.people
    if not people and notice.told.final:
        people = (None,)
    deliveries = tuple(_delivery(notice, world, one, channel) for one in people for channel in world.channels)
    return notice.model_copy(update={"deliveries": deliveries})


def _delivery(notice: Notice, world: World, staff_id: str | None, channel: str) -> Delivery:
    alert = notice.live.alert
    return Delivery(
        id=delivery_id(notice, staff_id, channel),
        alert=alert.id,
        property_id=alert.property_id,
        staff_id=staff_id,
        role=notice.told.role.value,
        channel=channel,
        severity=alert.severity,
        group=notice.group,
        lead=staff_id not in notice.heard,
        visible_at=_when(notice, world, staff_id),
    )


def _when(notice: Notice, world: World, staff_id: str | None) -> dt.datetime:
    # Quiet hours belong to the person who is off duty; somebody on shift is told at once.
    if staff_id in notice.told.off_duty and notice.quiet_until is not None:
        return notice.quiet_until
    return world.now

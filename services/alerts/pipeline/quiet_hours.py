"""Stage 5: at night, people who are off duty are told in the morning; danger to life and payments do not wait."""

import datetime as dt

from services.alerts.domain.book import QuietHours
from services.alerts.domain.notice import Notice, World
from services.alerts.domain.rules import Concern
from shared.contracts.values import instant_of, zone

BYPASS = frozenset({Concern.LIFE_SAFETY, Concern.PAYMENT_FAILURE, Concern.SECURITY})


def quiet_hours(notice: Notice, world: World) -> Notice:
    """Mark until when people off duty are left alone; it defers, it never drops."""
    if notice.live.rule.concern in BYPASS:
        return notice
    quiet = world.book(notice.live.alert.property_id).quiet
    return notice.model_copy(update={"quiet_until": quiet_until(quiet, notice.live.zone, world.now)})


def quiet_until(quiet: QuietHours, zone_name: str, now: dt.datetime) -> dt.datetime | None:
    """The instant the quiet hours around `now` end in a zone, or None outside of them."""
    tz = zone(zone_name)
    local = now.astimezone(tz)
    time, start, end = local.time(), quiet.start, quiet.end
    within = start <= time < end if start < end else (time >= start or time < end)
    if start == end or not within:
        return None
    day = local.date() if time < end else local.date() + dt.timedelta(days=1)
    return instant_of(dt.datetime.combine(day, end), tz)

"""When a record is due: UTC arithmetic on its SLA, or an anchor in the stay's local time."""

import datetime as dt
from zoneinfo import ZoneInfo

from services.records.domain.kinds import Anchor, Moment
from shared.contracts.records import Sla
from shared.contracts.stays import Stay
from shared.contracts.values import instant_of


def anchored(anchor: Anchor | None, stay: Stay, zone: ZoneInfo) -> dt.datetime | None:
    """The UTC instant an anchor means for a stay, or None while its moment is not known."""
    if anchor is None:
        return None
    if anchor.moment is Moment.CHECKED_OUT:
        return stay.checked_out_at + dt.timedelta(hours=anchor.hours) if stay.checked_out_at else None
    day = stay.arrival if anchor.moment is Moment.ARRIVAL else stay.departure
    local = dt.datetime.combine(day + dt.timedelta(days=anchor.days), anchor.at)
    return instant_of(local, zone) + dt.timedelta(hours=anchor.hours)


def due(sla: Sla, now: dt.datetime, anchor: dt.datetime | None) -> dt.datetime:
    """The anchor if it still lies ahead, else what the SLA allows from now (a late booking catches up)."""
    return anchor if anchor and anchor > now else now + dt.timedelta(seconds=sla.complete_s)


def accept_by(sla: Sla, now: dt.datetime, due_at: dt.datetime) -> dt.datetime:
    """When somebody must have taken the work on: counted from when it has to start, not from a far-off booking.

    While the clock stands, `now` is when it was stopped: starting it again adds the whole pause.
    """
    start = max(now, due_at - dt.timedelta(seconds=sla.complete_s))
    return start + dt.timedelta(seconds=sla.accept_s)

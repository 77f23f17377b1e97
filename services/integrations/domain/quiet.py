"""Quiet hours of guests: when a message may leave, by every clock that the guest may live by; pure."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from services.integrations.domain.guests import Profile
from services.integrations.domain.numbers import e164, zones_of_country, zones_of_number
from shared.contracts.stays import Stay, StayStatus
from shared.contracts.values import Frozen, LocalTime

ROUNDS = 8


class QuietHours(Frozen):
    """From when to when nobody is disturbed, in local time; may pass midnight."""

    start: LocalTime
    end: LocalTime


def guest_zones(stay: Stay | None, profile: Profile | None, hotel_zone: str) -> tuple[str, ...]:
    """The clocks a guest may live by: the hotel's while they are there, else that of their number or country."""
    if profile is None or (stay is not None and stay.status is StayStatus.CHECKED_IN):
        return (hotel_zone,)
    number = e164(profile.phone, profile.country)
    return (zones_of_number(number) if number else ()) or zones_of_country(profile.country) or (hotel_zone,)


def may_leave_at(now: dt.datetime, quiet: QuietHours, zones: Sequence[str]) -> dt.datetime:
    """The first moment from now on that is quiet on none of these clocks.

    Where no hour is good on all of them (a country all around the world), the first one counts.
    """
    found = _agreed(now, quiet, zones)
    return found if found is not None else (_agreed(now, quiet, zones[:1]) or now)


def _agreed(now: dt.datetime, quiet: QuietHours, zones: Sequence[str]) -> dt.datetime | None:
    moment = now
    for _ in range(ROUNDS):
        later = max((_after(moment, quiet, ZoneInfo(name)) for name in zones), default=moment)
        if later == moment:
            return moment
        moment = later
    return None


def _after(moment: dt.datetime, quiet: QuietHours, zone: ZoneInfo) -> dt.datetime:
    """The end of the quiet hours that a moment lies in; the moment itself when it lies in none."""
    local = moment.astimezone(zone)
    at, start, end = local.time(), quiet.start, quiet.end
    if start <= end:
        inside, day = start <= at < end, local.date()
    else:
        inside = at >= start or at < end
        day = local.date() + dt.timedelta(days=1) if at >= start else local.date()
    if not inside:
        return moment
    # Converted from local time: where that hour is skipped, the first one after it.
    return dt.datetime.combine(day, end, tzinfo=zone).astimezone(dt.UTC)

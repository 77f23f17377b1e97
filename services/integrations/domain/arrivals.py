"""What comes in from guests by a channel: whose it is, and which stay it belongs to; pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from shared.contracts.stays import Stay, StayStatus
from shared.contracts.values import derived_id

MAX_TEXT = 4000


@dataclass(frozen=True)
class Arrival:
    """One message as it came. `vendor_id` makes it once; `answers` are the ids of ours that it may answer."""

    vendor_id: str
    channel: str
    sender: str | None
    text: str | None
    answers: tuple[str, ...] = ()
    auto: str | None = None
    media: int = 0
    cut: bool = False


def arrival_id(property_id: str, vendor_id: str) -> str:
    """The id of a message that came; the same one again is the same message."""
    return derived_id("message", property_id, vendor_id)


def stay_for(stays: Iterable[Stay], today: dt.date) -> Stay | None:
    """The stay that somebody writes about: where they are; else the next one; else the latest that ended."""
    known = list(stays)
    here = [one for one in known if one.status is StayStatus.CHECKED_IN]
    ahead = [one for one in known if one.status is StayStatus.BOOKED and one.departure >= today]
    past = [one for one in known if one.status is StayStatus.CHECKED_OUT]
    if here:
        return max(here, key=lambda one: (one.arrival, one.id))
    if ahead:
        return min(ahead, key=lambda one: (one.arrival, one.id))
    return max(past, key=lambda one: (one.departure, one.id), default=None)

"""How our mirror of a reservation follows its PMS: newer vendor time wins, and only a real change is an event."""

import datetime as dt
from dataclasses import dataclass

from services.integrations.domain.reservations import Reservation
from shared.contracts.envelope import Change
from shared.contracts.stays import Stay, StayStatus
from shared.contracts.values import Money, stay_id

_RANK = {status: rank for rank, status in enumerate(StayStatus)}
_VERBS = {
    StayStatus.CHECKED_IN: "checked_in",
    StayStatus.CHECKED_OUT: "checked_out",
    StayStatus.CANCELLED: "cancelled",
    StayStatus.NO_SHOW: "no_show",
}
_UNTOLD = frozenset({"version", "source_time"})


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a stay has followed its PMS: a total order, so that every delivery order ends in the same state."""

    at: dt.datetime
    rank: int
    tie: str

    @property
    def key(self) -> tuple[dt.datetime, int, str]:
        """What two marks are compared by."""
        return (self.at, self.rank, self.tie)


@dataclass(frozen=True, slots=True)
class Mirrored:
    """The stay after a delivery; `event` is None when nothing was new, `mark` None when it was older."""

    stay: Stay
    event: str | None
    changes: tuple[Change, ...]
    mark: Mark | None


def mark_of(seen: Reservation, tie: str) -> Mark:
    """The mark of a delivery; `tie` (the vendor's event id) decides between two of one moment and status."""
    moment = seen.source_time.replace(microsecond=seen.source_time.microsecond // 1000 * 1000)
    return Mark(moment, _RANK[seen.status], tie)


def stay_of(
    seen: Reservation,
    chain: str,
    guest_id: str,
    *,
    language: str,
    profile_version: int = 1,
    posted: int = 0,
) -> Stay:
    """The stay a reservation says, at version 1; `posted` is what we posted to its folio, in minor units."""
    return Stay(
        id=stay_id(seen.property_id, seen.pms, seen.number),
        chain=chain,
        property_id=seen.property_id,
        version=1,
        pms=seen.pms,
        reservation=seen.number,
        confirmation=seen.confirmation,
        status=seen.status,
        guest_id=guest_id,
        profile_version=profile_version,
        arrival=seen.arrival,
        departure=seen.departure,
        booked_at=seen.booked_at,
        checked_in_at=seen.checked_in_at,
        checked_out_at=seen.checked_out_at,
        cancelled_at=seen.cancelled_at,
        room=seen.room,
        room_type_reserved=seen.room_type_reserved,
        room_type_assigned=seen.room_type_assigned,
        party=seen.party,
        rate=seen.rate,
        balance=Money(amount=seen.balance.amount + posted, currency=seen.balance.currency),
        meal=seen.meal,
        segment=seen.segment,
        channel=seen.channel,
        deposit=seen.deposit,
        country=seen.country,
        language=language,
        tier=seen.tier,
        loyalty_points=seen.loyalty_points,
        repeat=seen.repeat,
        vip=seen.vip,
        parking=seen.parking,
        requests=seen.requests,
        comments=seen.comments,
        source_time=seen.source_time,
    )


def changes_between(before: Stay, after: Stay) -> tuple[Change, ...]:
    """Every field that differs, in the order of the contract; version and source time are not news."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    return tuple(
        Change(field=name, before=old[name], after=new[name])
        for name in new
        if name not in _UNTOLD and old[name] != new[name]
    )


def verb(before: Stay | None, after: Stay) -> str:
    """The event's past verb: what a hotel would call this change."""
    if before is None or before.status is not after.status:
        return _VERBS.get(after.status, "booked" if before is None else "changed")
    moved = (before.room, before.room_type_assigned) != (after.room, after.room_type_assigned)
    return "room_changed" if moved else "changed"


def mirror(current: Stay | None, current_mark: Mark | None, seen: Stay, mark: Mark) -> Mirrored:
    """Follow one delivery. `seen` is the stay it says, at any version; the result has the right one.

    Older than what is mirrored: nothing. Newer but equal: the mark moves, no event.
    """
    if current is None:
        first = seen if seen.version == 1 else seen.model_copy(update={"version": 1})
        return Mirrored(first, f"stay.{verb(None, first)}.v1", (), mark)
    if current_mark is not None and mark.key <= current_mark.key:
        return Mirrored(current, None, (), None)
    changes = changes_between(current, seen)
    if not changes:
        return Mirrored(current, None, (), mark)
    after = seen.model_copy(update={"version": current.version + 1})
    return Mirrored(after, f"stay.{verb(current, after)}.v1", changes, mark)

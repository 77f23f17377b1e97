"""Follow a batch of PMS deliveries: newest profiles and stays, and the events that tell of them; pure."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.integrations.domain.guests import Profile, guest_id, profile_of, renewed
from services.integrations.domain.reservations import Guest, Reservation
from services.integrations.domain.stays import Mark, Mirrored, changes_between, mark_of, mirror, stay_of
from shared.contracts.envelope import NewEvent
from shared.contracts.identity import Actor, ActorKind
from shared.contracts.stays import Stay, StayEvent, StayStatus
from shared.contracts.values import stay_id

TICK = dt.timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Delivered:
    """One thing a PMS told us: its own event id and the whole reservation after it."""

    event_id: str
    reservation: Reservation
    fetched_at: dt.datetime | None = None
    """When we asked for it, where we did: what was asked for last is the truth, whatever the vendor's clock says."""

    @property
    def stay_id(self) -> str:
        """The stay this is about."""
        return stay_id(self.reservation.property_id, self.reservation.pms, self.reservation.number)


@dataclass(frozen=True, slots=True)
class Kept:
    """A stay as our store has it: how far it followed its PMS, and what we posted to its folio in minor units."""

    stay: Stay
    mark: Mark
    posted: int = 0
    backfill: bool = False


@dataclass
class Loaded:
    """What the store has of the stays and guests a batch is about."""

    stays: dict[str, Kept] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()


@dataclass
class Followed:
    """What is to be saved, in one transaction, and how many deliveries said nothing new."""

    stays: dict[str, Kept] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    events: list[NewEvent] = field(default_factory=list)
    unchanged: int = 0


def identity_of(seen: Reservation, key: bytes, chain: str) -> tuple[str, Guest | None]:
    """The id of a reservation's guest; one without a profile is known by the reservation."""
    profile = seen.guest.profile if seen.guest else f"{seen.property_id}\x1f{seen.number}"
    return guest_id(key, chain, seen.pms, profile), seen.guest


def guests_of(batch: Sequence[Delivered], key: bytes, chain: str) -> list[str]:
    """The guest ids of a batch."""
    return sorted({identity_of(each.reservation, key, chain)[0] for each in batch})


def follow(loaded: Loaded, batch: Sequence[Delivered], key: bytes, chain: str, now: dt.datetime) -> Followed:
    """Apply deliveries in the order given; any order and any doubling end in the same stays."""
    out = Followed()
    for each in batch:
        seen = each.reservation
        who, guest = identity_of(seen, key, chain)
        guest = None if who in loaded.erased else guest  # a name that was erased does not come back
        kept = out.stays.get(each.stay_id) or loaded.stays.get(each.stay_id)
        profile = out.profiles.get(who) or loaded.profiles.get(who)
        if guest:
            fresh = renewed(profile, profile_of(guest, who, chain, seen.property_id, _learned(each, profile)))
            if fresh:
                out.profiles[who] = profile = fresh
        posted = kept.posted if kept else 0
        version = profile.version if profile else (kept.stay.profile_version if kept else 1)
        language = guest.language if guest else (kept.stay.language if kept else "en")
        said = stay_of(seen, chain, who, profile_version=version, language=language, posted=posted)
        result = mirror(kept.stay if kept else None, None if each.fetched_at else _mark(kept), said, _now(each))
        _take(out, result, posted, kept.backfill if kept else False, now)
    return out


def _mark(kept: Kept | None) -> Mark | None:
    return kept.mark if kept else None


def _now(each: Delivered) -> Mark:
    seen = each.reservation
    return mark_of(dataclasses.replace(seen, source_time=each.fetched_at or seen.source_time), each.event_id)


def _learned(each: Delivered, known: Profile | None) -> dt.datetime:
    """When a guest was as told; of what we asked for, always later than what we knew."""
    if each.fetched_at is None:
        return each.reservation.source_time
    return max(each.fetched_at, known.source_time + TICK) if known else each.fetched_at


def _take(out: Followed, result: Mirrored, posted: int, backfill: bool, now: dt.datetime) -> None:
    if result.mark:
        live = result.event is not None
        out.stays[result.stay.id] = Kept(result.stay, result.mark, posted, backfill and not live)
    if result.event:
        out.events.append(told(result.event, result.stay, result, now))
    else:
        out.unchanged += 1


def told(event: str, stay: Stay, result: Mirrored, now: dt.datetime, backfill: bool = False) -> NewEvent:
    """The event of a stay; its time is when we learned of it, the PMS's own is in the stay."""
    body = StayEvent(actor=Actor(kind=ActorKind.PMS, id=stay.pms), changes=result.changes, stay=stay, backfill=backfill)
    return NewEvent(
        type=event,
        chain=stay.chain,
        property_id=stay.property_id,
        subject=stay.id,
        sequence=stay.version,
        time=now,
        body=body,
    )


def vanished(kept: Kept, now: dt.datetime) -> Followed:
    """A reservation that the PMS does not know any more: cancelled, if it had not ended."""
    if kept.stay.status not in (StayStatus.BOOKED, StayStatus.CHECKED_IN):
        return Followed()
    gone = {"status": StayStatus.CANCELLED, "cancelled_at": now, "version": kept.stay.version + 1}
    after = kept.stay.model_copy(update=gone)
    result = Mirrored(after, "stay.cancelled.v1", changes_between(kept.stay, after), kept.mark)
    event = told("stay.cancelled.v1", after, result, now)
    return Followed(stays={after.id: dataclasses.replace(kept, stay=after, backfill=False)}, events=[event])


def backfilled(batch: Sequence[Delivered], key: bytes, chain: str, now: dt.datetime) -> Followed:
    """Stays from before the cut-over, none of which we have: one event each, marked so that nothing opens from it."""
    out = Followed()
    for each in batch:
        seen = each.reservation
        who, guest = identity_of(seen, key, chain)
        if guest and who not in out.profiles:
            out.profiles[who] = profile_of(guest, who, chain, seen.property_id, seen.source_time)
        said = stay_of(seen, chain, who, language=guest.language if guest else "en")
        result = mirror(None, None, said, mark_of(seen, each.event_id))
        assert result.mark is not None, "the first word of a stay is always new"
        assert result.event is not None
        out.stays[said.id] = Kept(result.stay, result.mark, backfill=True)
        out.events.append(told(result.event, result.stay, result, now, backfill=True))
    return out

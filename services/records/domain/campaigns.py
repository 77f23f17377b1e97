"""A campaign: an offer for the stays a hotel describes, at a moment of their stay, once each."""

import datetime as dt
import enum
import hashlib
from collections.abc import Collection, Iterable
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from services.records.domain.deadlines import anchored
from services.records.domain.eligibility import Told, facts_of, judged
from services.records.domain.kinds import Anchor, Moment
from services.records.domain.offers import Eligibility, Language, expression_faults
from shared.contracts.errors import Breach
from shared.contracts.offers import Campaign as CampaignTold
from shared.contracts.stays import Stay, StayStatus
from shared.contracts.values import (
    Code,
    EntityId,
    Frozen,
    Instant,
    LocalTime,
    Version,
    card_numbers,
    instant_of,
    local_day,
)


class When(enum.StrEnum):
    """At which part of a stay it speaks to the guest."""

    PRE_ARRIVAL = "pre_arrival"
    LATE_BOOKING = "late_booking"
    IN_STAY = "in_stay"
    POST_STAY = "post_stay"


class Phase(enum.StrEnum):
    """How far a campaign has come."""

    DRAFT = "draft"
    RUNNING = "running"
    STOPPED = "stopped"


class Arm(Frozen):
    """One of the offers that a campaign tries, and how many parts of the stays get it."""

    code: Code
    offer_id: EntityId
    weight: int = Field(default=1, strict=True, ge=1, le=100)


class CampaignTerms(Frozen):
    """What a campaign is, as a hotel writes it."""

    code: Code
    title: str = Field(min_length=1, max_length=120)
    moment: When
    audience: tuple[Eligibility, ...] = Field(default=(), max_length=20, description="All of them must be true")
    arms: tuple[Arm, ...] = Field(min_length=1, max_length=4, description="One offer, or several to compare")
    days: int = Field(
        default=-7, strict=True, ge=-366, le=366, description="Days from arrival, or from departure after it"
    )
    at: LocalTime = dt.time(10)
    reply_days: int = Field(default=3, strict=True, ge=1, le=60, description="After so many days no reply is expected")
    languages: tuple[Language, ...] = Field(default=(), max_length=20, description="None: every language")
    channel: Literal["any", "email", "sms", "whatsapp"] = "any"

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON."""
        return hashlib.sha256(self.model_dump_json(exclude_none=True).encode()).hexdigest()


class CampaignState(Frozen):
    """A campaign as it is kept. `cursor` is how far this round through the hotel's stays has come."""

    id: EntityId
    chain: str
    property_id: str
    version: Version
    phase: Phase = Phase.DRAFT
    terms: CampaignTerms
    written_by: EntityId
    approved_by: EntityId | None = None
    changed_at: Instant

    @property
    def told(self) -> CampaignTold:
        """What its events say of it."""
        return CampaignTold(
            id=self.id,
            property_id=self.property_id,
            code=self.terms.code,
            moment=self.terms.moment.value,
            state=self.phase.value,
            offers=tuple(arm.offer_id for arm in self.terms.arms),
            approved_by=self.approved_by,
            digest=self.terms.digest,
            version=self.version,
        )


STATUS: dict[When, StayStatus] = {
    When.PRE_ARRIVAL: StayStatus.BOOKED,
    When.LATE_BOOKING: StayStatus.BOOKED,
    When.IN_STAY: StayStatus.CHECKED_IN,
    When.POST_STAY: StayStatus.CHECKED_OUT,
}
"""The stays that a campaign of a moment is about."""


def campaign_faults(terms: CampaignTerms) -> list[Breach]:
    """Everything that is wrong with a campaign in itself."""
    return [Breach(field=field, rule=rule, message=message) for field, rule, message in _faults(terms)]


def _faults(terms: CampaignTerms) -> Iterable[tuple[str, str, str]]:
    yield from expression_faults("audience", terms.audience)
    codes = [arm.code for arm in terms.arms]
    if len(set(codes)) < len(codes):
        yield "arms", "twice", "Two arms have one code."
    if card_numbers(terms.title):
        yield "title", "card_number", "title holds a card number; it was not stored."
    if terms.moment in (When.PRE_ARRIVAL, When.LATE_BOOKING) and terms.days > 0:
        yield "days", "range", "Before arrival, days count back from it: 0 or less."
    if terms.moment in (When.IN_STAY, When.POST_STAY) and terms.days < 0:
        yield "days", "range", "From arrival or departure on, days count forward: 0 or more."


def trigger_key(campaign_id: str, stay_id: str) -> str:
    """The key of the one record that a campaign opens for a stay."""
    return f"campaign:{campaign_id}:{stay_id}"


def arm_of(campaign: CampaignState, stay_id: str) -> Arm:
    """The arm of a stay, by its hash: the same in every process and for ever."""
    arms = campaign.terms.arms
    parts = [arm for arm in arms for _ in range(arm.weight)]
    drawn = hashlib.sha256(f"{campaign.id}|{stay_id}".encode()).digest()
    return parts[int.from_bytes(drawn[:8]) % len(parts)]


def speaks_at(terms: CampaignTerms, stay: Stay, place: ZoneInfo) -> dt.datetime:
    """The moment for a stay, in UTC; a booking that came later is caught up with at once."""
    moment = Moment.DEPARTURE if terms.moment is When.POST_STAY else Moment.ARRIVAL
    found = anchored(Anchor(moment, days=terms.days, at=terms.at), stay, place)
    assert found is not None  # both dates are always known
    return found


def ends_at(terms: CampaignTerms, stay: Stay, place: ZoneInfo, now: dt.datetime) -> dt.datetime:
    """Until when a reply is of use: some days, and never past the part of the stay that it speaks to."""
    last = {
        When.PRE_ARRIVAL: Anchor(Moment.ARRIVAL),
        When.LATE_BOOKING: Anchor(Moment.ARRIVAL),
        When.IN_STAY: Anchor(Moment.DEPARTURE),
        When.POST_STAY: None,
    }[terms.moment]
    latest = max(now, speaks_at(terms, stay, place)) + dt.timedelta(days=terms.reply_days)
    end = anchored(last, stay, place)
    return min(latest, end) if end else latest


def addressed(
    campaign: CampaignState,
    stay: Stay,
    place: ZoneInfo,
    now: dt.datetime,
    *,
    complaining: Collection[str] = (),
    opted_out: Collection[str] = (),
) -> tuple[Told, ...]:
    """Whether a campaign is for a stay now: every condition, met or not, in words."""
    terms = campaign.terms
    return (*_own(terms, stay, place, now, complaining, opted_out), *judged(terms.audience, facts_of(stay, place, now)))


def _own(
    terms: CampaignTerms,
    stay: Stay,
    place: ZoneInfo,
    now: dt.datetime,
    complaining: Collection[str],
    opted_out: Collection[str],
) -> Iterable[Told]:
    begins, ends = speaks_at(terms, stay, place), ends_at(terms, stay, place, now)
    yield Told(rule="stay_status", met=stay.status is STATUS[terms.moment], message=f"It is for {terms.moment} stays.")
    yield Told(rule="moment", met=begins <= now, message=f"Its moment is {begins:%Y-%m-%d %H:%M} UTC.")
    yield Told(rule="in_time", met=now < ends and not _too_old(terms, begins, now), message="There is time to reply.")
    if terms.moment is When.LATE_BOOKING:
        late = stay.booked_at > begins
        yield Told(rule="late_booking", met=late, message="It was booked after the campaign's ordinary moment.")
    spoken = not terms.languages or stay.language in terms.languages
    yield Told(rule="language", met=spoken, message="The guest's language is one of the campaign's.")
    quiet = stay.guest_id not in complaining
    yield Told(rule="open_complaint", met=quiet, message="The guest has no open complaint.")
    yield Told(rule="opted_out", met=stay.guest_id not in opted_out, message="The guest has not asked us to stop.")


def _too_old(terms: CampaignTerms, begins: dt.datetime, now: dt.datetime) -> bool:
    # A stay that ended long before the campaign began is not written to any more.
    return terms.moment is When.POST_STAY and now >= begins + dt.timedelta(days=terms.reply_days)


def window(terms: CampaignTerms, now: dt.datetime, place: ZoneInfo) -> tuple[str, dt.date, dt.date]:
    """Which stays can be meant today: the date that counts (arrival or departure), the first and the last of it."""
    today = local_day(now, place)
    day, spread = dt.timedelta(days=1), dt.timedelta(days=terms.reply_days + 1)
    if terms.moment is When.POST_STAY:
        return "departure", today - dt.timedelta(days=terms.days) - spread, today
    if terms.moment is When.IN_STAY:
        return "departure", today, today + dt.timedelta(days=366)
    return "arrival", today - day, today - dt.timedelta(days=terms.days) + day


def due_days(
    terms: CampaignTerms, after: dt.datetime, now: dt.datetime, place: ZoneInfo
) -> tuple[str, tuple[dt.date, ...]]:
    """The days of arrival (or departure) whose moment came after one moment and by another; and which of the two."""
    by = "departure" if terms.moment is When.POST_STAY else "arrival"
    back = dt.timedelta(days=terms.days)
    first, last = local_day(after, place) - back, local_day(now, place) - back
    days = [first + dt.timedelta(days=each) for each in range((last - first).days + 1)]
    return by, tuple(day for day in days if after < _moment(day, terms, place) <= now)


def _moment(day: dt.date, terms: CampaignTerms, place: ZoneInfo) -> dt.datetime:
    return instant_of(dt.datetime.combine(day + dt.timedelta(days=terms.days), terms.at), place)

"""Offers, campaigns and what a guest prefers, as the records service answers them."""

import datetime as dt
from typing import Any

from pydantic import Field

from services.console.domain.tongue import _
from services.console.domain.words import plain
from shared.contracts.values import Instant, Money, Wire


class Condition(Wire):
    """One condition: whether it is met, and what it says."""

    rule: str
    met: bool
    message: str = ""


class Words(Wire):
    """What an offer says in one language."""

    title: str = ""
    text: str = ""


class Price(Wire):
    """What it costs for a stay."""

    units: int = 1
    each: Money
    total: Money


class StayOffer(Wire):
    """An offer held against one stay."""

    offer_id: str
    code: str
    words: Words = Words()
    eligible: bool = False
    why: tuple[Condition, ...] = ()
    price: Price | None = None
    way: str = "fixed"


class OfferTerms(Wire):
    """What an offer is."""

    code: str
    service: str = ""
    texts: dict[str, Words] = Field(default_factory=dict)
    price: Money
    per: str = "stay"
    tax_bp: int = 0
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    capacity: int | None = None
    notice_hours: int = 0
    instant: bool = False
    cancel_until_hours: int | None = None
    way: str = "fixed"
    floor: int | None = Field(default=None, description="Minor units, as all of these")
    ceiling: int | None = None
    reserve: int | None = None
    decided_at: dt.time | None = None
    decided_days: int = 0

    @property
    def title(self) -> str:
        """Its English title, else its code as words."""
        return next((text.title for text in self.texts.values() if text.title), "") or plain(self.code)


class Offer(Wire):
    """An offer of a hotel's catalogue."""

    id: str
    property_id: str
    version: int
    live: bool = True
    terms: OfferTerms
    published_by: str = ""
    published_at: Instant | None = None


class Arm(Wire):
    """One arm of a campaign: an offer and its weight."""

    code: str
    offer_id: str
    weight: int = 1


class Audience(Wire):
    """One of a campaign's own conditions."""

    rule: str
    expression: str = ""
    message: str = ""


class CampaignTerms(Wire):
    """What a campaign is."""

    code: str
    title: str = ""
    moment: str = "pre_arrival"
    audience: tuple[Audience, ...] = ()
    arms: tuple[Arm, ...] = ()
    days: int = 0
    at: dt.time | None = None
    reply_days: int = 3
    languages: tuple[str, ...] = ()
    channel: str = ""


class Campaign(Wire):
    """A campaign."""

    id: str
    property_id: str
    version: int
    phase: str
    terms: CampaignTerms
    written_by: str = ""
    approved_by: str | None = None
    changed_at: Instant | None = None


class Meant(Wire):
    """One stay of a preview: whether it is meant, and why."""

    stay_id: str
    room: str | None = None
    meant: bool = False
    arm: str = ""
    why: tuple[Condition, ...] = ()


class Preview(Wire):
    """Whom a campaign would write to now, and why not the others."""

    looked_at: int = 0
    meant: int = 0
    unmet: dict[str, int] = Field(default_factory=dict)
    stays: tuple[Meant, ...] = ()
    complete: bool = True

    @property
    def by_arm(self) -> dict[str, int]:
        """How many of the stays shown would get which arm."""
        arms = [one.arm for one in self.stays if one.meant and one.arm]
        return {arm: arms.count(arm) for arm in sorted(set(arms))}


class ArmResult(Wire):
    """What became of one arm."""

    arm: str
    sent: int = 0
    answered: int = 0
    accepted: int = 0
    sold: int = 0
    revenue: Money

    @property
    def conversion(self) -> float | None:
        """The share of those written to that bought."""
        return self.sold / self.sent if self.sent else None


class Results(Wire):
    """What became of a campaign."""

    arms: tuple[ArmResult, ...] = ()


class Preference(Wire):
    """Something a guest is known to prefer."""

    kind_title: str = ""
    topic: str = ""
    fields: dict[str, Any] = Field(default_factory=dict)
    masked_fields: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The topic; what stands behind it where it may be read."""
        detail = ", ".join(str(v) for v in self.fields.values() if isinstance(v, str) and v != self.topic)
        hidden = _("not for your role") if self.masked_fields and not detail else ""
        return ": ".join(filter(None, (plain(self.topic or self.kind_title), detail or hidden)))


class Points(Wire):
    """A guest's loyalty points."""

    tier: str | None = None
    balance: int = 0
    drift: int | None = None

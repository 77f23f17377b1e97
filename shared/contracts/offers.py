"""What a hotel sells beside the room, and the campaigns that offer it, on `records.v1`: terms and counts, no words."""

from pydantic import Field

from shared.contracts.envelope import EventBody
from shared.contracts.identity import Department
from shared.contracts.values import Code, EntityId, Instant, Money, Version, Wire


class CatalogueOffer(Wire):
    """One version of an offer in a hotel's catalogue. Its words stay in records; `digest` covers all of it."""

    id: EntityId
    property_id: str
    code: Code
    service: Code = Field(description="What is delivered, of the closed list that records name")
    state: Code = Field(description="live or withdrawn")
    price: Money
    per: Code = Field(description="stay, night, person, person_night or unit")
    tax_bp: int = Field(ge=0, description="Tax rate in hundredths of a percent")
    tax_included: bool
    departments: tuple[Department, ...] = ()
    capacity: int | None = Field(default=None, description="How many a day; absent means as many as are asked for")
    instant: bool = False
    way: Code = Field(default="fixed", description="fixed, standby or bid")
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    version: Version


class CatalogueEvent(EventBody):
    """A hotel published a version of an offer, or withdrew it."""

    offer: CatalogueOffer


class Campaign(Wire):
    """A campaign after a change: what it offers to whom is in records, this is how it stands."""

    id: EntityId
    property_id: str
    code: Code
    moment: Code
    state: Code
    offers: tuple[EntityId, ...] = ()
    approved_by: EntityId | None = None
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    version: Version


class CampaignEvent(EventBody):
    """Any event of a campaign."""

    campaign: Campaign


class Sale(Wire):
    """What a record sells: an offer at one version, for this price. `claims` are the slots it holds, as day#number."""

    offer_id: EntityId
    offer_version: Version
    code: Code
    service: Code
    quantity: int = Field(default=1, ge=1)
    quoted: Money = Field(description="What the catalogue asked at this version, tax included")
    tax: Money
    departments: tuple[Department, ...] = ()
    instant: bool = False
    state: Code = Field(
        default="open", description="open, missed, waiting, held, sold, released, cancelling or cancelled"
    )
    claims: tuple[str, ...] = ()
    cancel_until: Instant | None = Field(default=None, description="Until when the guest may cancel by themselves")
    campaign: EntityId | None = None
    arm: Code | None = None
    segment: Code | None = Field(default=None, description="The stay's market segment when this was offered")
    way: Code = Field(default="fixed", description="fixed, standby or bid")
    decides_at: Instant | None = Field(default=None, description="When standbys and bids are granted or let go")
    waits_since: Instant | None = Field(default=None, description="Since when it stands in line")
    bid: Money | None = Field(default=None, description="What the guest would pay for one, by their own word")


OFFER_VERBS = ("published", "retired")
CAMPAIGN_VERBS = ("drafted", "changed", "approved", "stopped")

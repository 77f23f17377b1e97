"""What callers are shown of campaigns: how they stand, whom they mean and why not the others, what became of them."""

from services.records.domain.campaigns import CampaignState, CampaignTerms, Phase
from services.records.domain.eligibility import Told
from services.records.ports import Tally
from shared.contracts.values import Frozen, Instant, Money


class ShownCampaign(Frozen):
    """A campaign."""

    id: str
    property_id: str
    version: int
    phase: Phase
    terms: CampaignTerms
    written_by: str
    approved_by: str | None
    changed_at: Instant


class ShownCampaigns(Frozen):
    """A hotel's campaigns. `next` is the cursor of the following page, if there is one."""

    campaigns: tuple[ShownCampaign, ...]
    next: str | None = None


class Meant(Frozen):
    """One stay: whether the campaign would write to it now, by which arm, and every condition."""

    stay_id: str
    room: str | None
    meant: bool
    arm: str
    why: tuple[Told, ...]


class Preview(Frozen):
    """Whom a campaign would write to now. `unmet` counts, for each condition, the stays that do not meet it.

    `complete` is False where there are more stays than were looked at.
    """

    looked_at: int
    meant: int
    unmet: dict[str, int]
    stays: tuple[Meant, ...]
    complete: bool


class ArmResult(Frozen):
    """What became of the records of one arm."""

    arm: str
    sent: int
    answered: int
    accepted: int
    sold: int
    revenue: Money


class Results(Frozen):
    """What became of a campaign, by arm, from its records' own lines: charges less refunds."""

    campaign_id: str
    arms: tuple[ArmResult, ...]


def campaign(state: CampaignState) -> ShownCampaign:
    """A campaign as it is shown."""
    return ShownCampaign(
        id=state.id,
        property_id=state.property_id,
        version=state.version,
        phase=state.phase,
        terms=state.terms,
        written_by=state.written_by,
        approved_by=state.approved_by,
        changed_at=state.changed_at,
    )


def result(arm: str, tally: Tally, currency: str) -> ArmResult:
    """An arm's result as it is shown."""
    return ArmResult(
        arm=arm,
        sent=tally.sent,
        answered=tally.answered,
        accepted=tally.accepted,
        sold=tally.sold,
        revenue=Money(amount=tally.revenue, currency=currency),
    )

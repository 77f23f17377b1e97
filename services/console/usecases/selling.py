"""Offers and campaigns: the catalogue, who would be written to and why not the others, what it brought in."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.console.domain.cards import Card
from services.console.domain.problem import Down, Problem, Refused
from services.console.domain.selling import Campaign, Offer, Preview, Results
from services.console.domain.selling_forms import campaign_terms, offer_terms, typed_before
from services.console.domain.session import Viewer
from services.console.ports import Records, Selling
from services.console.usecases.board import Boards, CardView
from services.console.usecases.people import Page, People
from services.console.usecases.quiet import quietly
from services.console.usecases.steps import problem_of


@dataclass(frozen=True)
class SellingView:
    """A hotel's catalogue and campaigns, and the bids that stand in line."""

    page: Page
    property_id: str
    offers: Sequence[Offer]
    campaigns: Sequence[Campaign]
    line: Sequence[CardView] = ()
    problem: Problem | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    services: Sequence[str] = ()

    @property
    def currency(self) -> str:
        """The hotel's."""
        hotel = self.page.hotel_of(self.property_id)
        return hotel.currency if hotel else "EUR"

    def offer(self, offer_id: str) -> str:
        """An offer's title."""
        return next((one.terms.title for one in self.offers if one.id == offer_id), offer_id)


@dataclass(frozen=True)
class CampaignView:
    """One campaign: whom it would write to now, and what became of it."""

    page: Page
    campaign: Campaign
    offers: Sequence[Offer]
    preview: Preview | None
    results: Results | None
    problem: Problem | None = None
    given: Mapping[str, str] = field(default_factory=dict)

    def offer(self, offer_id: str) -> str:
        """An offer's title."""
        return next((one.terms.title for one in self.offers if one.id == offer_id), offer_id)

    @property
    def own(self) -> bool:
        """Whether the viewer wrote it: then another person approves."""
        return self.campaign.written_by == self.page.viewer.id


class Shop:
    """Makes the selling pages and carries their steps."""

    def __init__(self, selling: Selling, records: Records, boards: Boards, people: People) -> None:
        self._selling, self._records, self._boards, self._people = selling, records, boards, people

    async def show(
        self, viewer: Viewer, property_id: str, problem: Problem | None = None, given: Mapping[str, str] | None = None
    ) -> SellingView:
        """One hotel's catalogue and campaigns."""
        page = self._people.page(viewer)
        hotel = page.hotel_of(property_id) or (page.properties[0] if page.properties else None)
        if hotel is None:
            return SellingView(page, "", [], [], problem=problem)
        try:
            offers, campaigns = await asyncio.gather(
                self._selling.offers(viewer.access, hotel.id), self._selling.campaigns(viewer.access, hotel.id)
            )
        except (Down, Refused) as failure:
            page.missing(failure, "Offers")
            return SellingView(page, hotel.id, [], [], problem=problem)
        line, kinds = await asyncio.gather(self._line(page, hotel.id), quietly(self._records.kinds(viewer.access), []))
        services = sorted({code for kind in kinds for code in kind.spec("service").choices})
        return SellingView(page, hotel.id, offers, campaigns, line, problem, given or {}, services)

    async def campaign(
        self, viewer: Viewer, campaign_id: str, problem: Problem | None = None, given: Mapping[str, str] | None = None
    ) -> CampaignView:
        """One campaign; Refused where it is another hotel's."""
        page = self._people.page(viewer)
        found = await self._selling.campaign(viewer.access, campaign_id)
        preview, results, offers = await asyncio.gather(
            quietly(self._selling.preview(viewer.access, campaign_id), None),
            quietly(self._selling.results(viewer.access, campaign_id), None),
            quietly(self._selling.offers(viewer.access, found.property_id), []),
        )
        return CampaignView(page, found, offers, preview, results, problem, given or typed_before(found.terms))

    async def draft(self, viewer: Viewer, key: str, values: Mapping[str, str]) -> str | Problem:
        """Write a campaign; nobody is written to before another person approves it."""
        try:
            body = {
                "property_id": values.get("property_id", ""),
                "terms": campaign_terms(values),
                "reason": values.get("reason", ""),
            }
            made = await self._selling.draft(viewer.access, key, body)
        except (Refused, Down) as failure:
            return problem_of(failure)
        return made.id

    async def redraft(
        self, viewer: Viewer, campaign_id: str, key: str, version: int, values: Mapping[str, str]
    ) -> Problem | None:
        """Write a draft anew."""
        try:
            body = {"terms": campaign_terms(values), "reason": values.get("reason", "")}
            await self._selling.redraft(viewer.access, campaign_id, key, version, body)
        except (Refused, Down) as failure:
            return problem_of(failure)
        return None

    async def publish(self, viewer: Viewer, key: str, values: Mapping[str, str]) -> Problem | None:
        """Put a new offer into a hotel's catalogue."""
        page, at = self._people.page(viewer), values.get("property_id", "")
        hotel = page.hotel_of(at)
        try:
            terms = offer_terms(values, hotel.currency if hotel else "EUR")
            body = {"property_id": at, "terms": terms, "reason": values.get("reason", "")}
            await self._selling.publish(viewer.access, key, body)
        except (Refused, Down) as failure:
            return problem_of(failure)
        return None

    async def settle(
        self, viewer: Viewer, campaign_id: str, verb: str, key: str, version: int, reason: str
    ) -> Problem | None:
        """Approve or stop one."""
        try:
            await self._selling.settle(viewer.access, campaign_id, verb, key, version, reason)
        except (Refused, Down) as failure:
            return problem_of(failure)
        return None

    async def withdraw(self, viewer: Viewer, offer_id: str, key: str, version: int, reason: str) -> Problem | None:
        """Take an offer from the catalogue."""
        try:
            await self._selling.settle_offer(viewer.access, offer_id, key, version, reason)
        except (Refused, Down) as failure:
            return problem_of(failure)
        return None

    async def _line(self, page: Page, hotel: str) -> list[CardView]:
        """What waits for its hour: standbys and bids, as the board knows them."""
        cards: Sequence[Card] = await quietly(self._records.board(page.viewer.access, [hotel]), [])
        waiting = [one for one in cards if one.open and one.next_action.code == "await_grant"]
        return await self._boards.views(page, sorted(waiting, key=lambda one: one.due_at))

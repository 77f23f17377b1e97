"""Campaigns over HTTP: written, looked at, approved by another person, stopped, counted."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from services.records.api.bodies.why import Why
from services.records.domain.campaigns import CampaignTerms
from services.records.usecases.campaigning import Campaigning
from services.records.usecases.offering import Asked
from services.records.usecases.shown_campaigns import Preview, Results, ShownCampaign, ShownCampaigns
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import EntityId, Slug

Id = Annotated[EntityId, Path()]

TERMS: dict[str, Any] = {
    "code": "spa_before_arrival",
    "title": "The spa, a week before arrival",
    "moment": "pre_arrival",
    "days": -7,
    "at": "10:00",
    "audience": [
        {"rule": "no_family", "expression": "stay.children == 0", "message": "For guests who travel without children."}
    ],
    "arms": [{"code": "plain", "offer_id": "0198c7f2-6f0a-5c11-9d5e-2f6f6a1b7c90"}],
    "languages": ["en", "de", "pt"],
    "channel": "email",
}
NEW: dict[str, Any] = {"property_id": "city", "terms": TERMS, "reason": {"code": "new_season"}}
NEXT: dict[str, Any] = {"terms": TERMS | {"days": -5}, "reason": {"code": "fewer_days"}}
APPROVE: dict[str, Any] = {"reason": {"code": "looked_at"}}
STOP: dict[str, Any] = {"reason": {"code": "season_over"}}


class NewCampaign(Why):
    """A campaign, and why."""

    property_id: Slug
    terms: CampaignTerms


class NextTerms(Why):
    """A draft's next wording, whole, and why."""

    terms: CampaignTerms


def router(campaigning: Campaigning, chassis: Chassis) -> APIRouter:
    """The routes."""
    made = APIRouter()
    _reading(made, campaigning, chassis)
    _writing(made, campaigning, chassis)
    return made


def _reading(made: APIRouter, campaigning: Campaigning, chassis: Chassis) -> None:
    caller = Annotated[Principal, Depends(chassis.caller)]

    @made.get("/campaigns", responses=refuses(404))
    async def campaigns(
        principal: caller,
        property: Annotated[Slug, Query()],
        after: Annotated[EntityId | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> ShownCampaigns:
        """A hotel's campaigns, oldest first."""
        return await campaigning.page(principal, property, after, limit)

    @made.get("/campaigns/{campaign_id}", responses={200: ETAG})
    async def campaign(campaign_id: Id, principal: caller, response: Response) -> ShownCampaign:
        """One campaign."""
        return _tagged(await campaigning.one(principal, campaign_id), response)

    @made.get("/campaigns/{campaign_id}/preview")
    async def campaign_preview(campaign_id: Id, principal: caller) -> Preview:
        """Whom it would write to now, and why not the others."""
        return await campaigning.preview(principal, campaign_id)

    @made.get("/campaigns/{campaign_id}/results")
    async def campaign_results(campaign_id: Id, principal: caller) -> Results:
        """What became of it: sent, answered, accepted, sold, and what it brought in, by arm."""
        return await campaigning.results(principal, campaign_id)


def _writing(made: APIRouter, campaigning: Campaigning, chassis: Chassis) -> None:
    told = Annotated[CommandContext, Depends(chassis.command)]
    fresh = Annotated[CommandContext, Depends(chassis.creation)]

    @made.post("/campaigns", status_code=201, responses={201: ETAG, **refuses(404)})
    async def draft_campaign(
        body: Annotated[NewCampaign, example(NEW)], ctx: fresh, response: Response
    ) -> ShownCampaign:
        """Write a campaign; nobody is written to before another person approves it."""
        return _tagged(await campaigning.draft(ctx, body.property_id, body.terms, Asked(*body.said)), response)

    @made.put("/campaigns/{campaign_id}", responses={200: ETAG})
    async def change_campaign(
        campaign_id: Id, body: Annotated[NextTerms, example(NEXT)], ctx: told, response: Response
    ) -> ShownCampaign:
        """Change a draft."""
        return _tagged(await campaigning.change(ctx, campaign_id, body.terms, Asked(*body.said)), response)

    @made.post("/campaigns/{campaign_id}/approve", responses={200: ETAG})
    async def approve_campaign(
        campaign_id: Id, body: Annotated[Why, example(APPROVE)], ctx: told, response: Response
    ) -> ShownCampaign:
        """Let it run; never by who wrote it."""
        return _tagged(await campaigning.approve(ctx, campaign_id, Asked(*body.said)), response)

    @made.post("/campaigns/{campaign_id}/stop", responses={200: ETAG})
    async def stop_campaign(
        campaign_id: Id, body: Annotated[Why, example(STOP)], ctx: told, response: Response
    ) -> ShownCampaign:
        """Write to nobody more; replies still land on its records."""
        return _tagged(await campaigning.stop(ctx, campaign_id, Asked(*body.said)), response)


def _tagged(shown: ShownCampaign, response: Response) -> ShownCampaign:
    response.headers["ETag"] = f'"{shown.version}"'
    return shown

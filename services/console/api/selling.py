"""Offers and campaigns."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import RedirectResponse

from services.console.api.desk import EntityPath
from services.console.api.gate import Form, Gate
from services.console.api.render import page
from services.console.domain.problem import Problem
from services.console.domain.session import Viewer
from services.console.usecases.selling import Shop


def router(gate: Gate, shop: Shop) -> APIRouter:
    """The routes."""
    made = APIRouter()
    signed_in = Annotated[Viewer, Depends(gate.viewer)]
    filled_in = Annotated[Form, Depends(gate.form)]

    @made.get("/offers")
    async def offers(viewer: signed_in, property: str = "") -> Response:
        view = await shop.show(viewer, property)
        return page("offers.html", view=view, page=view.page)

    @made.post("/offers/{offer_id}/withdraw")
    async def withdraw(offer_id: EntityPath, sent: filled_in) -> Response:
        reason, at = sent.values.get("reason", ""), sent.values.get("property_id", "")
        problem = await shop.withdraw(sent.viewer, offer_id, sent.key, sent.version, reason)
        view = await shop.show(sent.viewer, at, problem)
        return page("offers.html", problem.status if problem else 200, view=view, page=view.page)

    @made.post("/offers")
    async def publish(sent: filled_in) -> Response:
        at = sent.values.get("property_id", "")
        problem = await shop.publish(sent.viewer, sent.key, sent.values)
        if problem is None:
            return RedirectResponse(f"/offers?{urlencode({'property': at})}", status_code=303)
        view = await shop.show(sent.viewer, at, problem, {**sent.values, "form": "offer"})
        return page("offers.html", problem.status, view=view, page=view.page)

    @made.post("/campaigns/{campaign_id}/edit")
    async def redraft(campaign_id: EntityPath, sent: filled_in) -> Response:
        problem = await shop.redraft(sent.viewer, campaign_id, sent.key, sent.version, sent.values)
        if problem is None:
            return RedirectResponse(f"/campaigns/{campaign_id}", status_code=303)
        view = await shop.campaign(sent.viewer, campaign_id, problem, sent.values)
        return page("campaign.html", problem.status, view=view, page=view.page)

    @made.post("/campaigns")
    async def draft(sent: filled_in) -> Response:
        written = await shop.draft(sent.viewer, sent.key, sent.values)
        if isinstance(written, Problem):
            view = await shop.show(sent.viewer, sent.values.get("property_id", ""), written, sent.values)
            return page("offers.html", written.status, view=view, page=view.page)
        return RedirectResponse(f"/campaigns/{written}", status_code=303)

    @made.get("/campaigns/{campaign_id}")
    async def campaign(campaign_id: EntityPath, viewer: signed_in) -> Response:
        view = await shop.campaign(viewer, campaign_id)
        return page("campaign.html", view=view, page=view.page)

    @made.post("/campaigns/{campaign_id}/{verb}")
    async def settle(
        campaign_id: EntityPath, verb: Annotated[str, Path(pattern="^(approve|stop)$")], sent: filled_in
    ) -> Response:
        reason = sent.values.get("reason", "")
        problem = await shop.settle(sent.viewer, campaign_id, verb, sent.key, sent.version, reason)
        if problem is None:
            return RedirectResponse(f"/campaigns/{campaign_id}", status_code=303)
        view = await shop.campaign(sent.viewer, campaign_id, problem)
        return page("campaign.html", problem.status, view=view, page=view.page)

    return made

"""A hotel's catalogue over HTTP: what it sells, at what price for whom, and why."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from services.records.api.bodies.why import Why
from services.records.domain.offers import OfferTerms
from services.records.domain.pricing import MAX_QUANTITY
from services.records.usecases.offered import Offered
from services.records.usecases.offering import Asked, Offering
from services.records.usecases.shown_offers import Quoted, ShownOffer, ShownOffers, StayOffers
from shared.chassis.commands import CommandContext
from shared.chassis.describing import ETAG, example, refuses
from shared.chassis.service import Chassis
from shared.contracts.identity import Principal
from shared.contracts.values import Code, EntityId, Frozen, Slug

Id = Annotated[EntityId, Path()]
Language = Annotated[str | None, Query(pattern=r"^[a-z]{2}$")]
Version = Annotated[int | None, Query(ge=1, le=10**9)]

SPA: dict[str, Any] = {
    "code": "spa_day",
    "service": "spa",
    "texts": {
        "en": {"title": "A day in the spa", "text": "Pool, sauna and a massage of an hour."},
        "de": {"title": "Ein Tag im Spa", "text": "Pool, Sauna und eine Stunde Massage."},
        "pt": {"title": "Um dia no spa", "text": "Piscina, sauna e uma hora de massagem."},
    },
    "images": ["https://images.example.com/spa.jpg"],
    "price": {"amount": 6000, "currency": "EUR"},
    "per": "person",
    "tax_bp": 2300,
    "departments": ["concierge"],
    "capacity": 12,
    "floor": 4500,
    "ceiling": 8000,
    "notice_hours": 24,
    "instant": True,
    "cancel_until_hours": 24,
    "eligibility": [
        {"rule": "two_nights", "expression": "stay.nights >= 2", "message": "For stays of two nights or more."}
    ],
}
NEW: dict[str, Any] = {"property_id": "city", "terms": SPA, "reason": {"code": "new_season"}}
NEXT: dict[str, Any] = {
    "terms": SPA | {"price": {"amount": 6500, "currency": "EUR"}},
    "reason": {"code": "new_season", "text": "The massage is longer."},
}
GONE: dict[str, Any] = {"reason": {"code": "season_over"}}
COPY: dict[str, Any] = {"from_property": "city", "property_id": "resort", "reason": {"code": "chain_template"}}
PRICE: dict[str, Any] = {"stay_id": "0198c7f2-6f0a-5c11-9d5e-2f6f6a1b7c90", "quantity": 1}


class NewOffer(Why):
    """The first version of an offer, and why."""

    property_id: Slug
    terms: OfferTerms


class NextVersion(Why):
    """The next version of an offer, whole, and why."""

    terms: OfferTerms


class Copies(Why):
    """Copy live offers of another hotel of the chain; without `codes` all of them."""

    from_property: Slug
    property_id: Slug
    codes: tuple[Code, ...] = Field(default=(), max_length=100)


class Pricing(Frozen):
    """For which stay, how many, in which language (the guest's, unless another is given)."""

    stay_id: EntityId
    quantity: int = Field(default=1, strict=True, ge=1, le=MAX_QUANTITY)
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = None


def router(offering: Offering, offered: Offered, chassis: Chassis) -> APIRouter:
    """The routes."""
    made = APIRouter()
    _reading(made, offered, chassis)
    _writing(made, offering, chassis)
    return made


def _reading(made: APIRouter, offered: Offered, chassis: Chassis) -> None:
    caller = Annotated[Principal, Depends(chassis.caller)]

    @made.get("/offers", responses=refuses(404))
    async def offers(
        principal: caller,
        property: Annotated[Slug, Query()],
        after: Annotated[Code | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> ShownOffers:
        """A hotel's offers by code, each at its newest version."""
        return await offered.page(principal, property, after, limit)

    @made.get("/offers/{offer_id}", responses={200: ETAG})
    async def offer(offer_id: Id, principal: caller, response: Response, version: Version = None) -> ShownOffer:
        """One offer at its newest version, or at one that records pinned."""
        shown = await offered.one(principal, offer_id, version)
        response.headers["ETag"] = f'"{shown.version}"'
        return shown

    @made.post("/offers/{offer_id}/price")
    async def price(offer_id: Id, body: Annotated[Pricing, example(PRICE)], principal: caller) -> Quoted:
        """What it costs for a stay, with tax, and whether the stay may have it: every condition, met or not."""
        return await offered.price(principal, offer_id, body.stay_id, body.quantity, body.language)

    @made.get("/stays/{stay_id}/offers")
    async def stay_offers(stay_id: Id, principal: caller, language: Language = None) -> StayOffers:
        """What a stay may have, and why it may not have the rest."""
        return await offered.for_stay(principal, stay_id, language)


def _writing(made: APIRouter, offering: Offering, chassis: Chassis) -> None:
    told = Annotated[CommandContext, Depends(chassis.command)]
    fresh = Annotated[CommandContext, Depends(chassis.creation)]

    @made.post("/offers", status_code=201, responses={201: ETAG, **refuses(404)})
    async def publish_offer(body: Annotated[NewOffer, example(NEW)], ctx: fresh, response: Response) -> ShownOffer:
        """Publish the first version of an offer."""
        shown = await offering.publish_first(ctx, body.property_id, body.terms, Asked(*body.said))
        return _tagged(shown, response)

    @made.post("/offers/copies", status_code=201, responses=refuses(404))
    async def copy_offers(body: Annotated[Copies, example(COPY)], ctx: fresh) -> ShownOffers:
        """Copy another hotel's live offers that this one does not have: how a chain hands down its templates."""
        return await offering.copy(ctx, body.property_id, body.from_property, body.codes, Asked(*body.said))

    @made.put("/offers/{offer_id}", responses={200: ETAG})
    async def publish_version(
        offer_id: Id, body: Annotated[NextVersion, example(NEXT)], ctx: told, response: Response
    ) -> ShownOffer:
        """Publish the next version; records that sold an older one keep it."""
        return _tagged(await offering.publish(ctx, offer_id, body.terms, Asked(*body.said)), response)

    @made.post("/offers/{offer_id}/withdraw", responses={200: ETAG})
    async def withdraw_offer(
        offer_id: Id, body: Annotated[Why, example(GONE)], ctx: told, response: Response
    ) -> ShownOffer:
        """Sell it no more; what was sold stays sold."""
        return _tagged(await offering.withdraw(ctx, offer_id, Asked(*body.said)), response)


def _tagged(shown: ShownOffer, response: Response) -> ShownOffer:
    response.headers["ETag"] = f'"{shown.version}"'
    return shown

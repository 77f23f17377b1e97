"""Selling at the made-up hotel: offers, campaigns, preferences, points and stays, as the services answer them."""

import datetime as dt
from typing import Any

from fastapi import FastAPI, Header
from fastapi.responses import JSONResponse

from tests.fakes.hotel import FakeHotel, FakeHouse

CAMPAIGN = "c1"


def _euros(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


def _offer(offer_id: str, title: str, price: int, **more: Any) -> dict[str, Any]:
    terms = {
        "code": offer_id.replace("-", "_"),
        "service": "spa",
        "texts": {"en": {"title": title, "text": ""}},
        "price": _euros(price),
        "per": "stay",
        "capacity": 40,
        "way": "fixed",
        "notice_hours": 24,
    }
    who = {"published_by": "filipe", "published_at": "2026-11-01T09:00:00Z"}
    return {"id": offer_id, "property_id": "city", "version": 1, "live": True, "terms": terms | more, **who}


OFFERS = [
    _offer("o-spa", "A day in the spa", 6000, instant=True),
    _offer("o-suite", "The corner suite, on standby", 4000, way="bid", capacity=2, floor=2500, cancel_until_hours=None),
]
TERMS = {
    "code": "spa_before_arrival",
    "title": "The spa, a week before arrival",
    "moment": "pre_arrival",
    "days": -7,
    "at": "10:00:00",
    "audience": [],
    "arms": [{"code": "a", "offer_id": "o-spa", "weight": 1}, {"code": "b", "offer_id": "o-suite", "weight": 2}],
    "channel": "email",
}


def add_shop(app: FastAPI, hotel: FakeHotel, house: FakeHouse) -> None:
    """Offers, campaigns, and what is known of a guest."""
    state: dict[str, Any] = {"phase": "draft", "version": 1}
    app.state.drafted = []

    def campaign() -> dict[str, Any]:
        who = {"written_by": "filipe", "approved_by": None, "changed_at": hotel.now}
        return {"id": CAMPAIGN, "property_id": "city", "terms": TERMS, **state, **who}

    @app.post("/v1/offers", status_code=201)
    async def publish(body: dict[str, Any]) -> Any:
        app.state.drafted.append(body)
        return OFFERS[0]

    @app.put("/v1/campaigns/{campaign_id}")
    async def redraft(body: dict[str, Any], if_match: str = Header()) -> Any:
        if if_match != f'"{state["version"]}"':
            return JSONResponse({"status": 412, "code": "version_moved_on", "detail": "It moved on."}, 412)
        app.state.drafted.append(body)
        return campaign()

    @app.get("/v1/offers")
    async def offers(property: str) -> Any:
        return {"offers": OFFERS if property == "city" else [], "next": None}

    @app.post("/v1/offers/{offer_id}/withdraw")
    async def withdraw(offer_id: str, body: dict[str, Any]) -> Any:
        return {**OFFERS[0], "live": False, "version": 2}

    @app.get("/v1/campaigns")
    async def campaigns(property: str) -> Any:
        return {"campaigns": [campaign()] if property == "city" else [], "next": None}

    @app.post("/v1/campaigns", status_code=201)
    async def draft(body: dict[str, Any]) -> Any:
        app.state.drafted.append(body)
        return campaign()

    @app.get("/v1/campaigns/{campaign_id}")
    async def one(campaign_id: str) -> Any:
        return campaign()

    @app.get("/v1/campaigns/{campaign_id}/preview")
    async def preview(campaign_id: str) -> Any:
        met = {"rule": "stay_status", "met": True, "message": "It is for pre_arrival stays."}
        unmet = {"rule": "moment", "met": False, "message": "Its moment is over."}
        stays = [
            {"stay_id": "stay-1", "room": "412", "meant": True, "arm": "spa", "why": [met]},
            {"stay_id": "stay-2", "room": None, "meant": False, "arm": "", "why": [met, unmet]},
        ]
        return {"looked_at": 2, "meant": 1, "unmet": {"moment": 1}, "stays": stays, "complete": True}

    @app.get("/v1/campaigns/{campaign_id}/results")
    async def results(campaign_id: str) -> Any:
        arm = {"arm": "spa", "sent": 27, "answered": 12, "accepted": 5, "sold": 5, "revenue": _euros(30000)}
        return {"campaign_id": campaign_id, "arms": [arm]}

    @app.post("/v1/campaigns/{campaign_id}/{verb}")
    async def settle(campaign_id: str, verb: str, body: dict[str, Any]) -> Any:
        state.update(phase={"approve": "running", "stop": "stopped"}[verb], version=state["version"] + 1)
        return campaign()


def add_guests(app: FastAPI, hotel: FakeHotel) -> None:
    """What could be sold to a stay, and what its guest prefers."""

    @app.get("/v1/stays/{stay_id}/offers")
    async def of_stay(stay_id: str) -> Any:
        why = [
            {"rule": "live", "met": True, "message": "It is sold at present."},
            {"rule": "capacity", "met": False, "message": "Nothing is left on its day."},
        ]
        price = {"units": 1, "each": _euros(6000), "net": _euros(6000), "tax": _euros(0), "total": _euros(6000)}
        row = {"offer_id": "o-spa", "code": "spa_day", "words": {"title": "A day in the spa"}, "price": price}
        sold_out = {**row, "offer_id": "o-suite", "words": {"title": "The corner suite"}, "eligible": False}
        return {"stay_id": stay_id, "offers": [{**row, "eligible": True, "why": why[:1]}, {**sold_out, "why": why}]}

    @app.get("/v1/guests/{guest_id}/preferences")
    async def preferences(guest_id: str) -> Any:
        row = {
            "kind_title": "Preference note",
            "topic": "pillow",
            "fields": {"topic": "pillow", "details": "no feathers"},
        }
        return {"guest_id": guest_id, "preferences": [{**row, "masked_fields": []}]}

    @app.get("/v1/guests/{guest_id}/points")
    async def points(guest_id: str) -> Any:
        return {"guest_id": guest_id, "tier": "gold", "balance": 1240, "entries": []}

    @app.get("/v1/stays")
    async def stays(property: str, status: str = "", date: dt.date | None = None) -> Any:
        today = hotel.now.date()
        return {"items": [_stay(hotel, number, today) for number in range(6)], "next": None}


def _stay(hotel: FakeHotel, number: int, today: dt.date) -> dict[str, Any]:
    return {
        "id": f"stay-{number}",
        "chain": "seaside",
        "property_id": "city",
        "version": 3,
        "pms": "fake",
        "reservation": f"R-{number}",
        "status": "checked_in",
        "guest_id": f"g{number}",
        "arrival": today - dt.timedelta(days=1),
        "departure": today + dt.timedelta(days=2),
        "booked_at": hotel.now - dt.timedelta(days=40),
        "room": str(401 + number),
        "room_type_reserved": "A",
        "party": {"adults": 2, "children": number % 2},
        "repeat": number == 2,
        "source_time": hotel.now,
    }

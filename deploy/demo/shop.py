"""What the demo's hotels sell: a catalogue, and a campaign before arrival, set up by the people whose work it is."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from deploy.demo.clock import DemoClock
from deploy.demo.desk import Desk
from deploy.demo.hotels import CURRENCY, ZONE

WHY = {"reason": {"code": "hotel_day"}}
IN_LINE = dt.timedelta(minutes=25)
"""How long after the start of the day standbys and bids of those who arrive today are decided."""


def _offer(code: str, service: str, title: str, price: int, department: str, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "service": service,
        "texts": {"en": {"title": title}},
        "price": {"amount": price, "currency": CURRENCY},
        "departments": [department],
        "instant": True,
        "cancel_until_hours": 0,
    } | more


def offers(hour: str) -> list[dict[str, Any]]:
    """The catalogue of each hotel; what stands in line is decided at this hour."""
    line = {"decided_at": hour, "capacity": 2, "suggested": False}
    return [
        _offer("half_board", "half_board", "Dinner every evening", 1_500, "food_beverage", per="night", rank=20),
        _offer("parking", "parking", "A place in the garage", 700, "concierge", per="night", capacity=40, rank=30),
        _offer(
            "late_checkout", "late_checkout", "Stay until four", 2_500, "front_office", uses="departure", capacity=8
        ),
        _offer("spa_day", "spa", "A day in the spa", 6_000, "concierge", capacity=3, suggested=False),
        _offer(
            "suite_standby", "room_upgrade", "A suite, if one is free", 4_000, "front_office", way="standby", **line
        ),
        _offer("suite_bid", "room_upgrade", "Name your price for a suite", 6_000, "front_office", way="bid")
        | line
        | {"floor": 2_000, "ceiling": 20_000, "reserve": 3_000},
    ]


def campaign(ids: Mapping[str, str]) -> dict[str, Any]:
    """A campaign before arrival that draws one of three offers for each guest."""
    arms = [{"code": code, "offer_id": ids[code]} for code in ("spa_day", "suite_standby", "suite_bid")]
    return {
        "code": "before_arrival",
        "title": "Something for your stay",
        "moment": "pre_arrival",
        "days": -30,
        "at": "07:00",
        "arms": arms,
        "channel": "email",
        "reply_days": 20,
    }


class Shop:
    """Opens both hotels' shops before the day begins; on a second day they are open already."""

    def __init__(self, revenue: Desk, managers: Mapping[str, Desk], clock: DemoClock) -> None:
        self._revenue, self._managers, self._clock = revenue, managers, clock

    async def open(self) -> None:
        """Publish the offers, and let the campaign run."""
        local = (self._clock.clock.now() + IN_LINE).astimezone(ZoneInfo(ZONE))
        for at, manager in self._managers.items():
            there = (await self._revenue.get("records", "/v1/offers", property=at)).body["offers"]
            if not there:
                await self._open(at, manager, f"{local:%H:%M}")

    async def _open(self, at: str, manager: Desk, hour: str) -> None:
        ids = {}
        for terms in offers(hour):
            answer = await self._revenue.act("records", "/v1/offers", WHY | {"property_id": at, "terms": terms})
            ids[terms["code"]] = answer.body["id"]
        draft = WHY | {"property_id": at, "terms": campaign(ids)}
        written = await self._revenue.act("records", "/v1/campaigns", draft)
        await manager.act("records", f"/v1/campaigns/{written.body['id']}/approve", WHY, written.etag or '"1"')

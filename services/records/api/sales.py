"""The routes of what hotels sell."""

from fastapi import APIRouter

from services.records.api import campaigns, incentives, offers, points
from services.records.usecases.campaigning import Campaigning
from services.records.usecases.earning import Earnings
from services.records.usecases.house import House
from services.records.usecases.offered import Offered
from services.records.usecases.offering import Offering
from services.records.usecases.pointing import Pointing
from shared.chassis.service import Chassis


def router(house: House, chassis: Chassis) -> APIRouter:
    """All of them."""
    made = APIRouter()
    made.include_router(offers.router(Offering(house), Offered(house), chassis))
    made.include_router(campaigns.router(Campaigning(house), chassis))
    made.include_router(points.router(Pointing(house), chassis))
    made.include_router(incentives.router(Earnings(house), chassis))
    return made

"""The routes of what hotels sell."""

from fastapi import APIRouter

from services.records.api import campaigns, offers, points
from services.records.usecases.campaigning import Campaigning
from services.records.usecases.offered import Offered
from services.records.usecases.offering import Offering
from services.records.usecases.pointing import Pointing
from shared.chassis.service import Chassis


def router(
    offering: Offering, offered: Offered, campaigning: Campaigning, pointing: Pointing, chassis: Chassis
) -> APIRouter:
    """All of them under `/v1`."""
    made = APIRouter(prefix="/v1", tags=["records"])
    made.include_router(offers.router(offering, offered, chassis))
    made.include_router(points.router(pointing, chassis))
    made.include_router(campaigns.router(campaigning, chassis))
    return made

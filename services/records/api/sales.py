"""The routes of what hotels sell."""

from fastapi import APIRouter

from services.records.api import offers
from services.records.usecases.offered import Offered
from services.records.usecases.offering import Offering
from shared.chassis.service import Chassis


def router(offering: Offering, offered: Offered, chassis: Chassis) -> APIRouter:
    """All of them under `/v1`."""
    made = APIRouter(prefix="/v1", tags=["records"])
    made.include_router(offers.router(offering, offered, chassis))
    return made

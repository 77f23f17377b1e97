"""What people come in by."""

from fastapi import APIRouter

from services.reporting import api
from services.reporting.composition.asking import Asking
from shared.chassis.service import Chassis


def routers(chassis: Chassis, ask: Asking) -> list[APIRouter]:
    """Every route of the service."""
    return [
        api.router(ask.answering, chassis.caller, chassis.clock.now),
        api.files(ask.answering, ask.exporting, ask.forecasting, ask.press, chassis),
        api.schedules(ask.scheduling, ask.overseeing, ask.delivering, ask.mailing, chassis),
        api.spots(ask.spotting, ask.reviewing, chassis),
    ]

"""The routes of records."""

from fastapi import APIRouter

from services.records.api import commands, queries, rules
from services.records.usecases.commanding import Commanding
from services.records.usecases.entry import QuickEntry
from services.records.usecases.reading import Reading
from services.records.usecases.ruling import Ruling
from services.records.usecases.simulating import Simulating
from shared.chassis.service import Chassis


def router(
    commanding: Commanding,
    entry: QuickEntry,
    reading: Reading,
    ruling: Ruling,
    simulating: Simulating,
    chassis: Chassis,
) -> APIRouter:
    """All routes under `/v1`."""
    made = APIRouter(prefix="/v1", tags=["records"])
    made.include_router(queries.router(reading, chassis))
    made.include_router(commands.router(commanding, entry, reading, chassis))
    made.include_router(rules.router(ruling, simulating, chassis))
    return made

"""The routes of records."""

from fastapi import APIRouter

from services.records.api import (
    attachments,
    bulk,
    commands,
    guests,
    handovers,
    owners,
    queries,
    questions,
    reviews,
    rules,
    sales,
    saved_views,
)
from services.records.usecases.bulk import Bulk
from services.records.usecases.commanding import Commanding
from services.records.usecases.deciding import Deciding
from services.records.usecases.disclosing import Disclosing
from services.records.usecases.entry import QuickEntry
from services.records.usecases.filing import Filing
from services.records.usecases.finding import Finding
from services.records.usecases.handing import Handing
from services.records.usecases.handovers import Handovers
from services.records.usecases.house import House
from services.records.usecases.owning import Owning
from services.records.usecases.questions import Questions
from services.records.usecases.queues import Queues
from services.records.usecases.reading import Reading
from services.records.usecases.remembering import Remembering
from services.records.usecases.ruling import Ruling
from services.records.usecases.saving_views import SavingViews
from services.records.usecases.simulating import Simulating
from shared.chassis.service import Chassis


def router(house: House, chassis: Chassis) -> APIRouter:
    """All routes under `/v1`."""
    made = APIRouter(prefix="/v1", tags=["records"])
    commanding, reading, finding = Commanding(house), Reading(house), Finding(house)
    made.include_router(queries.router(reading, finding, chassis))
    made.include_router(saved_views.router(SavingViews(house, finding), chassis))
    made.include_router(questions.router(Questions(house), chassis))
    made.include_router(bulk.router(Bulk(house), chassis))
    made.include_router(attachments.router(Filing(house), reading, chassis))
    made.include_router(guests.router(Remembering(house), Disclosing(house), chassis))
    made.include_router(commands.router(commanding, QuickEntry(house), reading, chassis))
    made.include_router(reviews.router(Queues(house), Deciding(house, commanding), chassis))
    made.include_router(rules.router(Ruling(house), Simulating(house), chassis))
    made.include_router(owners.router(Owning(house), chassis))
    made.include_router(handovers.router(Handovers(house, Handing(house)), chassis))
    made.include_router(sales.router(house, chassis))
    return made

"""What reporting keeps in its own MongoDB database."""

from services.reporting.store.cashed import MongoCashed
from services.reporting.store.exports import MongoExports
from services.reporting.store.facts import MongoFacts, fact_of
from services.reporting.store.files import MongoFiles
from services.reporting.store.indexes import prepare
from services.reporting.store.mailings import MongoMailings
from services.reporting.store.schedules import MongoRuns, MongoSchedules
from services.reporting.store.spots import MongoReviews, MongoSpots
from services.reporting.store.stays import MongoStays
from services.reporting.store.sums import MongoSums
from services.reporting.store.traces import MongoTraces

__all__ = [
    "MongoCashed",
    "MongoExports",
    "MongoFacts",
    "MongoFiles",
    "MongoMailings",
    "MongoReviews",
    "MongoRuns",
    "MongoSchedules",
    "MongoSpots",
    "MongoStays",
    "MongoSums",
    "MongoTraces",
    "fact_of",
    "prepare",
]

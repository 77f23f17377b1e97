"""All that reporting keeps, over one database."""

from dataclasses import dataclass

from services.reporting.domain.local import latest_day
from services.reporting.reports import APART, ENTRIES_VERSION
from services.reporting.store import (
    MongoCashed,
    MongoExports,
    MongoFacts,
    MongoFiles,
    MongoMailings,
    MongoReviews,
    MongoRuns,
    MongoSchedules,
    MongoSpots,
    MongoStays,
    MongoSums,
    MongoTraces,
)
from shared.chassis.service import Chassis


@dataclass(frozen=True)
class Stores:
    """Facts and sums, stays and cash, checks and reviews, schedules with what they delivered, files and traces."""

    facts: MongoFacts
    sums: MongoSums
    traces: MongoTraces
    stays: MongoStays
    cashed: MongoCashed
    spots: MongoSpots
    reviews: MongoReviews
    schedules: MongoSchedules
    runs: MongoRuns
    mailings: MongoMailings
    files: MongoFiles
    exports: MongoExports


def stores(chassis: Chassis) -> Stores:
    """The stores of one process; its sums have a slot of their own."""
    mongo, clock = chassis.mongo, chassis.clock
    return Stores(
        facts=MongoFacts(mongo),
        sums=MongoSums(mongo, chassis.owner, ENTRIES_VERSION, APART, lambda: latest_day(clock.now())),
        traces=MongoTraces(mongo, clock),
        stays=MongoStays(mongo),
        cashed=MongoCashed(mongo),
        spots=MongoSpots(mongo),
        reviews=MongoReviews(mongo),
        schedules=MongoSchedules(mongo),
        runs=MongoRuns(mongo),
        mailings=MongoMailings(mongo),
        files=MongoFiles(mongo),
        exports=MongoExports(mongo, clock),
    )

"""The records database: the only files of this service that speak Mongo."""

from services.records.store.campaigns import MongoCampaigns, prepare_campaigns
from services.records.store.duties import MongoDuties
from services.records.store.earnings import MongoEarnings, prepare_earnings
from services.records.store.files import MongoFiles
from services.records.store.handovers import MongoHandovers
from services.records.store.indexes import prepare as prepare_indexes
from services.records.store.locks import MongoLocks
from services.records.store.loyalty import MongoLoyalty
from services.records.store.offers import MongoClaims, MongoOffers
from services.records.store.records import MongoRecords
from services.records.store.repeats import MongoRepeats
from services.records.store.rules import MongoRules
from services.records.store.saved_views import MongoViews
from services.records.store.staff_history import MongoStaffHistory, prepare_staff_history
from services.records.store.standby import MongoLines, prepare_lines
from services.records.store.stays import MongoStays
from services.records.store.texts import MongoTexts
from shared.chassis.mongo import Mongo


async def prepare(mongo: Mongo) -> None:
    """Create the indexes that are missing."""
    await prepare_indexes(mongo)
    await prepare_campaigns(mongo)
    await prepare_lines(mongo)
    await prepare_earnings(mongo)
    await prepare_staff_history(mongo)


__all__ = [
    "MongoCampaigns",
    "MongoClaims",
    "MongoDuties",
    "MongoEarnings",
    "MongoFiles",
    "MongoHandovers",
    "MongoLines",
    "MongoLocks",
    "MongoLoyalty",
    "MongoOffers",
    "MongoRecords",
    "MongoRepeats",
    "MongoRules",
    "MongoStaffHistory",
    "MongoStays",
    "MongoTexts",
    "MongoViews",
    "prepare",
]

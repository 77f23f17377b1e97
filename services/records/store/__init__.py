"""The records database: the only files of this service that speak Mongo."""

from services.records.store.aging import MongoAging
from services.records.store.campaigns import MongoCampaigns
from services.records.store.duties import MongoDuties
from services.records.store.earnings import MongoEarnings
from services.records.store.erasures import MongoErasures
from services.records.store.files import MongoFiles
from services.records.store.handovers import MongoHandovers
from services.records.store.indexes import prepare
from services.records.store.locks import MongoLocks
from services.records.store.loyalty import MongoLoyalty
from services.records.store.offers import MongoClaims, MongoOffers
from services.records.store.records import MongoRecords
from services.records.store.repeats import MongoRepeats
from services.records.store.rules import MongoRules
from services.records.store.saved_views import MongoViews
from services.records.store.staff_history import MongoStaffHistory
from services.records.store.standby import MongoLines
from services.records.store.stays import MongoStays
from services.records.store.texts import MongoTexts

__all__ = [
    "MongoAging",
    "MongoCampaigns",
    "MongoClaims",
    "MongoDuties",
    "MongoEarnings",
    "MongoErasures",
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

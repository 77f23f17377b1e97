"""What alerts keeps in its own MongoDB database."""

from services.alerts.store.alerts import MongoAlerts
from services.alerts.store.books import MongoBooks
from services.alerts.store.destinations import MongoDestinations
from services.alerts.store.indexes import prepare
from services.alerts.store.inspection import MongoInspector
from services.alerts.store.notices import MongoNotices
from services.alerts.store.outgoing import MongoOutgoing
from services.alerts.store.preferences import MongoPreferences
from services.alerts.store.silences import MongoSilences
from services.alerts.store.stays import MongoStays
from services.alerts.store.watches import MongoWatches

__all__ = [
    "MongoAlerts",
    "MongoBooks",
    "MongoDestinations",
    "MongoInspector",
    "MongoNotices",
    "MongoOutgoing",
    "MongoPreferences",
    "MongoSilences",
    "MongoStays",
    "MongoWatches",
    "prepare",
]

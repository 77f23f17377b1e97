"""What alerts keeps in its own MongoDB database."""

from services.alerts.store.alerts import MongoAlerts
from services.alerts.store.indexes import prepare
from services.alerts.store.inspection import MongoInspector
from services.alerts.store.notices import MongoNotices
from services.alerts.store.watches import MongoWatches

__all__ = ["MongoAlerts", "MongoInspector", "MongoNotices", "MongoWatches", "prepare"]

"""What reporting keeps in its own MongoDB database."""

from services.reporting.store.facts import MongoFacts, fact_of
from services.reporting.store.indexes import prepare
from services.reporting.store.sums import MongoSums
from services.reporting.store.traces import MongoTraces

__all__ = ["MongoFacts", "MongoSums", "MongoTraces", "fact_of", "prepare"]

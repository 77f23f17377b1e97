"""What the use cases need from outside, by role; stores and chassis fill these roles, tests bring fakes."""

from services.records.ports.chassis import Alarm, Clock, Journal, Once, People, Result, Transactions
from services.records.ports.files import FileStore, Pictures
from services.records.ports.records import By, HeldText, Query, RecordStore, TextStore, Unanswered, Writing
from services.records.ports.repeats import RepeatGuard
from services.records.ports.rules import RulesStore
from services.records.ports.stays import StayMirror

__all__ = [
    "Alarm",
    "By",
    "Clock",
    "FileStore",
    "HeldText",
    "Journal",
    "Once",
    "People",
    "Pictures",
    "Query",
    "RecordStore",
    "RepeatGuard",
    "Result",
    "RulesStore",
    "StayMirror",
    "TextStore",
    "Transactions",
    "Unanswered",
    "Writing",
]

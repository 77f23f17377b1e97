"""What the use cases need from outside, by role; stores and chassis fill these roles, tests bring fakes."""

from services.records.ports.chassis import Alarm, Clock, Journal, Once, People, Result, Transactions
from services.records.ports.duties import DutyStore
from services.records.ports.handovers import HandoverQuery, HandoverStore, Plan
from services.records.ports.locks import Locks
from services.records.ports.records import HeldText, Query, RecordStore, TextStore, Waiting, Writing
from services.records.ports.rules import RulesStore
from services.records.ports.stays import StayMirror

__all__ = [
    "Alarm",
    "Clock",
    "DutyStore",
    "HandoverQuery",
    "HandoverStore",
    "HeldText",
    "Journal",
    "Locks",
    "Once",
    "People",
    "Plan",
    "Query",
    "RecordStore",
    "Result",
    "RulesStore",
    "StayMirror",
    "TextStore",
    "Transactions",
    "Waiting",
    "Writing",
]

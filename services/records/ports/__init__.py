"""What the use cases need from outside, by role; stores and chassis fill these roles, tests bring fakes."""

from services.records.ports.campaigns import CampaignStore, News, Round, Span, Tally
from services.records.ports.chassis import Alarm, Clock, Journal, Once, People, Result, Transactions
from services.records.ports.duties import DutyStore
from services.records.ports.earnings import Earned, EarningStore, Period
from services.records.ports.erasures import ErasureStore, PendingErasure
from services.records.ports.files import FileStore, Pictures
from services.records.ports.handovers import HandoverQuery, HandoverStore, Mix, Part, Plan
from services.records.ports.locks import Locks
from services.records.ports.loyalty import LoyaltyLedger
from services.records.ports.offers import Claim, ClaimStore, OfferStore
from services.records.ports.records import (
    By,
    HeldText,
    Page,
    Place,
    Query,
    RecordStore,
    TextStore,
    Unanswered,
    Waiting,
    Writing,
)
from services.records.ports.repeats import RepeatGuard
from services.records.ports.rules import RulesStore
from services.records.ports.saved_views import ViewStore
from services.records.ports.staff_history import StaffHistory
from services.records.ports.standby import Lines
from services.records.ports.stays import StayMirror

__all__ = [
    "Alarm",
    "By",
    "CampaignStore",
    "Claim",
    "ClaimStore",
    "Clock",
    "DutyStore",
    "Earned",
    "EarningStore",
    "ErasureStore",
    "FileStore",
    "HandoverQuery",
    "HandoverStore",
    "HeldText",
    "Journal",
    "Lines",
    "Locks",
    "LoyaltyLedger",
    "Mix",
    "News",
    "OfferStore",
    "Once",
    "Page",
    "Part",
    "PendingErasure",
    "People",
    "Period",
    "Pictures",
    "Place",
    "Plan",
    "Query",
    "RecordStore",
    "RepeatGuard",
    "Result",
    "Round",
    "RulesStore",
    "Span",
    "StaffHistory",
    "StayMirror",
    "Tally",
    "TextStore",
    "Transactions",
    "Unanswered",
    "ViewStore",
    "Waiting",
    "Writing",
]

"""The one closed list of event types, `<noun>.<past verb>.v<n>`, with their topic and model."""

import re

from shared.contracts import topics
from shared.contracts.access import AccessEvent, OperationEvent
from shared.contracts.alerts import (
    ALERT_RULES_VERBS,
    ALERT_VERBS,
    SILENCE_VERBS,
    AlertEvent,
    AlertRulesEvent,
    SilenceEvent,
)
from shared.contracts.audit import GAP_VERBS, CheckpointEvent, GapEvent
from shared.contracts.commands_out import COMMAND_VERBS, CommandOutEvent
from shared.contracts.connections import CONNECTION_VERBS, ConnectionEvent
from shared.contracts.envelope import Envelope, EventBody, read
from shared.contracts.feeds import FEED_VERBS, FeedEvent
from shared.contracts.guests import ERASURE_VERBS, ErasureEvent, GuestErased, StoreErased
from shared.contracts.handovers import HANDOVER_VERBS, HandoverEvent
from shared.contracts.inventory import InventoryEvent
from shared.contracts.messages import (
    CONSENT_VERBS,
    MESSAGE_VERBS,
    TEMPLATE_VERBS,
    ConsentEvent,
    MessageEvent,
    SendingRulesEvent,
    TemplateEvent,
)
from shared.contracts.money import FINANCE_VERBS, POSTING_VERBS, FinanceEvent, PostingEvent
from shared.contracts.offers import CAMPAIGN_VERBS, OFFER_VERBS, CampaignEvent, CatalogueEvent
from shared.contracts.partners import PARTNER_VERBS, SUBSCRIPTION_VERBS, PartnerEvent, SubscriptionEvent
from shared.contracts.payments import JOURNAL_VERBS, PAYMENT_VERBS, JournalEvent, PaymentEvent
from shared.contracts.policy import POLICY_CHANGE_VERBS, KeysEvent, PolicyChangeEvent, PolicyEvent
from shared.contracts.records import (
    RECORD_VERBS,
    RULES_VERBS,
    OfferEvent,
    RecordAttached,
    RecordEvent,
    RecordMessageRequested,
    RecordPostingRequested,
    RecordWritebackRequested,
    RulesEvent,
)
from shared.contracts.reports import REPORT_VERBS, SPOT_CHECK_VERBS, ReportEvent, SpotCheckEvent
from shared.contracts.retention import RETENTION_VERBS, RetentionEvent
from shared.contracts.staff import (
    API_KEY_VERBS,
    GLASS_VERBS,
    PROPERTY_VERBS,
    STAFF_VERBS,
    SWAP_VERBS,
    ApiKeyEvent,
    GlassEvent,
    PropertyEvent,
    ProviderEvent,
    ShiftSwapEvent,
    StaffEvent,
)
from shared.contracts.stays import STAY_VERBS, StayEvent
from shared.contracts.tasks import TASK_VERBS, TaskEvent
from shared.contracts.values import Frozen
from shared.contracts.writebacks import WRITEBACK_VERBS, WritebackEvent

GRAMMAR = re.compile(r"^[a-z][a-z_]*\.[a-z][a-z_]*\.v[1-9]\d*$")


class EventType(Frozen):
    """One event type: where it goes and what its value is."""

    name: str
    topic: str
    model: type[EventBody]


def _types(noun: str, verbs: tuple[str, ...], topic: str, model: type[EventBody]) -> list[EventType]:
    return [EventType(name=f"{noun}.{verb}.v1", topic=topic, model=model) for verb in verbs]


_ALL = [
    *_types("record", RECORD_VERBS, topics.RECORDS, RecordEvent),
    *_types("record", ("attached", "detached"), topics.RECORDS, RecordAttached),
    *_types("record", ("message_requested",), topics.RECORDS, RecordMessageRequested),
    *_types("record", ("posting_requested",), topics.RECORDS, RecordPostingRequested),
    *_types("record", ("writeback_requested",), topics.RECORDS, RecordWritebackRequested),
    *_types("offer", ("made", "accepted", "declined", "expired", "withdrawn"), topics.RECORDS, OfferEvent),
    *_types("handover", HANDOVER_VERBS, topics.RECORDS, HandoverEvent),
    *_types("offer", OFFER_VERBS, topics.RECORDS, CatalogueEvent),
    *_types("campaign", CAMPAIGN_VERBS, topics.RECORDS, CampaignEvent),
    *_types("rules", RULES_VERBS, topics.RECORDS, RulesEvent),
    *_types("stay", STAY_VERBS, topics.STAYS, StayEvent),
    *_types("writeback", WRITEBACK_VERBS, topics.STAYS, WritebackEvent),
    *_types("connection", CONNECTION_VERBS, topics.STAYS, ConnectionEvent),
    *_types("feed", FEED_VERBS, topics.STAYS, FeedEvent),
    *_types("command", COMMAND_VERBS, topics.MONEY, CommandOutEvent),
    *_types("task", TASK_VERBS, topics.STAYS, TaskEvent),
    *_types("guest", ("erased",), topics.GUESTS, GuestErased),
    *_types("erasure", ERASURE_VERBS, topics.GUESTS, ErasureEvent),
    *_types("texts", ("erased",), topics.RECORDS, StoreErased),
    *_types("alarms", ("erased",), topics.ALERTS, StoreErased),
    *_types("facts", ("erased",), topics.REPORTS, StoreErased),
    *_types("inventory", ("changed",), topics.INVENTORY, InventoryEvent),
    *_types("posting", POSTING_VERBS, topics.MONEY, PostingEvent),
    *_types("finance", FINANCE_VERBS, topics.MONEY, FinanceEvent),
    *_types("payment", PAYMENT_VERBS, topics.MONEY, PaymentEvent),
    *_types("journal", JOURNAL_VERBS, topics.MONEY, JournalEvent),
    *_types("message", MESSAGE_VERBS, topics.MESSAGES, MessageEvent),
    *_types("consent", CONSENT_VERBS, topics.MESSAGES, ConsentEvent),
    *_types("sending_rules", ("changed",), topics.MESSAGES, SendingRulesEvent),
    *_types("message_template", TEMPLATE_VERBS, topics.MESSAGES, TemplateEvent),
    *_types("partner", PARTNER_VERBS, topics.PARTNERS, PartnerEvent),
    *_types("subscription", SUBSCRIPTION_VERBS, topics.PARTNERS, SubscriptionEvent),
    *_types("alert", ALERT_VERBS, topics.ALERTS, AlertEvent),
    *_types("silence", SILENCE_VERBS, topics.ALERTS, SilenceEvent),
    *_types("alert_rules", ALERT_RULES_VERBS, topics.ALERTS, AlertRulesEvent),
    *_types("report", REPORT_VERBS, topics.REPORTS, ReportEvent),
    *_types("spot_check", SPOT_CHECK_VERBS, topics.REPORTS, SpotCheckEvent),
    *_types("staff", STAFF_VERBS, topics.STAFF, StaffEvent),
    *_types("property", PROPERTY_VERBS, topics.STAFF, PropertyEvent),
    *_types("glass", GLASS_VERBS, topics.STAFF, GlassEvent),
    *_types("shift_swap", SWAP_VERBS, topics.STAFF, ShiftSwapEvent),
    *_types("api_key", API_KEY_VERBS, topics.STAFF, ApiKeyEvent),
    *_types("provider", ("changed",), topics.STAFF, ProviderEvent),
    *_types("policy", ("published",), topics.POLICY, PolicyEvent),
    *_types("policy_change", POLICY_CHANGE_VERBS, topics.POLICY, PolicyChangeEvent),
    *_types("keys", ("published", "retired"), topics.POLICY, KeysEvent),
    *_types("gap", GAP_VERBS, topics.POLICY, GapEvent),
    *_types("access", ("read", "refused"), topics.ACCESS, AccessEvent),
    *_types("operation", ("begun",), topics.ACCESS, OperationEvent),
    *_types("retention", RETENTION_VERBS, topics.ACCESS, RetentionEvent),
    *_types("checkpoint", ("signed",), topics.CHECKPOINTS, CheckpointEvent),
]

EVENTS: dict[str, EventType] = {event.name: event for event in _ALL}


def topic_of(event_type: str) -> str:
    """The topic an event type goes to; an unlisted type is a programming error (KeyError)."""
    return EVENTS[event_type].topic


def body_of(envelope: Envelope) -> EventBody | None:
    """The typed body of an event, or None for a type this version does not know (ignored and counted)."""
    known = EVENTS.get(envelope.type)
    return read(envelope, known.model) if known else None

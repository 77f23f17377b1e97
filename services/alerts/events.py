"""What alerts hears on the topics, turned into sightings."""

from collections.abc import Sequence

from services.alerts.domain.feeds import Heard
from services.alerts.domain.subject import (
    Subject,
    absence_subjects,
    command_subject,
    erasure_subject,
    gap_subject,
    glass_subject,
    handover_subject,
    message_subject,
    posting_subject,
    record_subjects,
    report_subject,
    subscription_subject,
)
from services.alerts.ports import WatchStore
from services.alerts.ports.channels import WishStore
from services.alerts.usecases.watching import Sighting, Watching
from shared.chassis.mongo import Tx
from shared.chassis.provenance import Provenance
from shared.contracts import topics
from shared.contracts.audit import GapEvent
from shared.contracts.catalogue import body_of
from shared.contracts.commands_out import CommandOutEvent
from shared.contracts.connections import ConnectionEvent
from shared.contracts.envelope import Envelope, EventBody
from shared.contracts.feeds import FeedEvent
from shared.contracts.guests import ErasureEvent
from shared.contracts.handovers import HandoverEvent
from shared.contracts.messages import MessageEvent
from shared.contracts.money import PostingEvent
from shared.contracts.partners import SubscriptionEvent
from shared.contracts.records import RecordEvent
from shared.contracts.reports import ReportEvent
from shared.contracts.staff import GlassEvent, StaffEvent
from shared.contracts.stays import StayEvent
from shared.contracts.tasks import TaskEvent
from shared.contracts.values import SYSTEM_CHAIN, Scope

TOPICS = (
    topics.RECORDS,
    topics.MONEY,
    topics.MESSAGES,
    topics.REPORTS,
    topics.GUESTS,
    topics.POLICY,
    topics.STAFF,
    topics.STAYS,
    topics.PARTNERS,
)


class Handler:
    """Applies what the rules watch: records and their stays, postings, messages, reports, handovers and the house."""

    def __init__(self, watching: Watching, watches: WatchStore, wishes: WishStore) -> None:
        self._watching, self._watches, self._wishes = watching, watches, wishes

    async def apply(self, tx: Tx, events: Sequence[Envelope]) -> None:
        """Observe new events, in order, in the caller's transaction."""
        found = [sighting_of(event) for event in events]
        await self._watching.see(tx, [one for one in found if one is not None])
        for event in [each for each in events if each.topic == topics.STAFF]:
            body = body_of(event)
            if isinstance(body, StaffEvent) and not body.staff.active:
                await self._wishes.forget(Scope(chain=event.chain), body.staff.id, tx)

    async def forget(self, tx: Tx, subject: str) -> None:
        """Drop the watch of one aggregate; seeing its events again arms the same timers and names the same alerts."""
        await self._watches.drop(Scope(chain=SYSTEM_CHAIN), subject, tx)


def sighting_of(event: Envelope) -> Sighting | None:
    """An event as a sighting, or None when no rule watches its noun."""
    body = body_of(event)
    subjects, record_id = _subjects(event, body)
    stay = body if isinstance(body, StayEvent) else None
    heard = _heard(event, body)
    if not subjects and stay is None and heard is None:
        return None
    return Sighting(
        aggregate=event.subject,
        chain=event.chain,
        property_id=event.property_id,
        at=event.time,
        subjects=subjects,
        provenance=Provenance.of(event),
        record_id=record_id,
        record=body.record if isinstance(body, RecordEvent) else None,
        stay=stay.stay if stay else None,
        backfill=stay.backfill if stay else False,
        heard=heard,
    )


def _heard(event: Envelope, body: EventBody | None) -> Heard | None:
    """What an event says of the PMS it came from."""
    if isinstance(body, StayEvent):
        return None if body.backfill else Heard(pms=body.stay.pms, answered_at=event.time)
    if isinstance(body, TaskEvent):
        return Heard(pms=body.task.pms, answered_at=event.time)
    if isinstance(body, FeedEvent):
        return Heard.of_feed(body.feed)
    if isinstance(body, ConnectionEvent):
        return Heard.of_connection(body.connection, event.time)
    return None


def _subjects(event: Envelope, body: EventBody | None) -> tuple[tuple[Subject, ...], str | None]:
    if isinstance(body, RecordEvent):
        return record_subjects(body.record, event.time), None
    if isinstance(body, MessageEvent):
        return (message_subject(body.message, event.time),), body.message.record_id
    if isinstance(body, PostingEvent):
        return (posting_subject(body.posting, event.time),), body.posting.record_id
    if isinstance(body, StaffEvent):
        return absence_subjects(body.staff, body.changes, event.property_id, event.time), None
    if isinstance(body, CommandOutEvent):
        return (command_subject(body.command, event.time),), body.command.record_id
    return _by_themselves(event, body), None


def _by_themselves(event: Envelope, body: EventBody | None) -> tuple[Subject, ...]:
    if isinstance(body, ReportEvent):
        return (report_subject(body.run, event.time),)
    if isinstance(body, HandoverEvent):
        return (handover_subject(body.handover, event.time),)
    if isinstance(body, GlassEvent):
        return (glass_subject(body.glass, event.time),)
    if isinstance(body, ErasureEvent):
        return (erasure_subject(body.erasure, event.time),)
    return _of_the_chain(event, body)


def _of_the_chain(event: Envelope, body: EventBody | None) -> tuple[Subject, ...]:
    if isinstance(body, SubscriptionEvent):
        return (subscription_subject(body.subscription, event.property_id, event.time),)
    if isinstance(body, GapEvent):
        return (gap_subject(body.gap, event.property_id),)
    return ()

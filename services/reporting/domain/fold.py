"""Builds facts from events: the one definition that the projection, a rebuild and the demo's check share."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from services.reporting.domain.fact import AlertSeen, Fact, OfferSeen, PostingSeen, whole_ms
from services.reporting.domain.life import lived
from shared.contracts.alerts import Alert, AlertEvent
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope, EventBody
from shared.contracts.money import Posting, PostingEvent
from shared.contracts.records import Offer, OfferEvent, RecordEvent

Part = TypeVar("Part", PostingSeen, AlertSeen, OfferSeen)


def key_of(body: EventBody | None) -> str | None:
    """The id of the fact an event belongs to; None for events that reporting has no use for."""
    if isinstance(body, RecordEvent):
        return body.record.id
    if isinstance(body, PostingEvent):
        return body.posting.record_id
    if isinstance(body, AlertEvent):
        return body.alert.record_id
    if isinstance(body, OfferEvent):
        return body.offer.record_id
    return None


def fold(fact: Fact | None, event: Envelope, body: EventBody) -> Fact:
    """The fact after an event of its own; one that was folded before changes nothing."""
    if fact is None:
        key = key_of(body)
        assert key is not None, "events without a fact are filtered before"
        fact = Fact(id=key, chain=event.chain, property_id=event.property_id)
    if isinstance(body, RecordEvent):
        if fact.life is not None and event.sequence <= fact.life.version:
            return fact
        life = lived(fact.life, body.record, whole_ms(event.time))
        return fact.model_copy(update={"life": life, "zone": body.record.zone})
    if isinstance(body, PostingEvent):
        return fact.model_copy(update={"postings": _with(fact.postings, _posting(body.posting, event))})
    if isinstance(body, AlertEvent):
        return fact.model_copy(update={"alerts": _with(fact.alerts, _alert(body.alert, event, fact.alerts))})
    if isinstance(body, OfferEvent):
        return fact.model_copy(update={"offers": _with(fact.offers, _offer(body.offer, event, fact.offers))})
    return fact


def _with(parts: tuple[Part, ...], fresh: Part) -> tuple[Part, ...]:
    """The parts with a newer version of one of them, in the order of their ids."""
    known = {part.id: part for part in parts}
    before = known.get(fresh.id)
    if before is not None and before.version >= fresh.version:
        return parts
    known[fresh.id] = fresh
    return tuple(known[part_id] for part_id in sorted(known))


def _posting(posting: Posting, event: Envelope) -> PostingSeen:
    return PostingSeen(
        id=posting.id,
        version=event.sequence,
        line_id=posting.line_id,
        kind=posting.kind,
        amount=posting.amount,
        state=posting.state,
        at=whole_ms(event.time),
    )


def _alert(alert: Alert, event: Envelope, before: tuple[AlertSeen, ...]) -> AlertSeen:
    known = next((one for one in before if one.id == alert.id), None)
    taken = known.acknowledged_at if known and known.acknowledged_at else alert.acknowledged_at
    return AlertSeen(
        id=alert.id,
        version=event.sequence,
        rule=alert.rule,
        severity=alert.severity,
        state=alert.state,
        opened_at=known.opened_at if known else whole_ms(alert.opened_at),
        due_at=whole_ms(alert.due_at) if alert.due_at else None,
        acknowledged_at=whole_ms(taken) if taken else None,
        closed_at=whole_ms(alert.closed_at) if alert.closed_at else None,
    )


def _offer(offer: Offer, event: Envelope, before: tuple[OfferSeen, ...]) -> OfferSeen:
    known = next((one for one in before if one.id == offer.id), None)
    at = whole_ms(event.time)
    return OfferSeen(
        id=offer.id,
        version=event.sequence,
        code=offer.code,
        price=offer.price,
        state=offer.state,
        made_at=known.made_at if known else at,
        at=at,
    )


def without(fact: Fact, subject: str) -> Fact:
    """The fact without what came from one aggregate, before its events are applied again."""
    if fact.id == subject:
        fact = fact.model_copy(update={"life": None, "zone": "UTC"})
    return fact.model_copy(
        update={
            "postings": tuple(one for one in fact.postings if one.id != subject),
            "alerts": tuple(one for one in fact.alerts if one.id != subject),
            "offers": tuple(one for one in fact.offers if one.id != subject),
        }
    )


def recompute(events: Iterable[Envelope]) -> dict[str, Fact]:
    """All facts from scratch, by record id. Duplicates and any order among and within topics give the same facts."""
    aggregates: dict[tuple[str, str], dict[int, Envelope]] = defaultdict(dict)
    for event in events:
        aggregates[(event.topic, event.subject)].setdefault(event.sequence, event)
    facts: dict[str, Fact] = {}
    for versions in aggregates.values():
        for sequence in sorted(versions):
            event = versions[sequence]
            body = body_of(event)
            key = key_of(body)
            if body is not None and key is not None:
                facts[key] = fold(facts.get(key), event, body)
    return facts

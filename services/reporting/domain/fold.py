"""Builds facts from events: the one definition that the projection, a rebuild and the demo's check share."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from services.reporting.domain.fact import AlertSeen, Fact, OfferSeen, PostingSeen, whole_ms
from services.reporting.domain.life import Telling
from shared.contracts.alerts import Alert, AlertEvent
from shared.contracts.catalogue import body_of
from shared.contracts.envelope import Envelope
from shared.contracts.money import Posting, PostingEvent
from shared.contracts.records import Offer, OfferEvent, RecordEvent

Part = TypeVar("Part", PostingSeen, AlertSeen, OfferSeen)


def key_of(event: Envelope) -> str | None:
    """The id of the fact an event belongs to; None for events that reporting has no use for."""
    if event.noun == "record":
        return event.subject
    body = body_of(event)
    if isinstance(body, PostingEvent):
        return body.posting.record_id
    if isinstance(body, AlertEvent):
        return body.alert.record_id
    if isinstance(body, OfferEvent):
        return body.offer.record_id
    return None


def by_fact(events: Iterable[Envelope]) -> dict[str, list[Envelope]]:
    """The events of each fact, in order; events that reporting has no use for are left out."""
    found: dict[str, list[Envelope]] = defaultdict(list)
    for event in events:
        key = key_of(event)
        if key is not None:
            found[key].append(event)
    return found


def fold(fact: Fact | None, key: str, events: Sequence[Envelope]) -> Fact:
    """The fact of this key after events of its own, in order; the same fact when all of them were folded before.

    Bodies are read one by one and let go: hundreds of them at a time take twice as long to make.
    """
    before = fact or Fact(id=key, chain=events[0].chain, property_id=events[0].property_id)
    life = Telling(before.life)
    postings, alerts, offers = before.postings, before.alerts, before.offers
    for event in events:
        body = body_of(event)
        if isinstance(body, RecordEvent):
            life.hear(body.record, event.sequence, whole_ms(event.time), body.reason_code, event.traceparent)
        elif isinstance(body, PostingEvent):
            postings = _with(postings, _posting(body.posting, event))
        elif isinstance(body, AlertEvent):
            alerts = _with(alerts, _alert(body.alert, event, alerts))
        elif isinstance(body, OfferEvent):
            offers = _with(offers, _offer(body.offer, event, offers))
    after = {
        "life": life.told(),
        "zone": life.zone or before.zone,
        "postings": postings,
        "alerts": alerts,
        "offers": offers,
    }
    fresh = {name: value for name, value in after.items() if value is not getattr(before, name)}
    return before.model_copy(update=fresh) if fresh or fact is None else fact


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
        for key, told in by_fact(versions[sequence] for sequence in sorted(versions)).items():
            facts[key] = fold(facts.get(key), key, told)
    return facts

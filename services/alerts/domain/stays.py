"""What alerts knows of a stay: the values that a promise may rest on, and where the PMS has drifted from them."""

import datetime as dt
from collections.abc import Mapping

from services.alerts.domain.rules import Noun
from services.alerts.domain.subject import Subject, whole_ms
from services.alerts.domain.watch import Pin, Watch
from shared.contracts.records import CheckedValue, RecordSnapshot
from shared.contracts.stays import Stay, StayStatus
from shared.contracts.values import EntityId, Frozen, Instant, derived_id

DRIFTING = ("room", "arrival", "departure", "rate", "guest", "balance")
"""The values of a stay that are compared with what they were when a record's value was checked."""


class SeenStay(Frozen):
    """One stay as the PMS said it last. `guest` is a random id; no name is here."""

    id: EntityId
    property_id: str
    version: int
    status: StayStatus
    vip: bool
    tier: str | None = None
    room: str | None = None
    values: dict[str, str | int | None]
    at: Instant

    @classmethod
    def of(cls, stay: Stay, at: dt.datetime) -> "SeenStay":
        """A stay as its event told it."""
        values: dict[str, str | int | None] = {
            "room": stay.room,
            "arrival": stay.arrival.isoformat(),
            "departure": stay.departure.isoformat(),
            "rate": stay.rate.amount,
            "guest": stay.guest_id,
            "balance": stay.balance.amount,
        }
        return cls(
            id=stay.id,
            property_id=stay.property_id,
            version=stay.version,
            status=stay.status,
            vip=stay.vip,
            tier=stay.tier,
            room=stay.room,
            values=values,
            at=whole_ms(at),
        )


def pinned(record: RecordSnapshot, before: Pin | None, stay: SeenStay | None) -> Pin | None:
    """What the stay says while a record's value is checked; a later check pins anew."""
    checked = record.checked
    if checked is None:
        return None
    if before is not None and before.at == whole_ms(checked.at):
        return (
            before if before.values is not None or stay is None else before.model_copy(update={"values": stay.values})
        )
    return Pin(at=whole_ms(checked.at), money=_is_money(checked), values=stay.values if stay else None)


def _is_money(checked: CheckedValue) -> bool:
    return isinstance(checked.value, Mapping) and {"amount", "currency"} <= set(checked.value)


def with_stay(watch: Watch, stay: SeenStay | None, now: dt.datetime) -> Watch:
    """A record's watch with what is known of its stay: whose it is, and each value that may have drifted."""
    record = watch.subject(watch.id)
    if record is None or record.noun is not Noun.RECORD:
        return watch
    pin = watch.pin
    if stay is not None and pin is not None and pin.values is None:
        pin = pin.model_copy(update={"values": stay.values})
    facts = record.facts | ({"vip": stay.vip, "tier": stay.tier} if stay else {})
    told = record.model_copy(update={"facts": facts})
    others = [one for one in watch.subjects if one.id != watch.id and one.noun is not Noun.MISMATCH]
    known = {one.id: one for one in watch.subjects if one.noun is Noun.MISMATCH}
    drifts = _mismatches(told, pin, stay, now) if pin and stay else []
    subjects = (_at(told, record, now), *others, *(_at(one, known.get(one.id), now) for one in drifts))
    return watch.model_copy(update={"subjects": subjects, "pin": pin})


def _at(told: Subject, before: Subject | None, now: dt.datetime) -> Subject:
    """A subject as of now; one that is as it was stays what it was, moment and all."""
    if before is not None and _timeless(told) == _timeless(before):
        return before
    return told.model_copy(update={"facts": told.facts | {"now": whole_ms(now)}})


def _timeless(subject: Subject) -> Subject:
    return subject.model_copy(update={"facts": {name: fact for name, fact in subject.facts.items() if name != "now"}})


def _mismatches(record: Subject, pin: Pin, stay: SeenStay, now: dt.datetime) -> list[Subject]:
    if pin.values is None:
        return []
    return [
        record.model_copy(
            update={
                "noun": Noun.MISMATCH,
                "id": derived_id("mismatch", record.id, name),
                "facts": {
                    "open": record.facts["open"],
                    "field": name,
                    "drifted": pin.values.get(name) != stay.values.get(name),
                    "kind": record.kind,
                    "money": pin.money,
                    "now": whole_ms(now),
                },
            }
        )
        for name in DRIFTING
        if name in pin.values
    ]


def comments_watch(stay: Stay, chain: str, before: Watch | None, recorded: frozenset[str], at: dt.datetime) -> Watch:
    """The comments of a stay, each a subject since it was first seen."""
    known = {one.id: one for one in (before.subjects if before else ())}
    return Watch(
        id=f"comments|{stay.id}",
        chain=chain,
        property_id=stay.property_id,
        subjects=tuple(
            Subject(
                noun=Noun.COMMENT,
                id=f"comment|{each.id}",
                property_id=stay.property_id,
                stay_id=stay.id,
                room=stay.room,
                facts={
                    "code": each.code,
                    "status": stay.status.value,
                    "has_record": each.id in recorded or _recorded(known.get(f"comment|{each.id}")),
                    "at": known[f"comment|{each.id}"].facts["at"] if f"comment|{each.id}" in known else whole_ms(at),
                    "now": whole_ms(at),
                },
            )
            for each in stay.comments
        ),
    )


def _recorded(known: Subject | None) -> bool:
    return known is not None and bool(known.facts.get("has_record"))


def record_found(watch: Watch, source: str) -> Watch:
    """A message's or a stay's comments' watch once a record was opened for it."""
    names = {source, f"comment|{source}"}
    told = tuple(
        one.model_copy(update={"facts": one.facts | {"has_record": True}})
        if one.id in names and one.noun in (Noun.MESSAGE, Noun.COMMENT)
        else one
        for one in watch.subjects
    )
    return watch.model_copy(update={"subjects": told})

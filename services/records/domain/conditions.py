"""A hotel's free conditions, judged with everything else: each one that does not hold is a breach of its own."""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from services.records.domain.expressions import Unjudged, fault, holds
from services.records.domain.kinds import FieldType, KindSpec, Stage
from services.records.domain.rules import Condition
from shared.contracts.errors import Breach, Phrase
from shared.contracts.stays import Stay
from shared.contracts.values import card_numbers

MAX_LISTED = 50
_FIELD = re.compile(r"\bfields\s*\.\s*([A-Za-z_]\w*)|\bfields\s*\[\s*['\"](\w+)['\"]\s*\]")


@dataclass(frozen=True)
class About:
    """What conditions are judged on beside the record's fields: the record itself, its stay, and now."""

    record: Mapping[str, Any]
    zone: str
    now: dt.datetime
    stay: Stay | None = None

    def facts(self, fields: Mapping[str, Any], kind: KindSpec) -> dict[str, Any]:
        """The values an expression may name; what is absent is left out, so that `has(…)` says so."""
        local = self.now.astimezone(ZoneInfo(self.zone))
        return {
            "record": {name: value for name, value in self.record.items() if value is not None},
            "fields": {name: _plain(kind, name, value) for name, value in fields.items() if value is not None},
            "stay": stay_facts(self.stay) if self.stay else {},
            "now": self.now,
            "today": local.date().isoformat(),
            "time": f"{local:%H:%M}",
        }


def _plain(kind: KindSpec, name: str, value: Any) -> Any:
    spec = kind.field(name)
    # Private words are no business of a rule: it may ask whether there are any.
    return True if spec is None or spec.type is FieldType.TEXT else value


def stay_facts(stay: Stay) -> dict[str, Any]:
    """What expressions may know of a stay; what is absent is left out."""
    told: dict[str, Any] = {
        "status": stay.status.value,
        "arrival": stay.arrival.isoformat(),
        "departure": stay.departure.isoformat(),
        "nights": stay.nights,
        "room": stay.room,
        "adults": stay.party.adults,
        "children": stay.party.children,
        "babies": stay.party.babies,
        "rate": stay.rate.amount,
        "balance": stay.balance.amount,
        "currency": stay.rate.currency,
        "segment": stay.segment,
        "channel": stay.channel,
        "country": stay.country,
        "language": stay.language,
        "tier": stay.tier,
        "points": stay.loyalty_points,
        "repeat": stay.repeat,
        "vip": stay.vip,
        "requests": [one.code for one in stay.requests[:MAX_LISTED]],
    }
    return {name: value for name, value in told.items() if value is not None}


def named_fields(expression: str) -> frozenset[str]:
    """The record fields that an expression names."""
    return frozenset(first or second for first, second in _FIELD.findall(expression))


def at_stage(conditions: Sequence[Condition], stage: Stage) -> list[Condition]:
    """The conditions that a stage asks for."""
    return [each for each in conditions if stage.value in each.stages]


def touching(conditions: Sequence[Condition], names: Collection[str]) -> list[Condition]:
    """The conditions that blame or name one of these fields."""
    return [each for each in conditions if _meets(each, names)]


def _meets(condition: Condition, names: Collection[str]) -> bool:
    return bool((named_fields(condition.expression) | {condition.field}) & set(names))


def condition_breaches(
    conditions: Iterable[Condition],
    fields: Mapping[str, Any],
    kind: KindSpec,
    about: About,
    broken: Collection[str] = (),
) -> list[Breach]:
    """One breach for each condition that does not hold, or cannot be judged; `broken` fields are blamed already."""
    asked = [each for each in conditions if not _meets(each, broken)]
    if not asked:
        return []
    facts = about.facts(fields, kind)
    return [breach for each in asked if (breach := _breach(each, facts))]


def _breach(condition: Condition, facts: Mapping[str, Any]) -> Breach | None:
    try:
        message = None if holds(condition.expression, facts) else condition.message
    except Unjudged as why:
        message = f"{condition.message} (The condition {condition.rule} could not be judged: {why}.)"
    said = Phrase(own=condition.messages)
    return Breach(field=condition.field, rule=condition.rule, message=message, said=said) if message else None


def condition_faults(kind: KindSpec, condition: Condition) -> list[tuple[str, str]]:
    """What is wrong with a condition as a hotel wrote it: pairs of rule and message."""
    found = []
    if kind.field(condition.field) is None:
        found.append(("field", f"{condition.rule} blames {condition.field}, which {kind.code} has not"))
    wrong = fault(condition.expression)
    if wrong:
        found.append(("expression", f"{condition.rule}: {wrong}"))
    for name in sorted(named_fields(condition.expression)):
        if kind.field(name) is None:
            found.append(("expression", f"{condition.rule}: {kind.code} has no field {name[:64]}"))
    if any(card_numbers(text) for text in (condition.message, condition.expression, *condition.messages.values())):
        found.append(("card_number", f"{condition.rule} holds a card number"))
    return found

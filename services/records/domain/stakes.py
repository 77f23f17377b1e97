"""How much money somebody asks for, added up so that splitting it gets round no limit, and whose yes that needs."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from services.records.domain.kinds import FieldType, KindSpec
from services.records.domain.rules import Tier
from services.records.domain.state import Proposal, RecordState, Stake
from shared.contracts.identity import Role
from shared.contracts.values import local_day


@dataclass(frozen=True)
class Spent:
    """What is asked for on other records, in minor units: of the stay, by the asker today, and by them for both."""

    stay: int = 0
    day: int = 0
    stay_day: int = 0


@dataclass(frozen=True)
class Totals:
    """What an amount comes to with all that it has to be added to."""

    record: int
    stay: int
    day: int


def amount_of(value: Any) -> int:
    """The minor units of a money value; nothing is nothing."""
    return int(value["amount"]) if isinstance(value, dict) and "amount" in value else 0


def money_moved(kind: KindSpec, before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """By how much the money fields of a change differ, all together."""
    names = [name for name in after if (spec := kind.field(name)) and spec.type is FieldType.MONEY]
    return sum(abs(amount_of(after[name]) - amount_of(before.get(name))) for name in names)


def money_held(kind: KindSpec, fields: Mapping[str, Any]) -> int:
    """What stands in a record's sensitive money fields."""
    return sum(
        amount_of(fields.get(spec.name)) for spec in kind.fields if spec.type is FieldType.MONEY and spec.sensitive
    )


def standing(state: RecordState, until: dt.datetime | None = None) -> list[Stake]:
    """What was asked for on a record and neither rejected, nor overtaken, nor too late.

    `until`: what was proposed later and still waits is left out: it was weighed with all that came before it.
    """
    held = [(each, state.proposal(each.id)) for each in state.stakes]
    return [stake for stake, proposal in held if proposal is None or (proposal.stands and not _later(proposal, until))]


def _later(proposal: Proposal, until: dt.datetime | None) -> bool:
    return until is not None and proposal.pending and proposal.requested_at > until


def asker(state: RecordState, by: str) -> str:
    """Whose money a record's is: this person's if they asked for some of it, else theirs who asked for most of it."""
    asked: dict[str, int] = {}
    for each in standing(state):
        asked[each.by] = asked.get(each.by, 0) + each.amount
    return by if by in asked or not asked else max(asked, key=lambda one: asked[one])


def _today(stakes: Iterable[Stake], by: str, now: dt.datetime, zone: ZoneInfo) -> list[Stake]:
    return [each for each in stakes if each.by == by and local_day(each.at, zone) == local_day(now, zone)]


def spent_elsewhere(
    state: RecordState, others: Iterable[RecordState], by: str, now: dt.datetime, until: dt.datetime | None = None
) -> Spent:
    """The sums over other records of the same hotel: those of the stay, and those this person asked for today.

    `until` as in `standing`.
    """
    zone, stay, day, both = ZoneInfo(state.zone), 0, 0, 0
    for other in others:
        if other.id == state.id or other.property_id != state.property_id:
            continue
        asked, same_stay = standing(other, until), state.stay_id is not None and other.stay_id == state.stay_id
        today = _today(asked, by, now, zone)
        day += _sum(today)
        stay += _sum(asked) if same_stay else 0
        both += _sum(_unaided(other, today)) if same_stay else 0
    return Spent(stay, day, both)


def _sum(stakes: Iterable[Stake]) -> int:
    return sum(each.amount for each in stakes)


def _unaided(state: RecordState, stakes: Iterable[Stake]) -> list[Stake]:
    return [each for each in stakes if state.proposal(each.id) is None]


def totals(
    state: RecordState, spent: Spent, by: str, amount: int, now: dt.datetime, until: dt.datetime | None = None
) -> Totals:
    """An amount with what is asked for already: on the record, on the stay, by this person today.

    `until` as in `standing`.
    """
    held = standing(state, until)
    record = _sum(held) + amount
    day = _sum(_today(held, by, now, ZoneInfo(state.zone)))
    return Totals(record, record + spent.stay, day + amount + spent.day)


def unaided_today(state: RecordState, spent: Spent, by: str, now: dt.datetime) -> int:
    """What a person has put on this stay today (or on this record, without a stay) with nobody else's yes."""
    today = _today(standing(state), by, now, ZoneInfo(state.zone))
    return _sum(_unaided(state, today)) + spent.stay_day


def tier_role(tiers: Iterable[Tier], asked: Totals) -> Role | None:
    """The role of the highest tier that is passed, if one is."""
    passed = [tier for tier in tiers if _passed(tier, asked)]
    return max(passed, key=lambda tier: tier.above).role if passed else None


def _passed(tier: Tier, asked: Totals) -> bool:
    stay = tier.above if tier.above_stay is None else tier.above_stay
    day = tier.above if tier.above_day is None else tier.above_day
    return asked.record > tier.above or asked.stay > stay or asked.day > day

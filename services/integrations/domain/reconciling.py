"""The three-way match: what records say, what stands on folios, what the provider moved; differences by type (R4)."""

import datetime as dt
import enum
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.integrations.domain.folios import Folio, FolioEntry
from shared.contracts.envelope import NewEvent
from shared.contracts.identity import system
from shared.contracts.money import FinanceAction, FinanceEvent
from shared.contracts.records import LineKind
from shared.contracts.values import Money, derived_id

ME = system("integrations")


class Kind(enum.StrEnum):
    """What a line or movement is, as far as matching goes."""

    CHARGE = "charge"
    REFUND = "refund"
    DEPOSIT = "deposit"


ON_FOLIO = {LineKind.CHARGE: Kind.CHARGE, LineKind.REFUND: Kind.REFUND, LineKind.DEPOSIT: Kind.DEPOSIT}
"""How a line stands on a folio: a deposit as a payment of the guest's; a cost does not stand there."""


class Difference(enum.StrEnum):
    """Types of difference."""

    MISSING_CHARGE = "missing_charge"
    DOUBLE_CHARGE = "double_charge"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_REFUND = "wrong_refund"
    MISSING_DEPOSIT = "missing_deposit"
    DOUBLE_DEPOSIT = "double_deposit"
    ORPHAN = "orphan"


MISSING = {
    Kind.CHARGE: Difference.MISSING_CHARGE,
    Kind.REFUND: Difference.WRONG_REFUND,
    Kind.DEPOSIT: Difference.MISSING_DEPOSIT,
}
DOUBLED = {
    Kind.CHARGE: Difference.DOUBLE_CHARGE,
    Kind.REFUND: Difference.WRONG_REFUND,
    Kind.DEPOSIT: Difference.DOUBLE_DEPOSIT,
}


@dataclass(frozen=True)
class Expected:
    """What our own records say was done. `on`: where it must be found, `folio` or `provider`."""

    key: str
    on: str
    kind: Kind
    amount: Money
    property_id: str
    stay_id: str | None
    record_id: str | None
    reference: str | None


@dataclass(frozen=True)
class Movement:
    """One line on a folio or one movement at the provider; `key` is ours where it is named."""

    on: str
    reference: str
    key: str | None
    kind: Kind
    amount: Money
    stay_id: str | None
    at: dt.datetime


@dataclass(frozen=True)
class Seen:
    """What a side showed. `stays`: whose folios were looked at; None when that was every one."""

    movements: list[Movement]
    stays: frozenset[str] | None = None

    def covers(self, one: "Found") -> bool:
        """Whether a difference would have been seen again, were it still there."""
        return one.on != "folio" or self.stays is None or one.stay_id in self.stays


@dataclass(frozen=True)
class Found:
    """One difference, with both amounts. Its id is the same as long as it is the same difference."""

    id: str
    type: Difference
    on: str
    property_id: str
    stay_id: str | None
    record_id: str | None
    expected: Money | None
    found: Money | None
    reference: str | None

    @property
    def gap(self) -> Money:
        """How much is at stake."""
        known = [one for one in (self.found, self.expected) if one is not None]
        # Equal amounts differ by being there twice: then the whole second one is at stake.
        if len(known) == 2 and known[0] != known[1] and known[0].currency == known[1].currency:
            return Money(amount=abs(known[0].amount - known[1].amount), currency=known[0].currency)
        return known[0]


def names(expected: Iterable[Expected]) -> frozenset[str]:
    """All that our lines are known by: our keys, and the references that the other side gave."""
    return frozenset(name for one in expected for name in (one.key, one.reference) if name)


def moved_on(
    folio: Folio, stay_id: str, wanted: frozenset[str], known: frozenset[str], otherwise: dt.datetime
) -> list[Movement]:
    """What on a vendor's folio is ours: what we look for, and what bears a key of ours that no record knows.

    The hotel's own lines (nights, minibar) bear none and are its own affair; `known` are lines of ours that are not
    looked for now. `otherwise`: the time of lines whose vendor tells none.
    """
    ours = [one for one in folio.entries if _concerns(one, wanted, known)]
    return [
        Movement(
            on="folio",
            reference=one.id,
            key=one.key,
            kind=ON_FOLIO[one.kind],
            amount=one.amount,
            stay_id=stay_id,
            at=one.at or otherwise,
        )
        for one in ours
        if one.kind in ON_FOLIO
    ]


def _concerns(one: FolioEntry, wanted: frozenset[str], known: frozenset[str]) -> bool:
    here = {name for name in (one.key, one.id) if name}
    return bool(here & wanted) or (bool(one.key) and not here & known and _is_ours(str(one.key)))


def _is_ours(key: str) -> bool:
    """Our keys are name-based UUIDs; other systems put their own numbers and random ids there."""
    try:
        return UUID(key).version == 5 and str(UUID(key)) == key
    except ValueError:
        return False


def match(property_id: str, expected: Sequence[Expected], movements: Iterable[Movement]) -> list[Found]:
    """Every difference between what we say and what is found, each side of each line once.

    By our key where the other side knows it, else by its own reference that we kept.
    """
    seen: Mapping[tuple[str, str], list[Movement]] = _by_name(movements)
    used: set[tuple[str, str]] = set()
    differences: list[Found] = []
    for one in sorted(expected, key=lambda each: each.key):
        there = _of(one, seen)
        used |= {(each.on, each.reference) for each in there}
        differences += _compare(property_id, one, there)
    left = {(each.on, each.reference): each for moved in seen.values() for each in moved}
    orphans = [each for name, each in sorted(left.items()) if name not in used]
    return differences + [_orphan(property_id, each) for each in orphans]


def _by_name(movements: Iterable[Movement]) -> dict[tuple[str, str], list[Movement]]:
    found: dict[tuple[str, str], list[Movement]] = defaultdict(list)
    for each in movements:
        for name in {each.key, each.reference} - {None}:
            found[each.on, str(name)].append(each)
    return found


def _of(one: Expected, seen: Mapping[tuple[str, str], list[Movement]]) -> list[Movement]:
    names = [one.key, *([one.reference] if one.reference else [])]
    there = {each.reference: each for name in names for each in seen.get((one.on, name), ())}
    return [there[name] for name in sorted(there)]


def _compare(property_id: str, one: Expected, there: Sequence[Movement]) -> list[Found]:
    if not there:
        return [_found(property_id, MISSING[one.kind], one, None, one.reference)]
    differences = []
    if there[0].amount != one.amount or there[0].kind is not one.kind:
        wrong = Difference.WRONG_REFUND if Kind.REFUND in (one.kind, there[0].kind) else Difference.WRONG_AMOUNT
        differences.append(_found(property_id, wrong, one, there[0].amount, there[0].reference))
    for again in there[1:]:
        differences.append(_found(property_id, DOUBLED[one.kind], one, again.amount, again.reference))
    return differences


def _found(property_id: str, type_: Difference, one: Expected, amount: Money | None, reference: str | None) -> Found:
    said = f"{amount.amount}{amount.currency}" if amount else "none"
    return Found(
        id=derived_id("difference", property_id, type_.value, one.on, one.key, reference or "", said),
        type=type_,
        on=one.on,
        property_id=property_id,
        stay_id=one.stay_id,
        record_id=one.record_id,
        expected=one.amount,
        found=amount,
        reference=reference,
    )


def _orphan(property_id: str, each: Movement) -> Found:
    return Found(
        id=derived_id("difference", property_id, Difference.ORPHAN.value, each.on, each.reference),
        type=Difference.ORPHAN,
        on=each.on,
        property_id=property_id,
        stay_id=each.stay_id,
        record_id=None,
        expected=None,
        found=each.amount,
        reference=each.reference,
    )


def told(chain: str, one: Found, now: dt.datetime, *, settled: bool = False) -> NewEvent:
    """The event of a difference: seen (version 1), and settled when a later run finds it no more (version 2)."""
    action = FinanceAction(
        id=one.id,
        property_id=one.property_id,
        stay_id=one.stay_id,
        code=one.type.value,
        amount=one.gap,
        at=now,
        version=2 if settled else 1,
        record_id=one.record_id,
        expected=one.expected,
        found=one.found,
        folio=one.reference if one.on == "folio" else None,
        provider_ref=one.reference if one.on == "provider" else None,
    )
    return NewEvent(
        type=f"finance.difference_{'settled' if settled else 'seen'}.v1",
        chain=chain,
        property_id=one.property_id,
        subject=one.id,
        sequence=action.version,
        time=now,
        body=FinanceEvent(actor=ME, finance=action),
    )

"""What is wrong with limits and notices in themselves: fields that are not there, bounds that cannot be."""

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from services.records.domain.kinds import FieldSpec, FieldType, KindSpec
from services.records.domain.limits import Limit, Notice, Where

BOUNDS: dict[FieldType, type] = {
    FieldType.INTEGER: int,
    FieldType.MONEY: int,
    FieldType.DATE: str,
    FieldType.LOCAL_TIME: str,
}
"""What a bound on a field of a type is written as; the other types have no order."""

LISTED: dict[FieldType, type] = {**BOUNDS, FieldType.CHOICE: str, FieldType.BOOLEAN: bool}
"""What an allowed value of a type is written as; words have no list."""

TIMED = (FieldType.LOCAL_TIME, FieldType.DATE)


def limit_fault(kind: KindSpec, limit: Limit) -> str | None:
    """Why a limit cannot be held against its field, if it cannot."""
    spec = kind.field(limit.field)
    if spec is None:
        return f"{kind.code} has no field {limit.field}"
    return next((f"{kind.code}.{limit.field}: {each}" for each in _faults(kind, spec, limit)), None)


def _faults(kind: KindSpec, spec: FieldSpec, limit: Limit) -> Iterable[str]:
    bounds = [bound for bound in (limit.at_least, limit.at_most) if bound is not None]
    if any(type(bound) is not BOUNDS.get(spec.type) or not _written(spec, bound) for bound in bounds):
        yield f"a bound of a {spec.type} is written otherwise"
        return
    if any(type(value) is not LISTED.get(spec.type) or not _written(spec, value) for value in limit.allowed):
        yield f"the limit {limit.rule} allows what a {spec.type} never holds"
    if limit.windows and spec.type is not FieldType.LOCAL_TIME:
        yield "only a local time has windows"
    if not bounds and not limit.allowed and not limit.windows:
        yield f"the limit {limit.rule} limits nothing"
    if len(bounds) == 2 and _above(*bounds):
        yield f"the limit {limit.rule} contradicts itself: nothing is both at least {bounds[0]} and at most {bounds[1]}"
    if limit.where:
        yield from _where_faults(kind, limit.where)


def _written(spec: FieldSpec, value: Any) -> bool:
    if spec.type is FieldType.CHOICE:
        return value in spec.choices
    try:
        if spec.type is FieldType.DATE:
            return bool(dt.date.fromisoformat(value).isoformat() == value)
        return spec.type is not FieldType.LOCAL_TIME or f"{dt.time.fromisoformat(value):%H:%M}" == value
    except (TypeError, ValueError):
        return False


def _above(least: Any, most: Any) -> bool:
    return bool(least > most)


def _where_faults(kind: KindSpec, where: Where) -> Iterable[str]:
    spec = kind.field(where.field)
    if spec is None:
        yield f"it asks for {where.field}, which {kind.code} has not"
    elif any(type(value) is not LISTED.get(spec.type) or not _written(spec, value) for value in where.among):
        yield f"it asks for a value that {where.field} never holds"


def together_faults(kind: KindSpec, limits: Sequence[Limit]) -> Iterable[tuple[str, str]]:
    """Where limits contradict each other, or share a name: pairs of field and message."""
    names = [each.rule for each in limits]
    for rule in sorted({name for name in names if names.count(name) > 1}):
        yield next(each.field for each in limits if each.rule == rule), f"{kind.code}: the limit {rule} is given twice"
    for one, other in itertools.permutations(limits, 2):
        if one.field == other.field and one.where == other.where and _exclude(one, other):
            yield one.field, f"{kind.code}: the limits {one.rule} and {other.rule} leave nothing that is allowed"


def _exclude(one: Limit, other: Limit) -> bool:
    if one.at_least is not None and other.at_most is not None and _above(one.at_least, other.at_most):
        return True
    return bool(one.allowed) and all(other.breach(value) for value in one.allowed)


def notice_fault(kind: KindSpec, notice: Notice) -> str | None:
    """Why a notice cannot be held against its field, if it cannot."""
    spec = kind.field(notice.field)
    if spec is None:
        return f"{kind.code} has no field {notice.field}"
    if notice.before == "value" and spec.type not in TIMED:
        return f"{kind.code}.{notice.field}: only a date or a local time names a moment of its own"
    faults = _where_faults(kind, notice.where) if notice.where else ()
    return next((f"{kind.code}.{notice.field}: {each}" for each in faults), None)

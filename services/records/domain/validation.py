"""Whether values may stand in a record: types, choices and the hotel's limits, all breaches at once (C2)."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from services.records.domain.conditions import About, at_stage, condition_breaches, touching
from services.records.domain.kinds import FieldSpec, FieldType, Stage
from services.records.domain.limits import limits_broken, notices_broken
from services.records.domain.terms import Terms
from services.records.domain.texts import PrivateText, optional_text_breaches
from shared.contracts.errors import AppError, Breach, ErrorKind, breached
from shared.contracts.phrases import breach
from shared.contracts.values import MAX_MINOR_UNITS, zone

_LOCAL_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_MAX_INTEGER = 10**9


def _text(value: Any, _spec: FieldSpec) -> Any:
    if isinstance(value, PrivateText):
        return value.as_ref.model_dump()
    if isinstance(value, dict) and set(value) == {"ref", "digest"}:
        return value
    raise ValueError("text")


def _integer(value: Any, _spec: FieldSpec) -> Any:
    if type(value) is not int or abs(value) > _MAX_INTEGER:
        raise ValueError("integer")
    return value


def _money(value: Any, _spec: FieldSpec) -> Any:
    if not isinstance(value, dict) or set(value) != {"amount", "currency"}:
        raise ValueError("money")
    if type(value["amount"]) is not int or abs(value["amount"]) > MAX_MINOR_UNITS:
        raise ValueError("money_whole")
    if not re.fullmatch(r"[A-Z]{3}", str(value["currency"])):
        raise ValueError("money_currency")
    return value


def _date(value: Any, _spec: FieldSpec) -> Any:
    try:
        return dt.date.fromisoformat(value).isoformat()
    except (TypeError, ValueError) as failure:
        raise ValueError("date") from failure


def _local_time(value: Any, _spec: FieldSpec) -> Any:
    if not isinstance(value, str) or not _LOCAL_TIME.fullmatch(value):
        raise ValueError("local_time")
    return value


def _choice(value: Any, spec: FieldSpec) -> Any:
    if not isinstance(value, str) or value not in spec.choices:
        raise ValueError("choice")
    return value


def _boolean(value: Any, _spec: FieldSpec) -> Any:
    if not isinstance(value, bool):
        raise ValueError("boolean")
    return value


_READERS: dict[FieldType, Callable[[Any, FieldSpec], Any]] = {
    FieldType.TEXT: _text,
    FieldType.INTEGER: _integer,
    FieldType.MONEY: _money,
    FieldType.DATE: _date,
    FieldType.LOCAL_TIME: _local_time,
    FieldType.CHOICE: _choice,
    FieldType.BOOLEAN: _boolean,
}


def _read(spec: FieldSpec, value: Any, breaches: list[Breach]) -> Any:
    if value is None:
        return None
    if isinstance(value, PrivateText):
        breaches.extend(optional_text_breaches(spec.name, value))
    try:
        return _READERS[spec.type](value, spec)
    except ValueError as failure:
        breaches.append(breach(spec.name, spec.type.value, str(failure), choices=", ".join(spec.choices)))
        return None


def normalise(values: Mapping[str, Any], terms: Terms) -> tuple[dict[str, Any], list[Breach]]:
    """The values as they are stored, and what is wrong with them in themselves: type, choice, currency."""
    result: dict[str, Any] = {}
    breaches: list[Breach] = []
    for name, value in values.items():
        spec = terms.kind.field(name)
        if spec is None:
            breaches.append(breach(name[:64], "unknown_field", kind=terms.kind.code))
            continue
        result[name] = _read(spec, value, breaches)
        breaches.extend(_currency(spec, result[name], terms))
    return result, breaches


def _currency(spec: FieldSpec, value: Any, terms: Terms) -> list[Breach]:
    if spec.type is not FieldType.MONEY or value is None or value["currency"] == terms.currency:
        return []
    return [breach(spec.name, "currency", currency=terms.currency)]


def limit_breaches(values: Mapping[str, Any], terms: Terms, fields: Mapping[str, Any] | None = None) -> list[Breach]:
    """Breaches of the hotel's limits by normalised values of a record that holds `fields`."""
    return limits_broken(terms.rules.limits, values, fields or {})


def notice_breaches(values: Mapping[str, Any], fields: Mapping[str, Any], terms: Terms, about: About) -> list[Breach]:
    """Breaches of the hotel's notice times by values that are given or confirmed now."""
    return notices_broken(terms.rules.notices, values, fields, about.now, zone(about.zone), about.stay)


def missing_breaches(fields: Mapping[str, Any], terms: Terms, stage: Stage) -> list[Breach]:
    """One breach for each field a stage still needs."""
    return [breach(name, "required", f"needed_to_{stage.value}") for name in terms.kind.needed(dict(fields), stage)]


def checked(
    values: Mapping[str, Any], fields: Mapping[str, Any], terms: Terms, about: About, bound: bool = True
) -> dict[str, Any]:
    """The values as they are stored; any breach refuses all of them, naming every one.

    `fields` are the record's as they stand: the hotel's conditions that the values touch are judged on both together.
    `bound`: whether the hotel's rules bind who gives the values (see Doer); types bind everybody.
    """
    result, breaches = normalise(values, terms)
    if bound:
        breaches += limit_breaches(result, terms, fields) + notice_breaches(result, fields, terms, about)
        broken = {each.field for each in breaches}
        asked = touching(terms.rules.conditions, result.keys())
        breaches += condition_breaches(asked, {**fields, **result}, terms.kind, about, broken)
    if breaches:
        raise breached(breaches)
    return result


def stage_breaches(fields: Mapping[str, Any], terms: Terms, stage: Stage, about: About) -> list[Breach]:
    """What stands between a record and a stage: fields that are missing, limits and conditions that do not hold."""
    breaches = missing_breaches(fields, terms, stage) + limit_breaches(fields, terms)
    broken = {each.field for each in breaches}
    asked = at_stage(terms.rules.conditions, stage)
    return breaches + condition_breaches(asked, fields, terms.kind, about, broken)


def require_stage(fields: Mapping[str, Any], terms: Terms, stage: Stage, about: About) -> None:
    """Refuse unless all a stage needs is there and inside the hotel's limits and conditions."""
    breaches = stage_breaches(fields, terms, stage, about)
    if breaches:
        raise breached(breaches)


def require_audit_reason(after: Mapping[str, Any], fields: Mapping[str, Any], terms: Terms, given: bool) -> None:
    """Refuse a change of audited or sensitive fields without a reason, naming each of them (C6)."""
    audited = [
        name
        for name in after
        if (spec := terms.kind.field(name)) and (spec.audited or spec.guarded(fields, {**fields, **after}))
    ]
    if audited and not given:
        breaches = [breach(name, "reason_required", "reason_for_change") for name in audited]
        raise AppError(ErrorKind.INVALID, "reason_required", "A change of an audited field needs a reason.", breaches)

"""Limits, notices, conditions and tiers of a hotel's rules, each as a line that staff read."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from services.console.domain import tongue
from services.console.domain.alerting import span
from services.console.domain.records import Kind
from services.console.domain.rulebook import briefly
from services.console.domain.tongue import _, mark
from services.console.domain.words import ROLE, plain, said
from shared.contracts.values import minor_digits

PART: Mapping[str, str] = {
    "sla": mark("Clock"),
    "limits": mark("Limits"),
    "notices": mark("Notice times"),
    "conditions": mark("Conditions"),
    "tiers": mark("Whose yes money needs"),
    "auto": mark("Approved without a person"),
    "line_max": mark("Money line without approval up to"),
    "approve_by_s": mark("A proposal waits for"),
    "expire_after_s": mark("Expires after its deadline by"),
    "repeat_window_s": mark("The same question counts as a repeat for"),
    "points_per_stay": mark("Most points in one stay"),
    "accept_s": mark("To accept"),
    "complete_s": mark("To complete"),
    "warn_s": mark("Warned before"),
    "steps": mark("Who is told when it is late"),
    "score_threshold": mark("A score up to this is a low one"),
    "handover_minutes": mark("Minutes to take a handover over"),
    "fallback_owners": mark("Owner where no rule finds one"),
    "deputies": mark("Deputies"),
    "causes": mark("Own causes"),
    "checklist": mark("Checklist"),
    "skill": mark("What the owner should be able to do"),
}
BEFORE: Mapping[str, str] = {
    "value": mark("the moment itself"),
    "arrival": mark("the arrival"),
    "departure": mark("the departure"),
}
STAGE: Mapping[str, str] = {
    "open": mark("when it is opened"),
    "approve": mark("when it is approved"),
    "fulfil": mark("when it is fulfilled"),
}


DIFFERS: Mapping[str, str] = {
    "opened": mark("whether it opens"),
    "owner": mark("its owner"),
    "owner_rule": mark("how its owner is found"),
    "breaches": mark("what its values break"),
    "approved_by_policy": mark("whether a person approves it"),
    "approver": mark("whose yes its money needs"),
    "accept_by": mark("when it must be accepted"),
    "due_at": mark("when it is due"),
    "at_risk_at": mark("when it is at risk"),
    "steps": mark("who would be told"),
    "late": mark("whether it is late"),
    "rung": mark("who was told"),
    "opens": mark("what follows on it"),
}


def _value(kind: Kind, field: str, value: Any, currency: str) -> str:
    of = kind.spec(field).type
    if of == "money" and isinstance(value, int):
        return tongue.money(value, currency)
    if of == "boolean":
        return _("Yes") if value else _("No")
    return plain(str(value)) if of == "choice" else str(value)


def limit_line(limit: Mapping[str, Any], kind: Kind, currency: str) -> str:
    """What one field may hold, e.g. `How many: at most 4`."""
    field = str(limit["field"])
    told = [
        _("at least {value}", value=_value(kind, field, limit["at_least"], currency))
        if limit.get("at_least") is not None
        else "",
        _("at most {value}", value=_value(kind, field, limit["at_most"], currency))
        if limit.get("at_most") is not None
        else "",
        _("one of {values}", values=_listed(kind, field, limit["allowed"], currency)) if limit.get("allowed") else "",
        _("between {windows}", windows=windows_text(limit["windows"])) if limit.get("windows") else "",
    ]
    return f"{label(kind, field)}: {', '.join(filter(None, told))}{_where(limit, kind, currency)}"


def notice_line(notice: Mapping[str, Any], kind: Kind, currency: str) -> str:
    """How long beforehand a value must be given."""
    before = said(BEFORE, notice.get("before", "value"))
    text = _("{length} before {moment}", length=span(int(notice["minutes"]) * 60), moment=before)
    return f"{label(kind, str(notice['field']))}: {text}{_where(notice, kind, currency)}"


def condition_line(condition: Mapping[str, Any]) -> str:
    """A condition in the words a guest's clerk is told."""
    return str(condition.get("message") or condition["rule"])


def tier_line(tier: Mapping[str, Any], currency: str) -> str:
    """Above how much money whose yes is needed."""
    return _("above {amount}: {role}", amount=tongue.money(int(tier["above"]), currency), role=said(ROLE, tier["role"]))


def label(kind: Kind, field: str) -> str:
    """What a field is called."""
    return _(kind.spec(field).label) if kind.spec(field).label else plain(field)


def windows_text(windows: Sequence[Mapping[str, Any]] | str) -> str:
    """Windows as they are typed: `09:00-12:00, 14:00-22:00`; what somebody just typed stays."""
    if isinstance(windows, str):
        return windows
    return ", ".join(f"{one['start']}-{one['end']}" for one in windows)


def as_typed(kind: Kind, field: str, value: Any, currency: str) -> str:
    """A value as somebody would type it into a form; what somebody just typed stays."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ", ".join(as_typed(kind, field, one, currency) for one in value)
    return cash(value, currency) if kind.spec(field).type == "money" else str(value)


def cash(value: Any, currency: str) -> str:
    """Minor units as an amount somebody would type; empty for none."""
    if not isinstance(value, int):
        return str(value or "")
    digits = minor_digits(currency)
    return f"{Decimal(value).scaleb(-digits):.{digits}f}"


def _listed(kind: Kind, field: str, values: Sequence[Any], currency: str) -> str:
    return ", ".join(_value(kind, field, one, currency) for one in values)


def _where(rule: Mapping[str, Any], kind: Kind, currency: str) -> str:
    where = rule.get("where")
    if not where:
        return ""
    values = _listed(kind, where["field"], where["among"], currency)
    return " " + _("(only where {field} is {values})", field=label(kind, where["field"]), values=values)


def line(part: str, value: Mapping[str, Any], kind: Kind, currency: str) -> str:
    """One entry of a part as a line."""
    if part in ("limits", "auto"):
        return limit_line(value, kind, currency)
    if part == "notices":
        return notice_line(value, kind, currency)
    return tier_line(value, currency) if part == "tiers" else condition_line(value)


def place(path: str) -> str:
    """Where two sets of rules differ, in words: `kinds.guest_request.sla.accept_s` and the like."""
    names = [one for one in path.split(".") if one != "kinds"]
    return " › ".join(said(PART, one) if one in PART else plain(one) for one in names)


def change(path: str, value: Any, kinds: Sequence[Kind], currency: str) -> str:
    """One side of a difference as people read it; what nobody has words for is shown as it is written."""
    names = path.split(".")
    kind = next((one for one in kinds if names[0] == "kinds" and len(names) > 1 and one.code == names[1]), None)
    part = names[2] if kind and len(names) > 2 else names[0]
    if value is None:
        return "–"
    if kind and isinstance(value, Mapping) and "rule" in value and part in PART:
        return line(part, value, kind, currency)
    if kind and isinstance(value, list) and value and part in ("limits", "notices", "conditions", "tiers"):
        return "; ".join(line(part, one, kind, currency) for one in value)
    if isinstance(value, int) and names[-1].endswith("_s"):
        return span(value)
    if isinstance(value, int) and names[-1] == "line_max":
        return tongue.money(value, currency)
    return briefly(value)

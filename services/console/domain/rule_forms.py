"""A draft of hotel rules written by forms: one entry of one kind at a time, or one figure of the house."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.console.domain.answers import typed
from services.console.domain.problem import Problem, Refused
from services.console.domain.records import Kind
from services.console.domain.rule_words import as_typed, cash, label, line
from services.console.domain.rulebook import MINUTE, Rules, codes
from services.console.domain.tongue import LANGUAGES, _

LISTS = ("limits", "notices", "conditions", "tiers", "auto")
BOUNDED = ("integer", "money", "date", "local_time")
LISTED = (*BOUNDED, "choice", "boolean")
LENGTHS = ("approve_by_s", "expire_after_s", "repeat_window_s")
"""Lengths of time; they are typed in minutes."""
CLOCK = ("accept_s", "complete_s", "warn_s")
TIERED = ("supervisor", "duty_manager", "revenue_manager", "finance", "general_manager")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_WINDOW = re.compile(r"\s*(\d{1,2}:\d{2})\s*[-\u2013]\s*(\d{1,2}:\d{2})\s*")
_WHOLE = re.compile(r"\d{1,9}")


@dataclass(frozen=True)
class Row:
    """One entry of a part: as a line, as it is written, and whether the place says it itself."""

    value: Mapping[str, Any]
    words: str
    own: bool


@dataclass(frozen=True)
class Draft:
    """A place's own rules being written, over those of the level above it."""

    rules: Rules
    own: Mapping[str, Any]
    above: Mapping[str, Any]
    currency: str

    def says(self, kind: str, name: str) -> bool:
        """Whether the draft itself says something here."""
        return _override(self.own, kind).get(name) is not None

    def holds(self, kind: str, name: str) -> Any:
        """What would hold: the draft's, else what the level above says."""
        own = _override(self.own, kind).get(name)
        return own if own is not None else (self.above.get(kind) or {}).get(name)

    def entries(self, kind: str, part: str) -> list[dict[str, Any]]:
        """The entries of a part that would hold."""
        held = self.holds(kind, part)
        if part == "auto":
            held = held.get("limits") if isinstance(held, Mapping) else None
        return [dict(one) for one in held or ()]

    def rows(self, kind: Kind, part: str) -> list[Row]:
        """The entries of a part as lines."""
        own = self.says(kind.code, part)
        return [Row(one, line(part, one, kind, self.currency), own) for one in self.entries(kind.code, part)]

    def typed(self, kind: Kind, value: Mapping[str, Any], name: str) -> str:
        """One answer of an entry as somebody would type it."""
        return as_typed(kind, str(value.get("field", "")), value.get(name), self.currency)

    def cash(self, value: Any) -> str:
        """An amount as somebody would type it."""
        return cash(value, self.currency)

    def put(self, kind: str, name: str, value: Any) -> dict[str, Any]:
        """The own rules with something said of a kind; None leaves it to the level above again."""
        made: dict[str, Any] = json.loads(json.dumps(self.own))
        kinds: dict[str, Any] = made.setdefault("kinds", {})
        override = {k: v for k, v in {**(kinds.get(kind) or {}), name: value}.items() if v is not None}
        kinds[kind] = override
        made["kinds"] = {code: each for code, each in kinds.items() if each}
        return made


def _override(own: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (own.get("kinds") or {}).get(kind) or {}
    return found


def edited(draft: Draft, kind: Kind, given: Mapping[str, str]) -> dict[str, Any]:
    """The draft with what a form says of a kind. Refused names each field of the form that cannot be."""
    part, rule = given.get("part", ""), given.get("rule", "")
    if part == "sla":
        return draft.put(kind.code, "sla", _clock(draft, kind.code, given))
    if part == "figures":
        return _figures(draft, kind.code, given)
    if part not in LISTS:
        raise Refused(Problem(422, "form_invalid", _("There is no such rule.")))
    if given.get("step") == "above":
        return draft.put(kind.code, part, None)
    held = draft.entries(kind.code, part)
    place = next((at for at, one in enumerate(held) if name_of(part, one) == rule), len(held)) if rule else len(held)
    if given.get("step") == "drop":
        kept = [one for one in held if name_of(part, one) != rule]
    else:
        taken = {name_of(part, one) for one in held} - {rule}
        kept = [*held[:place], entry(part, kind, given, draft.currency, taken), *held[place + 1 :]]
    if part == "auto":
        return draft.put(kind.code, part, {"limits": kept} if kept else "off")
    return draft.put(kind.code, part, kept)


def again(part: str, given: Mapping[str, str], rule: str = "") -> dict[str, Any]:
    """What somebody typed into the form of an entry, of a new one without `rule`, as the form shows an entry."""
    if given.get("part") != part or given.get("rule", "") != rule:
        return {}
    where = {"field": given.get("where_field", ""), "among": codes(given.get("where_among", ""))}
    messages = {code: given.get(f"text_{code}", "") for code in LANGUAGES}
    return {**given, "where": where, "messages": messages}


def house_edited(own: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """The own rules with what a form says of the whole hotel; an empty answer leaves it to the chain."""
    made: dict[str, Any] = json.loads(json.dumps(own))
    wrong: dict[str, str] = {}
    for name in ("score_threshold", "handover_minutes"):
        made[name] = _whole(given.get(name, ""), name, wrong)
    _refuse(wrong)
    return {name: value for name, value in made.items() if value is not None}


def name_of(part: str, value: Mapping[str, Any]) -> str:
    """By what an entry is told from its neighbours."""
    return str(value.get("above")) if part == "tiers" else str(value.get("rule", ""))


def entry(part: str, kind: Kind, given: Mapping[str, str], currency: str, taken: set[str]) -> dict[str, Any]:
    """One entry as records takes it; Refused says what is missing in it."""
    wrong: dict[str, str] = {}
    if part == "tiers":
        made = _tier(given, currency, wrong)
    else:
        field = given.get("field", "")
        if field not in {spec.name for spec in kind.fields}:
            wrong[_("Field")] = _("Choose a field.")
            _refuse(wrong)
        makers = {"limits": _limit, "auto": _limit, "notices": _notice, "conditions": _condition}
        made = makers[part](kind, field, given, currency, wrong)
        made = {"rule": _named(given, f"{field}_{part.removesuffix('s')}", taken, wrong), "field": field} | made
    _refuse(wrong)
    return {name: value for name, value in made.items() if value not in (None, [], {}, "")}


def _limit(kind: Kind, field: str, given: Mapping[str, str], currency: str, wrong: dict[str, str]) -> dict[str, Any]:
    of = kind.spec(field).type
    allowed = [_typed(of, one, currency, _("Allowed values"), wrong) for one in _listed(given.get("allowed", ""))]
    made: dict[str, Any] = {
        "at_least": _typed(of, given.get("at_least", ""), currency, _("At least"), wrong),
        "at_most": _typed(of, given.get("at_most", ""), currency, _("At most"), wrong),
        "allowed": allowed,
        "windows": _windows(given.get("windows", ""), wrong),
    }
    if not any(value not in (None, []) for value in made.values()):
        wrong[label(kind, field)] = _("Say at least one: a bound, allowed values, or windows.")
    return made | _where(kind, given, currency, wrong) | _messages(given)


def _notice(kind: Kind, field: str, given: Mapping[str, str], currency: str, wrong: dict[str, str]) -> dict[str, Any]:
    minutes = _whole(given.get("minutes", ""), _("Minutes before"), wrong)
    if not minutes:
        wrong[_("Minutes before")] = _("Type whole minutes.")
    before = given.get("before", "value") or "value"
    made: dict[str, Any] = {"minutes": minutes, "before": before}
    made |= {"at": given["at"]} if before != "value" and given.get("at") else {}
    return made | _where(kind, given, currency, wrong) | _messages(given)


def _condition(
    kind: Kind, field: str, given: Mapping[str, str], currency: str, wrong: dict[str, str]
) -> dict[str, Any]:
    if not given.get("expression"):
        wrong[_("Condition")] = _("Write what must be true.")
    if not given.get("message"):
        wrong[_("That in words")] = _("Say in a sentence what staff are told.")
    stages = [one for one in ("open", "approve", "fulfil") if given.get(f"stage_{one}")]
    return {
        "expression": given.get("expression", ""),
        "message": given.get("message", ""),
        "stages": stages or ["open", "approve"],
    } | _messages(given)


def _tier(given: Mapping[str, str], currency: str, wrong: dict[str, str]) -> dict[str, Any]:
    above = _typed("money", given.get("above", ""), currency, _("Above"), wrong)
    if above is None:
        wrong.setdefault(_("Above"), _("Type an amount, e.g. 12.50."))
    if given.get("role") not in TIERED:
        wrong[_("Role")] = _("Choose a role.")
    more = {name: _typed("money", given.get(name, ""), currency, name, wrong) for name in ("above_stay", "above_day")}
    return {"above": above, "role": given.get("role")} | more


def _clock(draft: Draft, kind: str, given: Mapping[str, str]) -> dict[str, Any]:
    wrong: dict[str, str] = {}
    said = {name: _whole(given.get(name.removesuffix("_s"), ""), name, wrong) for name in CLOCK}
    _refuse(wrong)
    held = draft.holds(kind, "sla")
    if held is None:
        raise Refused(Problem(422, "form_invalid", _("Type whole minutes, and choose a kind.")))
    return dict(held) | {name: value * MINUTE for name, value in said.items() if value is not None}


def _figures(draft: Draft, kind: str, given: Mapping[str, str]) -> dict[str, Any]:
    wrong: dict[str, str] = {}
    said: dict[str, Any] = {"line_max": _typed("money", given.get("line_max", ""), draft.currency, "line_max", wrong)}
    for name in LENGTHS:
        whole = _whole(given.get(name, ""), name, wrong)
        said[name] = None if whole is None else whole * MINUTE
    _refuse(wrong)
    made: dict[str, Any] = dict(draft.own)
    for name, value in said.items():
        as_above = value == (draft.above.get(kind) or {}).get(name)
        made = Draft(draft.rules, made, draft.above, draft.currency).put(kind, name, None if as_above else value)
    return made


def _named(given: Mapping[str, str], proposed: str, taken: set[str], wrong: dict[str, str]) -> str:
    named = given.get("name") or given.get("rule") or proposed
    if not given.get("name") and not given.get("rule"):
        free = (f"{proposed}{number or ''}" for number in (0, *range(2, 60)))
        named = next((one for one in free if one not in taken), proposed)
    if not _CODE.fullmatch(named) or named in taken:
        wrong[_("Short name")] = _("Small letters, digits and _ only, and no name twice.")
    return named


def _typed(of: str, text: str, currency: str, name: str, wrong: dict[str, str]) -> Any:
    if not text:
        return None
    try:
        value = typed(of, text, currency)
    except ValueError as failure:
        wrong[name] = str(failure)
        return None
    return value["amount"] if of == "money" else value


def _whole(text: str, name: str, wrong: dict[str, str]) -> int | None:
    if not text:
        return None
    if not _WHOLE.fullmatch(text):
        wrong[name] = _("Type a whole number, e.g. 2.")
        return None
    return int(text)


def _windows(text: str, wrong: dict[str, str]) -> list[dict[str, str]]:
    found = [_WINDOW.fullmatch(one) for one in text.split(",") if one.strip()]
    if not all(found):
        wrong[_("Windows")] = _("Type windows like 09:00-12:00, 14:00-22:00.")
    return [{"start": one[1].zfill(5), "end": one[2].zfill(5)} for one in found if one]


def _listed(text: str) -> Sequence[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _where(kind: Kind, given: Mapping[str, str], currency: str, wrong: dict[str, str]) -> dict[str, Any]:
    field = given.get("where_field", "")
    if not field:
        return {}
    of = kind.spec(field).type
    among = [_typed(of, one, currency, _("Only where"), wrong) for one in codes(given.get("where_among", ""))]
    if not among:
        wrong[_("Only where")] = _("Say which values.")
    return {"where": {"field": field, "among": among}}


def _messages(given: Mapping[str, str]) -> dict[str, Any]:
    said = {code: given[f"text_{code}"] for code in LANGUAGES if given.get(f"text_{code}")}
    return {"messages": said} if said else {}


def _refuse(wrong: Mapping[str, str]) -> None:
    if wrong:
        raise Refused(Problem(422, "form_invalid", _("Something does not look right yet."), dict(wrong)))

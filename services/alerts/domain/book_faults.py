"""What is wrong with what a place wants of its own in alerts: every fault at once, each with its field and rule."""

import itertools
import string
import unicodedata
from collections.abc import Iterable, Iterator

from services.alerts.domain.book import AlertRules, Book, Route
from services.alerts.domain.calendars import Calendar, known_country
from services.alerts.domain.default_rules import may_hush
from services.alerts.domain.rules import (
    LANGUAGES,
    MOMENTS,
    SELF_WATCH,
    TEXT_NAMES,
    WORDS_ONLY,
    Concern,
    Noun,
    Rule,
    RuleEdit,
)
from shared.contracts.errors import Breach, Phrase
from shared.contracts.identity import Role
from shared.contracts.records import EscalationStep
from shared.contracts.values import card_numbers

OWN = "own_"
"""What the codes of a hotel's own rules begin with."""

CHANNELS = frozenset({"email", "sms", "whatsapp", "push"})
MUTE_ROLES = frozenset({Role.INTEGRATION, Role.BREAK_GLASS, Role.AUDITOR})
"""Roles that are nobody to wake."""

PROTECTED = frozenset({Concern.SECURITY})
KEPT = tuple(name for name in RuleEdit.model_fields if name not in WORDS_ONLY)
"""What a hotel never changes in the rules that watch over it itself: all but their words."""


def breach_of(field: str, rule: str, message: str) -> Breach:
    """One fault, as it is said in any language."""
    return Breach(field=field, rule=rule, message=message, said=Phrase(template=rule, params={"field": field}))


def book_faults(rules: AlertRules, under: Book) -> list[Breach]:
    """Everything that cannot stand, over the book that lies under it."""
    known = {rule.code: rule for rule in under.rules} | {rule.code: rule for rule in rules.own}
    return [
        *_edit_faults(rules, under),
        *(fault for at, rule in enumerate(rules.own) for fault in _rule_faults(f"own.{at}", rule, known)),
        *_twice(rules.own),
        *(
            fault
            for at, route in enumerate(rules.routes or ())
            for fault in _route_faults(f"routes.{at}", route, known)
        ),
        *_calendar_faults(rules),
    ]


def _edit_faults(rules: AlertRules, under: Book) -> Iterator[Breach]:
    known = {rule.code: rule for rule in under.rules}
    for code, edit in rules.edits.items():
        field = f"edits.{code}"
        if code not in known:
            yield breach_of(field, "unknown_rule", f"There is no rule {code}.")
            continue
        guarded = known[code].concern in PROTECTED or code in SELF_WATCH
        changed = [name for name in KEPT if getattr(edit, name) is not None]
        if guarded and changed:
            yield breach_of(f"{field}.{changed[0]}", "protected", f"{code} watches over the hotel itself; it stays.")
        yield from _said_faults(field, known[code].on, edit)


def _rule_faults(field: str, rule: Rule, known: dict[str, Rule]) -> Iterator[Breach]:
    if not rule.code.startswith(OWN):
        yield breach_of(f"{field}.code", "own_code", f"A hotel's own rules begin with {OWN}.")
    if rule.moment not in MOMENTS[rule.on]:
        said = ", ".join(sorted(MOMENTS[rule.on]))
        yield breach_of(f"{field}.moment", "moment", f"{rule.moment} is not among {said}.")
    for name in (*rule.supersedes, *(one.rule for one in rule.inhibited_by)):
        if name not in known:
            yield breach_of(field, "unknown_rule", f"There is no rule {name}.")
    for name in SELF_WATCH.intersection(rule.supersedes):
        yield breach_of(f"{field}.supersedes", "protected", f"{name} watches over the hotel itself; it stays.")
    for one in rule.inhibited_by:
        if one.wide and not may_hush(one.rule):
            yield breach_of(f"{field}.inhibited_by", "not_wide", f"{one.rule} keeps no whole hotel silent.")
    yield from _said_faults(field, rule.on, rule)


def _said_faults(field: str, noun: Noun, rule: Rule | RuleEdit) -> Iterator[Breach]:
    wrong = LANGUAGES[noun].fault(rule.condition) if rule.condition is not None else None
    if wrong:
        yield breach_of(f"{field}.condition", "expression", f"The condition cannot stand: {wrong}.")
    yield from _step_faults(f"{field}.steps", rule.steps or ())
    if rule.audience in MUTE_ROLES:
        yield breach_of(f"{field}.audience", "role", f"{rule.audience} is nobody to wake.")
    for language, text in (rule.text or {}).items():
        yield from _text_faults(f"{field}.text.{language}", text)


def _step_faults(field: str, steps: Iterable[EscalationStep]) -> Iterator[Breach]:
    steps = tuple(steps)
    if any(later.after_s < earlier.after_s for earlier, later in itertools.pairwise(steps)):
        yield breach_of(field, "order", "Each step comes after the one before.")
    if any(step.role in MUTE_ROLES for step in steps):
        yield breach_of(field, "role", "A step names a role that is nobody to wake.")


def _text_faults(field: str, text: str) -> Iterator[Breach]:
    try:
        # How a value is laid out is ours to say: a width of millions would be a letter of that size.
        parts = list(string.Formatter().parse(text))
        names = {"?" if spec or how else name for _, name, spec, how in parts if name is not None}
    except ValueError:
        names = {"?"}
    if any(unicodedata.category(each) in ("Cc", "Zl", "Zp") for each in text):
        yield breach_of(field, "one_line", "A text is one line of words.")
    if not names <= TEXT_NAMES:
        said = ", ".join(sorted(TEXT_NAMES))
        yield breach_of(field, "placeholder", f"A text may be filled in with {said}, in braces.")
    if card_numbers(text):
        yield breach_of(field, "card_number", "Card numbers are not stored.")


def _twice(own: Iterable[Rule]) -> Iterator[Breach]:
    seen: set[str] = set()
    for at, rule in enumerate(own):
        if rule.code in seen:
            yield breach_of(f"own.{at}.code", "twice", f"{rule.code} is there twice.")
        seen.add(rule.code)


def _route_faults(field: str, route: Route, known: dict[str, Rule]) -> Iterator[Breach]:
    for channel in route.channels:
        if channel not in CHANNELS:
            yield breach_of(f"{field}.channels", "channel", f"{channel} is not among {', '.join(sorted(CHANNELS))}.")
    for code in route.rules:
        if code not in known:
            yield breach_of(f"{field}.rules", "unknown_rule", f"There is no rule {code}.")


def _calendar_faults(rules: AlertRules) -> Iterator[Breach]:
    named = {"calendar": rules.calendar} | {
        f"calendars.{one.value}": each for one, each in (rules.calendars or {}).items()
    }
    for field, calendar in named.items():
        if calendar is not None:
            yield from _country_faults(field, calendar)


def _country_faults(field: str, calendar: Calendar) -> Iterator[Breach]:
    if calendar.subdivision is not None and calendar.country is None:
        yield breach_of(f"{field}.subdivision", "country", "A part of a country needs the country.")
    elif calendar.country is not None and not known_country(calendar.country, calendar.subdivision):
        yield breach_of(f"{field}.country", "country", "The holidays of this place are not known.")

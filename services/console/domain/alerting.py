"""A hotel's alert rules, one's own wishes and silences, as the alerts service shows them; drafts and forms of them."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from services.console.domain.problem import Problem, Refused
from services.console.domain.tongue import _, ngettext
from shared.contracts.alerts import Alert
from shared.contracts.records import EscalationStep
from shared.contracts.values import Instant, Wire

MINUTE = 60
LONGEST_MIN = 366 * 24 * 60
CHANNELS = ("push", "email", "sms", "whatsapp")


class Ringing(Alert):
    """An alert with what of its subject it is about: the value that drifted, the PMS or partner that is silent."""

    field: str | None = None


class AlertRule(Wire):
    """One rule as it is in force."""

    code: str
    on: str
    condition: str
    moment: str
    plus_s: int = 0
    business: bool = False
    severity: str
    audience: str | None = None
    department: str | None = None
    steps: tuple[EscalationStep, ...] | None = None
    second_limit_s: int | None = None
    text: dict[str, str] = Field(default_factory=dict)
    enabled: bool = True


class Quiet(Wire):
    """Local hours in which people off duty are left alone."""

    start: dt.time
    end: dt.time


class AlertRoute(Wire):
    """Which ways a notice takes."""

    severities: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()


class AlertBook(Wire):
    """What is in force at a place."""

    rules: tuple[AlertRule, ...] = ()
    routes: tuple[AlertRoute, ...] = ()
    quiet: Quiet

    @property
    def by_noun(self) -> dict[str, list[AlertRule]]:
        """The rules by what they watch, in their own order."""
        found: dict[str, list[AlertRule]] = {}
        for rule in self.rules:
            found.setdefault(rule.on, []).append(rule)
        return found


class AlertVersion(Wire):
    """One version of a place's own: who asked and why, who decided, what it holds."""

    version: int
    state: str
    in_force: bool = False
    digest: str
    proposed_by: str
    proposed_at: Instant
    reason: str
    decided_by: str | None = None
    decided_at: Instant | None = None
    decision: str | None = None
    starts_at: Instant | None = None
    effective_from: Instant | None = None
    rules: dict[str, Any] = Field(default_factory=dict)


class AlertRulesShown(Wire):
    """The alert rules of a place: in force, its own, what differs from above, what waits."""

    property_id: str
    version: int
    chain_version: int
    revision: int
    own: dict[str, Any] = Field(default_factory=dict)
    in_force: AlertBook
    differs: tuple[str, ...] = ()
    waiting: tuple[AlertVersion, ...] = ()


class WouldRing(Wire):
    """One alert that a draft would ring: whom, when, in which words."""

    record_id: str | None = None
    room: str | None = None
    kind: str | None = None
    due_at: Instant
    role: str
    people: tuple[str, ...] = ()
    nobody_on_duty: bool = False
    words: str


class Effect(Wire):
    """What one rule of a draft would do with what is open now."""

    rule: str
    severity: str
    enabled: bool
    changed: bool
    rings_now: int
    rings_later: int
    rang_before: int
    unjudged: int
    examples: tuple[WouldRing, ...] = ()


class AlertTrial(Wire):
    """What a draft would do; nothing of it was stored and nobody was told."""

    looked_at: int
    effects: tuple[Effect, ...] = ()

    @property
    def telling(self) -> list[Effect]:
        """The rules that changed, or that ring now."""
        return [one for one in self.effects if one.changed or one.rings_now]


class Wishes(Wire):
    """How one wants to hear of alerts."""

    language: str | None = None
    channels: tuple[str, ...] | None = None
    digest: str = "never"
    digest_at: dt.time | None = None
    quiet: Quiet | None = None
    email: str | None = None
    phone: str | None = None


class WishesShown(Wire):
    """One's own wishes, how many devices take messages, what channels there are, and the key browsers need."""

    wishes: Wishes
    devices: int
    channels: tuple[str, ...]
    push_key: str | None = None
    revision: int


class SilenceShown(Wire):
    """What is kept silent, by whom, until when and why."""

    id: str
    property_id: str
    rule: str | None = None
    kind: str | None = None
    department: str | None = None
    until: Instant
    begun_by: str
    begun_at: Instant
    ended_at: Instant | None = None
    reason: str | None = None
    version: int


def span(seconds: int) -> str:
    """A length of time as people say it."""
    minutes = abs(seconds) // MINUTE
    hours, rest = divmod(minutes, 60)
    if hours and not rest:
        return ngettext("{count} hour", "{count} hours", hours)
    return ngettext("{count} minute", "{count} minutes", minutes)


def with_rule(own: Mapping[str, Any], rule: AlertRule, given: Mapping[str, str]) -> dict[str, Any]:
    """A place's own with what a form says otherwise of one rule; what is as it was stays out."""
    minutes = given.get("minutes", "")
    if minutes and not (minutes.removeprefix("-").isascii() and minutes.removeprefix("-").isdigit()):
        raise Refused(Problem(422, "form_invalid", _("Type whole minutes.")))
    if minutes and abs(int(minutes)) > LONGEST_MIN:
        raise Refused(Problem(422, "form_invalid", _("That is more than a year.")))
    enabled = given.get("enabled", "true") == "true"
    edit: dict[str, Any] = {"enabled": enabled} if enabled != rule.enabled else {}
    edit |= {"plus_s": int(minutes) * MINUTE} if minutes and int(minutes) * MINUTE != rule.plus_s else {}
    edit |= {"severity": given["severity"]} if given.get("severity", rule.severity) != rule.severity else {}
    edit |= {"audience": given["audience"]} if given.get("audience") not in (None, "", rule.audience) else {}
    words = {tongue: given[f"text_{tongue}"] for tongue in ("en", "de", "pt") if given.get(f"text_{tongue}")}
    edit |= {"text": words} if words and words != rule.text else {}
    draft: dict[str, Any] = json.loads(json.dumps(own))
    kept = [one for one in draft.get("own") or [] if one.get("code") == rule.code]
    if kept:
        kept[0].update(edit)
        return draft
    edits = draft.setdefault("edits", {})
    edits[rule.code] = {**(edits.get(rule.code) or {}), **edit}
    if not edits[rule.code]:
        del edits[rule.code]
    return draft


def with_quiet(own: Mapping[str, Any], start: str, end: str) -> dict[str, Any]:
    """A place's own with other quiet hours."""
    return {**json.loads(json.dumps(own)), "quiet": {"start": _time(start), "end": _time(end)}}


def _time(text: str) -> str:
    try:
        return dt.time.fromisoformat(text).strftime("%H:%M")
    except ValueError as wrong:
        raise Refused(Problem(422, "form_invalid", _("Type a time of day, like 22:00."))) from wrong


def wishes_of(given: Mapping[str, str]) -> dict[str, Any]:
    """What a form of wishes says; channels in the order they were put in, each once."""
    order = [one for number in range(1, len(CHANNELS) + 1) if (one := given.get(f"way_{number}", ""))]
    own_ways = given.get("ways") == "mine"
    told: dict[str, Any] = {"digest": given.get("digest", "never")}
    told |= {name: given[name] for name in ("language", "email", "phone") if given.get(name)}
    told |= {"channels": list(dict.fromkeys(order))} if own_ways else {}
    told |= {"digest_at": _time(given["digest_at"])} if given.get("digest_at") else {}
    start, end = given.get("quiet_start", ""), given.get("quiet_end", "")
    if start or end:
        told["quiet"] = {"start": _time(start), "end": _time(end)}
    return told


def silence_of(given: Mapping[str, str], now: dt.datetime) -> dict[str, Any]:
    """What a form asks to be kept silent, and until when: so many hours from now."""
    hours = given.get("hours", "")
    if not (hours.isascii() and hours.isdigit() and 0 < int(hours[:6]) <= 7 * 24):
        raise Refused(Problem(422, "form_invalid", _("Choose for how long: seven days at most.")))
    told: dict[str, Any] = {"property_id": given.get("property_id", ""), "reason": given.get("reason", "")}
    told |= {name: given[name] for name in ("rule", "kind", "department") if given.get(name)}
    return told | {"until": (now + dt.timedelta(hours=int(hours))).isoformat()}

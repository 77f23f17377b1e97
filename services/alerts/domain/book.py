"""A hotel's book of alerts: its rules, routes, quiet hours and calendars, the chain's laid under the hotel's own."""

import datetime as dt
from functools import cached_property
from typing import Annotated

from pydantic import Field

from services.alerts.domain.calendars import ALWAYS, Calendar
from services.alerts.domain.default_rules import RULES
from services.alerts.domain.rules import Noun, Rule, RuleEdit
from shared.contracts.alerts import Severity
from shared.contracts.identity import Department, Role
from shared.contracts.proposals import Dated, Said
from shared.contracts.values import Code, EntityId, Frozen, LocalTime

CHAIN_LEVEL = "_chain"
"""Where a chain keeps its own: no property can be called so."""

Channels = Annotated[tuple[Code, ...], Field(max_length=8)]


class QuietHours(Frozen):
    """Local hours in which people who are off duty are left alone; may pass midnight, equal ends mean none."""

    start: LocalTime = dt.time(22)
    end: LocalTime = dt.time(7)


class Route(Frozen):
    """Which ways a notice takes beside the inbox: the first route that fits counts.

    `channels` reach its people, in this order: where one is dead or has no address, the next is taken. `destinations`
    are places that hear of it, too (a team's chat, a webhook). Where nothing is asked for, it fits everything.
    """

    severities: tuple[Severity, ...] = ()
    rules: Annotated[tuple[Code, ...], Field(max_length=60)] = ()
    roles: tuple[Role, ...] = ()
    channels: Channels = ()
    destinations: Annotated[tuple[EntityId, ...], Field(max_length=8)] = ()

    def fits(self, severity: Severity, rule: str, role: Role) -> bool:
        """Whether a notice takes it."""
        asked = ((self.severities, severity), (self.rules, rule), (self.roles, role))
        return all(not wanted or found in wanted for wanted, found in asked)


class AlertRules(Frozen):
    """What a place has of its own; what is absent is as it is above."""

    edits: Annotated[dict[Code, RuleEdit], Field(max_length=100)] = Field(default_factory=dict)
    own: Annotated[tuple[Rule, ...], Field(max_length=40)] = ()
    routes: Annotated[tuple[Route, ...], Field(max_length=40)] | None = None
    quiet: QuietHours | None = None
    calendar: Calendar | None = None
    calendars: dict[Department, Calendar] | None = None


class BookVersion(Dated):
    """One version of what a place has of its own. Why: in words, which stay here."""

    rules: AlertRules
    reason: Said
    decision: Said | None = None


class Book(Frozen):
    """What is in force at a hotel: whole."""

    rules: tuple[Rule, ...] = RULES
    routes: tuple[Route, ...] = (
        Route(severities=(Severity.CRITICAL,), channels=("push", "sms", "email")),
        Route(severities=(Severity.WARNING,), channels=("push", "email")),
    )
    quiet: QuietHours = QuietHours()
    calendar: Calendar = ALWAYS
    calendars: dict[Department, Calendar] = Field(default_factory=dict)
    version: int = 0
    chain_version: int = 0

    @cached_property
    def by_code(self) -> dict[str, Rule]:
        """The rules that are switched on, by code."""
        return {rule.code: rule for rule in self.rules if rule.enabled}

    @cached_property
    def by_noun(self) -> dict[Noun, tuple[Rule, ...]]:
        """The rules that are switched on, by what they watch."""
        return {noun: tuple(rule for rule in self.by_code.values() if rule.on is noun) for noun in Noun}

    def route(self, severity: Severity, rule: str, role: Role) -> Route:
        """The ways a notice takes."""
        return next((each for each in self.routes if each.fits(severity, rule, role)), Route())

    def hours(self, department: Department | None) -> Calendar:
        """When a department works."""
        return self.calendars.get(department, self.calendar) if department else self.calendar


def merged(under: Book, over: AlertRules | None) -> Book:
    """A book with a place's own laid over it."""
    if over is None:
        return under
    edited = [over.edits[rule.code].applied(rule) if rule.code in over.edits else rule for rule in under.rules]
    own = {rule.code: rule for rule in over.own}
    kept = [rule for rule in edited if rule.code not in own]
    given = {name: value for name in ("routes", "quiet", "calendar") if (value := getattr(over, name)) is not None}
    calendars = under.calendars | (over.calendars or {})
    # Made anew, not copied: a copy would bring along what the book under it has looked up already.
    held = {name: getattr(under, name) for name in Book.model_fields}
    return Book.model_validate(held | {"rules": (*kept, *own.values()), "calendars": calendars, **given})


def in_force(default: Book, chain: BookVersion | None, own: BookVersion | None) -> Book:
    """The book of a hotel: what every hotel starts with, the chain's over it, the hotel's over both."""
    book = merged(merged(default, chain.rules if chain else None), own.rules if own else None)
    numbers = {"version": own.version if own else 0, "chain_version": chain.version if chain else 0}
    return Book.model_validate(book.model_copy(update=numbers).model_dump())


DEFAULT = Book()

"""What a book would do, looked at before it is switched on: what would ring of what is open now, and for whom."""

import datetime as dt
from collections.abc import Iterable, Sequence

from services.alerts.domain.alert import advance, opened
from services.alerts.domain.book import Book
from services.alerts.domain.roster import Roster
from services.alerts.domain.rules import LANGUAGES, Rule, spoken_of
from services.alerts.domain.subject import Subject
from services.alerts.domain.watch import Opening, Watch, due_of
from services.alerts.domain.wording import worded
from shared.contracts.alerts import Severity
from shared.contracts.expressions import Unjudged
from shared.contracts.identity import Department, Role
from shared.contracts.values import Code, EntityId, Frozen, Instant

MOST_EXAMPLES = 5


class Ring(Frozen):
    """One alert that would ring: on what, when, for whom first, by which ways, and in which words."""

    subject: EntityId
    record_id: EntityId | None = None
    room: str | None = None
    kind: Code | None = None
    department: Department | None = None
    due_at: Instant
    role: Role
    people: tuple[EntityId, ...]
    nobody_on_duty: bool
    channels: tuple[Code, ...]
    words: str


class RuleEffect(Frozen):
    """What one rule does now and would do: how many ring, how many will, and on how many it cannot be judged."""

    rule: Code
    severity: Severity
    enabled: bool
    changed: bool
    rings_now: int
    rings_later: int
    rang_before: int
    unjudged: int
    examples: tuple[Ring, ...] = ()


def simulated(
    watches: Sequence[Watch], before: Book, after: Book, roster: Roster, now: dt.datetime, language: str = "en"
) -> tuple[RuleEffect, ...]:
    """The effect of every rule of either book on these watches, those that would ring first."""
    subjects = [subject for watch in watches for subject in watch.subjects]
    old = {rule.code: rule for rule in before.rules}
    effects = [
        _effect(rule, old.get(rule.code), subjects, (before, after), roster, now, language) for rule in after.rules
    ]
    return tuple(sorted(effects, key=lambda one: (-one.rings_now, -one.rings_later, one.rule)))


def _effect(
    rule: Rule,
    old: Rule | None,
    subjects: Sequence[Subject],
    books: tuple[Book, Book],
    roster: Roster,
    now: dt.datetime,
    language: str,
) -> RuleEffect:
    mine = [subject for subject in subjects if subject.noun is rule.on]
    dues = _dues(rule, mine, books[1])
    rung = sorted((due, subject.id, subject) for due, subject in dues if due <= now)
    was = [due for due, _ in _dues(old, mine, books[0]) if due <= now] if old else []
    return RuleEffect(
        rule=rule.code,
        severity=rule.severity,
        enabled=rule.enabled,
        changed=rule != old,
        rings_now=len(rung),
        rings_later=len(dues) - len(rung),
        rang_before=len(was),
        unjudged=sum(not _judged(rule, subject) for subject in mine) if rule.enabled else 0,
        examples=tuple(
            _ring(rule, each, due, books[1], roster, now, language) for due, _, each in rung[:MOST_EXAMPLES]
        ),
    )


def _dues(rule: Rule, subjects: Iterable[Subject], book: Book) -> list[tuple[dt.datetime, Subject]]:
    if not rule.enabled:
        return []
    return [(due, subject) for subject in subjects if (due := due_of(rule, subject, None, book)) is not None]


def _judged(rule: Rule, subject: Subject) -> bool:
    try:
        LANGUAGES[rule.on].holds(rule.condition, spoken_of(rule.on, rule.condition, subject.facts))
    except Unjudged:
        return False
    return True


def _ring(
    rule: Rule, subject: Subject, due: dt.datetime, book: Book, roster: Roster, now: dt.datetime, language: str
) -> Ring:
    live = opened(Opening(alert_id="simulated", terms=rule, subject=subject, due=due), "simulated", roster.zone, now)
    live, told = advance(live, roster, now)
    reached = told[-1]
    return Ring(
        subject=subject.id,
        record_id=subject.record_id,
        room=subject.room,
        kind=subject.kind,
        department=live.alert.department,
        due_at=due,
        role=reached.role,
        people=reached.people,
        nobody_on_duty=any(one.empty for one in told),
        channels=("inbox", *book.route(rule.severity, rule.code, reached.role).channels),
        words=worded(live, language),
    )

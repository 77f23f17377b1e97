"""Watches one aggregate: which clocks run for it, what each event or timer means for its alerts.

A clock belongs to one rule and one subject. Its generation rises only when its due moment or its cause changes, so a
timer that fires with an older generation means nothing.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from services.alerts.domain.book import DEFAULT, Book
from services.alerts.domain.calendars import after_business
from services.alerts.domain.rules import SELF_WATCH, Noun, Rule
from services.alerts.domain.subject import Subject
from shared.contracts.values import EntityId, Frozen, Instant, derived_id, zone

OVERDUE = "overdue"


class Clock(Frozen):
    """One rule's clock on one subject: `due=None` when it does not run, `alert` when its breach has rung.

    `kept` is the rule as it was when it rang: an edit of the book never changes what ends an alert that runs.
    """

    rule: str
    subject: EntityId
    due: Instant | None = None
    generation: int = 0
    alert: EntityId | None = None
    kept: Rule | None = None

    @property
    def key(self) -> str:
        """What names it within its chain for ever."""
        return f"{self.rule}|{self.subject}"

    @property
    def timer_id(self) -> str:
        """The deterministic id of its timer."""
        return f"breach|{self.key}"

    @property
    def alert_id(self) -> str:
        """The id of the alert that this generation opens, whichever way the breach is seen."""
        return derived_id("alert", self.rule, self.subject, str(self.generation))


class Pin(Frozen):
    """What the stay said when a record's value was checked; `values=None` while the stay was not known here."""

    at: Instant
    money: bool = False
    values: dict[str, str | int | None] | None = None


class Watch(Frozen):
    """What is known of one aggregate: its subjects at its newest event and its clocks.

    Of a record also its stay, what that said when the value was checked, and `opened_by`: the guest's message or the
    PMS comment that opened it.
    """

    id: EntityId
    chain: str
    property_id: str
    subjects: tuple[Subject, ...] = ()
    clocks: tuple[Clock, ...] = ()
    stay: EntityId | None = None
    pin: Pin | None = None
    opened_by: str | None = None

    @property
    def active(self) -> bool:
        """Whether it still waits for something, or is about what is open."""
        return any(clock.due for clock in self.clocks) or any(one.facts.get("open") for one in self.subjects)

    def subject(self, subject_id: str) -> Subject | None:
        """One subject by its id."""
        return next((subject for subject in self.subjects if subject.id == subject_id), None)

    def clock(self, key: str) -> Clock | None:
        """One clock by its key."""
        return next((clock for clock in self.clocks if clock.key == key), None)


class Opening(Frozen):
    """An alert to open: which breach of which rule, as it is now, and when it was due."""

    alert_id: EntityId
    terms: Rule
    subject: Subject
    due: Instant

    @property
    def rule(self) -> str:
        """The code of the rule."""
        return self.terms.code


class Closing(Frozen):
    """An alert to end. `retracted`: its cause had ended by its due moment and the news came late."""

    alert_id: EntityId
    at: Instant
    retracted: bool = False


class Plan(Frozen):
    """The watch after an event and what follows from it, in the order to do it."""

    watch: Watch
    opened: tuple[Opening, ...] = ()
    closed: tuple[Closing, ...] = ()
    armed: tuple[Clock, ...] = ()
    disarmed: tuple[str, ...] = ()


class _Work:
    """Collects what follows while clocks are gone through."""

    def __init__(self) -> None:
        self.opened: list[Opening] = []
        self.closed: list[Closing] = []
        self.armed: list[Clock] = []
        self.disarmed: list[str] = []

    def open(self, clock: Clock, rule: Rule, subject: Subject, due: dt.datetime) -> Clock:
        self.opened.append(Opening(alert_id=clock.alert_id, terms=rule, subject=subject, due=due))
        return clock.model_copy(update={"alert": clock.alert_id, "kept": rule})

    def end(self, clock: Clock, at: dt.datetime) -> Clock:
        if clock.alert:
            retracted = clock.due is not None and at <= clock.due
            self.closed.append(Closing(alert_id=clock.alert, at=at, retracted=retracted))
        elif clock.due is not None:
            self.disarmed.append(clock.timer_id)
        return clock.model_copy(update={"due": None, "alert": None, "kept": None})

    def plan(self, watch: Watch) -> Plan:
        return Plan(
            watch=watch,
            opened=tuple(self.opened),
            closed=tuple(self.closed),
            armed=tuple(self.armed),
            disarmed=tuple(self.disarmed),
        )


def due_of(rule: Rule, subject: Subject, clock: Clock | None, book: Book = DEFAULT) -> dt.datetime | None:
    """When this rule is breached on this subject, or None while its condition does not hold.

    A rule whose moment is `now` is due when its condition was first seen, and keeps that moment.
    """
    if not rule.holds(subject.facts):
        return None
    if rule.moment == "now" and clock is not None and clock.due is not None:
        return clock.due
    moment = subject.facts.get(rule.moment)
    if not isinstance(moment, dt.datetime):
        return None
    if rule.business:
        hours = book.hours(rule.department or subject.department)
        return after_business(hours, moment, rule.plus_s, zone(subject.zone or "UTC"))
    return moment + dt.timedelta(seconds=rule.plus_s)


def observe(before: Watch | None, fresh: Watch, at: dt.datetime, book: Book = DEFAULT) -> Plan:
    """What an event at `at` means by a hotel's book: `fresh` holds the subjects after it.

    A deadline that had passed when the event happened rings even if its timer has not fired yet, so that a fast
    completion never hides a late record; ringing and ending may then stand in one plan.
    """
    work = _Work()
    clocks = {clock.key: clock for clock in (before.clocks if before else ())}
    subjects = {subject.id: subject for subject in (before.subjects if before else ())}
    clocks = {key: _passed(clock, subjects.get(clock.subject), at, work, book) for key, clock in clocks.items()}
    for subject in fresh.subjects:
        _closed_late(subject, subjects.get(subject.id), clocks, work, book)
        for rule in _rules_of(subject, clocks, book):
            key = f"{rule.code}|{subject.id}"
            known = clocks.get(key)
            after = _step(rule, subject, known, at, work, book)
            if known is not None or after.due is not None:
                clocks[key] = after
    heard = {f"{rule.code}|{subject.id}" for subject in fresh.subjects for rule in _rules_of(subject, clocks, book)}
    for key, clock in clocks.items():
        if key not in heard and (clock.due is not None or clock.alert):
            clocks[key] = work.end(clock, at)  # its subject is gone, or its rule is
    return _superseded(work.plan(fresh.model_copy(update={"clocks": tuple(clocks.values())})), at)


def _rules_of(subject: Subject, clocks: Mapping[str, Clock], book: Book) -> list[Rule]:
    """The rules in force on a subject; where an alert runs, its rule as it was when it rang."""
    kept = {
        clock.rule: clock.kept
        for clock in clocks.values()
        if clock.alert and clock.kept is not None and clock.subject == subject.id
    }
    now = [kept.get(rule.code, rule) for rule in book.by_noun[subject.noun]]
    return [*now, *(rule for code, rule in kept.items() if code not in book.by_code)]


def _passed(clock: Clock, subject: Subject | None, at: dt.datetime, work: _Work, book: Book) -> Clock:
    """Ring what was due before this event and has not rung."""
    rule = book.by_code.get(clock.rule)
    if clock.due is None or clock.alert or subject is None or rule is None or clock.due >= at:
        return clock
    work.disarmed.append(clock.timer_id)
    return work.open(clock, rule, subject, clock.due)


def _step(rule: Rule, subject: Subject, clock: Clock | None, at: dt.datetime, work: _Work, book: Book) -> Clock:
    """One rule's clock after the event."""
    clock = clock or Clock(rule=rule.code, subject=subject.id)
    due = due_of(rule, subject, clock, book)
    if due is None:
        return work.end(clock, at)
    still_late = clock.alert is not None and due < at
    if due == clock.due or still_late:
        return clock
    if clock.alert:
        clock = work.end(clock, at)
    clock = clock.model_copy(update={"due": due, "generation": clock.generation + 1, "alert": None})
    if due <= at and rule.moment == "now":
        return work.open(clock, rule, subject, due)
    work.armed.append(clock)
    return clock


def _closed_late(subject: Subject, before: Subject | None, clocks: dict[str, Clock], work: _Work, book: Book) -> None:
    """A record that this event closed after its deadline rings even if no clock of ours ran until then.

    So it is when its earlier events never came, or its deadline was still paused when it was closed.
    """
    closed, due = subject.facts.get("closed_at"), subject.facts.get("due_at")
    was_closed = before is not None and before.facts.get("closed_at") is not None
    rule = book.by_code.get(OVERDUE)
    if subject.noun is not Noun.RECORD or was_closed or not closed or not due or rule is None:
        return
    if closed <= due or not subject.facts["running"]:
        return
    clock = clocks.get(f"{OVERDUE}|{subject.id}") or Clock(rule=OVERDUE, subject=subject.id)
    if clock.alert:
        return
    if clock.due is not None:
        work.disarmed.append(clock.timer_id)
    late = clock.model_copy(update={"due": due, "generation": clock.generation + 1})
    clocks[clock.key] = work.open(late, rule, subject, due)


def fire(watch: Watch | None, key: str, generation: int, book: Book = DEFAULT) -> Plan | None:
    """What a clock's timer means when it fires; None when it is of another generation or has rung already.

    A rule that was switched off meanwhile rings no more, and its clock stops.
    """
    clock = watch.clock(key) if watch else None
    if watch is None or clock is None or clock.generation != generation or clock.alert or clock.due is None:
        return None
    subject, rule = watch.subject(clock.subject), book.by_code.get(clock.rule)
    if subject is None:
        return None
    work = _Work()
    rung = work.open(clock, rule, subject, clock.due) if rule else clock.model_copy(update={"due": None})
    clocks = tuple(rung if other.key == key else other for other in watch.clocks)
    return _superseded(work.plan(watch.model_copy(update={"clocks": clocks})), clock.due)


def _superseded(plan: Plan, at: dt.datetime) -> Plan:
    """The plan with the milder alerts ended that a newly opened one takes the place of."""
    work = _Work()
    clocks = {clock.key: clock for clock in plan.watch.clocks}
    armed = {clock.key for clock in plan.armed}
    for key in _milder(plan.opened):
        clock = clocks.get(key)
        if clock is not None and clock.alert and key not in armed:
            # It keeps its due moment, so that the same deadline does not arm it again.
            work.closed.append(Closing(alert_id=clock.alert, at=at))
    ended = {closing.alert_id for closing in plan.closed}
    fresh = tuple(closing for closing in work.closed if closing.alert_id not in ended)
    return plan.model_copy(update={"closed": (*fresh, *plan.closed)})


def _milder(opened: Sequence[Opening]) -> Iterable[str]:
    for opening in opened:
        # A book may name more from before it was refused.
        for rule in set(opening.terms.supersedes) - SELF_WATCH:
            yield f"{rule}|{opening.subject.id}"

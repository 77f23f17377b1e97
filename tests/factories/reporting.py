"""Records of many kinds as reporting hears of them: seeded, so that the same number gives the same lives."""

import datetime as dt
import random
from collections.abc import Iterator

from shared.contracts.alerts import Alert, AlertEvent, AlertState, Severity
from shared.contracts.envelope import Envelope
from shared.contracts.identity import Department, system
from shared.contracts.money import Posting, PostingEvent, PostingState
from shared.contracts.offers import Sale
from shared.contracts.records import LineKind, MoneyLine, Outcome, Workflow
from shared.contracts.values import Money
from tests.factories.records import NOON, Story, envelope, minutes

KINDS = ("guest_request", "service_recovery", "feedback_score", "pre_arrival_message", "campaign_reply")
CAUSES = ("noise", "billing", "room_not_ready", "lost_item")
STATES = (PostingState.DONE, PostingState.DONE, PostingState.FAILED, PostingState.UNKNOWN)
ME = system("tests")


def lives(count: int, seed: int = 7, day: dt.datetime = NOON) -> list[list[Envelope]]:
    """The events of so many records, each with what else was said of it."""
    chance = random.Random(seed)
    return [life(f"rec-{seed}-{number}", chance, day) for number in range(count)]


def life(record: str, chance: random.Random, day: dt.datetime) -> list[Envelope]:
    """One record: accepted, perhaps handed on, blocked, paid, complained about, and mostly closed."""
    kind, at = chance.choice(KINDS), day + minutes(chance.randint(-600, 300))
    story = Story(record, at=at, kind=kind, department=chance.choice(list(Department)),
                  workflow=Workflow.UPSELL if kind == "campaign_reply" else Workflow.GUEST_EXPERIENCE,
                  fields={"score": chance.randint(0, 10)} if kind == "feedback_score" else {"topic": "towels"},
                  owner=f"staff-{chance.randint(1, 30)}")  # fmt: skip
    at += minutes(chance.randint(1, 30))
    story.accepted(at)
    others = list(_around(story, chance, at))
    for step in (_handed, _blocked, _excepted, _sold, _repeated):
        at += minutes(chance.randint(1, 40))
        at = step(story, chance, at)
    if chance.random() < 0.9:
        outcome = chance.choices(list(Outcome), (8, 1, 1, 1))[0]
        story.completed(at + minutes(chance.expovariate(1 / 60)), outcome)
    return [*story.events, *others]


def _handed(story: Story, chance: random.Random, at: dt.datetime) -> dt.datetime:
    if chance.random() < 0.3:
        story.handed_to(chance.choice(list(Department)), f"staff-{chance.randint(1, 30)}", at)
    return at


def _blocked(story: Story, chance: random.Random, at: dt.datetime) -> dt.datetime:
    if chance.random() > 0.2:
        return at
    later = at + minutes(chance.randint(5, 90))
    story.blocked(at).unblocked(later)
    return later


def _excepted(story: Story, chance: random.Random, at: dt.datetime) -> dt.datetime:
    if chance.random() < 0.15:
        story.then("exception_raised", at, exceptions=1, exception_cause=chance.choice(CAUSES))
    return at


def _sold(story: Story, chance: random.Random, at: dt.datetime) -> dt.datetime:
    if story.record.workflow == Workflow.UPSELL:
        sale = Sale(offer_id="offer-1", offer_version=1, code=chance.choice(("late_checkout", "spa")), service="spa",
                    quoted=Money(amount=chance.randint(1000, 9000), currency="EUR"), campaign="summer",
                    tax=Money(amount=0, currency="EUR"), arm=chance.choice(("a", "b")),
                    segment=chance.choice(("direct", "groups")),
                    state=chance.choice(("sold", "missed")))  # fmt: skip
        story.then("sale_granted", at, sale=sale)
    return at


def _repeated(story: Story, chance: random.Random, at: dt.datetime) -> dt.datetime:
    if chance.random() < 0.1:
        story.then("repeated", at, repeats=1)
    return at


def _around(story: Story, chance: random.Random, at: dt.datetime) -> Iterator[Envelope]:
    """Money with its posting, and an alert."""
    record = story.record.id
    if chance.random() < 0.4:
        amount = Money(amount=chance.randint(100, 20_000), currency=chance.choice(("EUR", "EUR", "USD")))
        line = MoneyLine(id=f"line-{record}", kind=chance.choice(list(LineKind)), amount=amount)
        story.then("line_added", at, money=(line,))
        said = Posting(id=f"post-{record}", property_id=story.record.property_id, record_id=record, line_id=line.id,
                       kind=line.kind, amount=amount, state=chance.choice(STATES), at=at, version=1)  # fmt: skip
        yield envelope("posting.sent.v1", said.id, 1, at, PostingEvent(actor=ME, posting=said))
    if chance.random() < 0.3:
        rung = at + minutes(chance.randint(1, 60))
        taken = rung + minutes(chance.randint(1, 20)) if chance.random() < 0.7 else None
        alert = Alert(id=f"alert-{record}", property_id=story.record.property_id, rule="overdue",
                      severity=Severity.WARNING, subject=record, record_id=record, state=AlertState.RESOLVED, step=0,
                      steps=(), opened_at=rung, acknowledged_at=taken, version=1)  # fmt: skip
        yield envelope("alert.opened.v1", alert.id, 1, rung, AlertEvent(actor=ME, alert=alert))

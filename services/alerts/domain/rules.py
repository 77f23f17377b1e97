"""An alert rule as data: a condition on facts, the moment it is a breach, who hears of it and what is said."""

import enum
import functools
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from shared.contracts.alerts import Severity
from shared.contracts.expressions import Language, Unjudged
from shared.contracts.identity import Department, Role
from shared.contracts.records import EscalationStep
from shared.contracts.values import Code, Frozen


class Noun(enum.StrEnum):
    """What a rule watches."""

    RECORD = "record"
    REVIEW = "review"
    MESSAGE = "message"
    COMMAND = "command"
    COMMENT = "comment"
    POSTING = "posting"
    REPORT = "report"
    HANDOVER = "handover"
    GLASS = "glass"
    ERASURE = "erasure"
    QUESTION = "question"
    GAP = "gap"
    MISMATCH = "mismatch"
    FEED = "feed"
    SUBSCRIPTION = "subscription"
    ABSENCE = "absence"


class Concern(enum.StrEnum):
    """What an alert is about, where it matters to quiet hours."""

    WORK = "work"
    LIFE_SAFETY = "life_safety"
    PAYMENT_FAILURE = "payment_failure"
    SECURITY = "security"


FACTS: Mapping[Noun, frozenset[str]] = {
    Noun.RECORD: frozenset(
        {
            *("open", "accepted", "running", "owner_rule", "handoffs", "sale", "kind", "workflow", "department"),
            *("status", "outcome", "blocked_reason", "vip", "tier", "repeats", "reopened", "exceptions", "fields"),
            *("guest_must_know", "guest_informed", "items_open", "subtasks", "room"),
        }
    ),
    Noun.REVIEW: frozenset({"open", "what", "kind"}),
    Noun.QUESTION: frozenset({"open", "kind"}),
    Noun.MESSAGE: frozenset({"state", "direction", "channel", "topic", "failure", "has_record", "is_answer"}),
    Noun.COMMAND: frozenset({"state", "sort"}),
    Noun.COMMENT: frozenset({"code", "has_record", "status"}),
    Noun.POSTING: frozenset({"state", "kind", "failure", "amount", "currency", "expected", "differs"}),
    Noun.REPORT: frozenset({"report", "reviewed"}),
    Noun.HANDOVER: frozenset({"state", "open_records", "overdue"}),
    Noun.GLASS: frozenset({"state"}),
    Noun.ERASURE: frozenset({"state"}),
    Noun.GAP: frozenset({"state"}),
    Noun.MISMATCH: frozenset({"open", "field", "drifted", "kind", "money"}),
    Noun.FEED: frozenset({"heard", "checked", "failing", "failure", "field"}),
    Noun.SUBSCRIPTION: frozenset({"state", "why", "partner"}),
    Noun.ABSENCE: frozenset({"state"}),
}
"""What a condition may speak of, by what its rule watches."""

MOMENTS: Mapping[Noun, frozenset[str]] = {
    Noun.RECORD: frozenset(
        {"now", "accept_by", "accept_near", "warn_at", "due_at", "opened_at", "blocked_since", "wait_until"}
    ),
    Noun.REVIEW: frozenset({"since"}),
    Noun.QUESTION: frozenset({"answer_by", "asked_at"}),
    Noun.MESSAGE: frozenset({"now", "at"}),
    Noun.COMMAND: frozenset({"now"}),
    Noun.COMMENT: frozenset({"now", "at"}),
    Noun.POSTING: frozenset({"now", "at"}),
    Noun.REPORT: frozenset({"now", "delivered_at", "review_by"}),
    Noun.HANDOVER: frozenset({"now", "acknowledge_by"}),
    Noun.GLASS: frozenset({"now"}),
    Noun.ERASURE: frozenset({"now", "confirm_by"}),
    Noun.GAP: frozenset({"fill_by"}),
    Noun.MISMATCH: frozenset({"now"}),
    Noun.FEED: frozenset({"heard_at", "failing_since"}),
    Noun.SUBSCRIPTION: frozenset({"now"}),
    Noun.ABSENCE: frozenset({"now"}),
}
"""The moments a rule may count from; `now` is when its condition was first seen to hold."""

LANGUAGES: Mapping[Noun, Language] = {noun: Language(names) for noun, names in FACTS.items()}
LONGEST_S = 366 * 86_400
MOST_STEPS = 10
TEXT_NAMES = frozenset({"room", "kind", "department", "minutes", "field"})
"""What the words of an alert may be filled in with: never a name, never a text of a guest."""

Seconds = Annotated[int, Field(strict=True, ge=0, le=LONGEST_S)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Texts = dict[Annotated[str, StringConstraints(pattern=r"^(en|de|pt)$")], Words]
Steps = Annotated[tuple[EscalationStep, ...], Field(max_length=MOST_STEPS)]
Repeats = Annotated[tuple[Annotated[int, Field(strict=True, ge=60, le=86_400)], ...], Field(max_length=20)]


@functools.lru_cache(maxsize=4096)
def _names(noun: Noun, condition: str) -> frozenset[str]:
    return LANGUAGES[noun].names_in(condition)


def spoken_of(noun: Noun, condition: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that a condition speaks of; one that is absent is null."""
    return {name: facts.get(name) for name in _names(noun, condition)}


class Inhibitor(Frozen):
    """An alert of this rule keeps another's silent: on the same subject, or `wide`, in the whole hotel."""

    rule: Code
    wide: bool = Field(default=False, strict=True)


class Rule(Frozen):
    """One rule. Its breach is at the moment held by the fact `moment`, `plus_s` seconds later (or earlier).

    `audience=None` tells the subject's owner first; `steps=None` goes on with the record's own snapshotted steps.
    `business` counts `plus_s` in the department's business hours only. `repeat_s`: how long after its last step it
    rings again each time; with `loop` it then climbs from its first step. `second_limit_s` is how long an acknowledged
    alert may stay unresolved before it rings again. `supersedes`: rules whose alert on the same subject ends when this
    one opens. `by_hand`: a person may say that its cause has ended.
    """

    code: Code
    on: Noun
    condition: Expression
    moment: Code
    plus_s: Annotated[int, Field(strict=True, ge=-LONGEST_S, le=LONGEST_S)] = 0
    business: bool = Field(default=False, strict=True)
    severity: Severity
    audience: Role | None = None
    department: Department | None = None
    steps: Steps | None = None
    repeat_s: Repeats = (1800, 3600, 7200)
    loop: bool = Field(default=False, strict=True)
    second_limit_s: Seconds | None = None
    concern: Concern = Concern.WORK
    supersedes: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    inhibited_by: Annotated[tuple[Inhibitor, ...], Field(max_length=20)] = ()
    by_hand: bool = Field(default=False, strict=True)
    text: Texts = Field(default_factory=dict)
    enabled: bool = Field(default=True, strict=True)

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether its condition holds; one that cannot be judged does not."""
        try:
            return LANGUAGES[self.on].holds(self.condition, spoken_of(self.on, self.condition, facts))
        except Unjudged:
            return False


SELF_WATCH = frozenset({"glass_broken", "erasure_unconfirmed", "audit_gap"})
"""The rules that watch over the hotel itself: none of its own rules, edits or silences keeps them from ringing."""


WORDS_ONLY = ("text",)
"""What a hotel says otherwise in these; an edit from before that was so changes nothing else either."""


class RuleEdit(Frozen):
    """What a place has otherwise in a rule; what is absent stays as it is above."""

    enabled: bool | None = Field(default=None, strict=True)
    condition: Expression | None = None
    plus_s: Annotated[int, Field(strict=True, ge=-LONGEST_S, le=LONGEST_S)] | None = None
    business: bool | None = Field(default=None, strict=True)
    severity: Severity | None = None
    audience: Role | None = None
    department: Department | None = None
    steps: Steps | None = None
    repeat_s: Repeats | None = None
    loop: bool | None = Field(default=None, strict=True)
    second_limit_s: Seconds | None = None
    text: Texts | None = None

    def applied(self, rule: Rule) -> Rule:
        """The rule as it is with this edit."""
        names = WORDS_ONLY if rule.code in SELF_WATCH else type(self).model_fields
        given = {name: value for name in names if (value := getattr(self, name)) is not None}
        return rule.model_copy(update=given)

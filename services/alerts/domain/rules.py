"""The alert rules as data: a condition on a subject's facts, the moment it is a breach, and who hears of it."""

import enum
from collections.abc import Mapping
from typing import Any

from shared.contracts.alerts import Severity
from shared.contracts.identity import Department, Role
from shared.contracts.records import EscalationStep
from shared.contracts.values import Code, Frozen


class Noun(enum.StrEnum):
    """What a rule watches."""

    RECORD = "record"
    REVIEW = "review"
    MESSAGE = "message"
    COMMAND = "command"
    POSTING = "posting"
    REPORT = "report"
    HANDOVER = "handover"
    GLASS = "glass"
    ERASURE = "erasure"
    QUESTION = "question"
    GAP = "gap"
    ABSENCE = "absence"


class Op(enum.StrEnum):
    """How a fact is compared."""

    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    AT_LEAST = "at_least"


class Concern(enum.StrEnum):
    """What an alert is about, where it matters to quiet hours."""

    WORK = "work"
    LIFE_SAFETY = "life_safety"
    PAYMENT_FAILURE = "payment_failure"
    SECURITY = "security"


class Condition(Frozen):
    """One comparison of one fact; a fact that is absent compares as None."""

    fact: str
    op: Op = Op.IS
    value: Any = True

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether these facts satisfy it."""
        found = facts.get(self.fact)
        if self.op is Op.IN:
            return found in self.value
        if self.op is Op.AT_LEAST:
            return found is not None and bool(found >= self.value)
        return (found == self.value) is (self.op is Op.IS)


class Rule(Frozen):
    """One rule. Its breach is at the moment held by the fact `moment`, `plus_s` seconds later.

    `audience=None` tells the subject's owner first; `steps=None` goes on with the record's own snapshotted steps.
    `second_limit_s` is how long an acknowledged alert may stay unresolved before it rings again.
    `supersedes` are rules whose alert on the same subject ends when this one opens.
    """

    code: Code
    on: Noun
    when: tuple[Condition, ...]
    moment: str
    plus_s: int = 0
    severity: Severity
    audience: Role | None = None
    department: Department | None = None
    steps: tuple[EscalationStep, ...] | None = None
    second_limit_s: int | None = None
    concern: Concern = Concern.WORK
    supersedes: tuple[Code, ...] = ()

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether every condition holds."""
        return all(condition.holds(facts) for condition in self.when)


OPEN, RUNNING = Condition(fact="open"), Condition(fact="running")
UNACCEPTED = Condition(fact="accepted", value=False)
MANAGERS_LATER = (
    EscalationStep(after_s=900, role=Role.DUTY_MANAGER),
    EscalationStep(after_s=3600, role=Role.GENERAL_MANAGER),
)

RULES: tuple[Rule, ...] = (
    Rule(
        code="glass_broken",
        on=Noun.GLASS,
        when=(Condition(fact="state", value="broken"),),
        moment="now",
        severity=Severity.CRITICAL,
        audience=Role.GENERAL_MANAGER,
        steps=(
            EscalationStep(after_s=900, role=Role.GENERAL_MANAGER),
            EscalationStep(after_s=3600, role=Role.CHAIN_ADMIN),
        ),
        second_limit_s=24 * 3600,
        concern=Concern.SECURITY,
    ),
    Rule(
        code="missing_on_shift",
        on=Noun.ABSENCE,
        when=(Condition(fact="state", value="missing"),),
        moment="now",
        severity=Severity.WARNING,
        audience=Role.SUPERVISOR,
        steps=MANAGERS_LATER,
        second_limit_s=3600,
    ),
    Rule(
        code="accept_overdue",
        on=Noun.RECORD,
        when=(OPEN, RUNNING, UNACCEPTED),
        moment="accept_by",
        severity=Severity.WARNING,
        second_limit_s=1800,
    ),
    Rule(
        code="at_risk",
        on=Noun.RECORD,
        when=(OPEN, RUNNING),
        moment="warn_at",
        severity=Severity.NOTICE,
        steps=(EscalationStep(after_s=1800, role=Role.SUPERVISOR),),
    ),
    Rule(
        code="overdue",
        on=Noun.RECORD,
        when=(OPEN, RUNNING),
        moment="due_at",
        severity=Severity.CRITICAL,
        second_limit_s=3600,
        supersedes=("at_risk",),
    ),
    Rule(
        code="no_rule_owner",
        on=Noun.RECORD,
        when=(OPEN, UNACCEPTED, Condition(fact="owner_rule", value="fallback")),
        moment="now",
        severity=Severity.WARNING,
        audience=Role.SUPERVISOR,
        steps=MANAGERS_LATER,
        second_limit_s=3600,
    ),
    Rule(
        code="handed_around",
        on=Noun.RECORD,
        when=(OPEN, UNACCEPTED, Condition(fact="handoffs", op=Op.AT_LEAST, value=2)),
        moment="now",
        severity=Severity.WARNING,
        audience=Role.SUPERVISOR,
        steps=MANAGERS_LATER,
    ),
    Rule(
        code="review_waiting",
        on=Noun.REVIEW,
        when=(OPEN,),
        moment="since",
        plus_s=1800,
        severity=Severity.WARNING,
        audience=Role.SUPERVISOR,
        steps=MANAGERS_LATER,
        second_limit_s=3600,
    ),
    Rule(
        code="question_overdue",
        on=Noun.QUESTION,
        when=(OPEN,),
        moment="answer_by",
        severity=Severity.WARNING,
        steps=(EscalationStep(after_s=600, role=Role.SUPERVISOR), *MANAGERS_LATER),
        second_limit_s=3600,
    ),
    Rule(
        code="late_yes",
        on=Noun.RECORD,
        when=(OPEN, Condition(fact="sale", value="missed")),
        moment="now",
        severity=Severity.WARNING,
        steps=(EscalationStep(after_s=900, role=Role.SUPERVISOR), *MANAGERS_LATER),
        second_limit_s=3600,
    ),
    Rule(
        code="message_failed",
        on=Noun.MESSAGE,
        when=(Condition(fact="state", value="failed"),),
        moment="now",
        severity=Severity.WARNING,
        steps=(EscalationStep(after_s=600, role=Role.SUPERVISOR), *MANAGERS_LATER),
        second_limit_s=3600,
    ),
    Rule(
        code="posting_failed",
        on=Noun.POSTING,
        when=(Condition(fact="state", op=Op.IN, value=("failed", "unknown")),),
        moment="now",
        severity=Severity.CRITICAL,
        audience=Role.FINANCE,
        department=Department.FINANCE,
        steps=MANAGERS_LATER,
        second_limit_s=7200,
        concern=Concern.PAYMENT_FAILURE,
    ),
    Rule(
        code="command_dead",
        on=Noun.COMMAND,
        when=(
            Condition(fact="state", value="dead"),
            Condition(fact="sort", op=Op.IN, value=("writeback", "note", "task")),
        ),
        moment="now",
        severity=Severity.WARNING,
        audience=Role.SUPERVISOR,
        steps=MANAGERS_LATER,
        second_limit_s=7200,
    ),
    Rule(
        code="report_unreviewed",
        on=Noun.REPORT,
        when=(Condition(fact="reviewed", value=False),),
        moment="review_by",
        severity=Severity.WARNING,
        audience=Role.DUTY_MANAGER,
        steps=(EscalationStep(after_s=3600, role=Role.GENERAL_MANAGER),),
    ),
    Rule(
        code="handover_unacknowledged",
        on=Noun.HANDOVER,
        when=(Condition(fact="state", value="prepared"),),
        moment="acknowledge_by",
        severity=Severity.WARNING,
        audience=Role.SUPERVISOR,
        steps=MANAGERS_LATER,
    ),
    Rule(
        code="erasure_unconfirmed",
        on=Noun.ERASURE,
        when=(Condition(fact="state", value="running"),),
        moment="confirm_by",
        severity=Severity.CRITICAL,
        audience=Role.GENERAL_MANAGER,
        steps=(EscalationStep(after_s=3600, role=Role.CHAIN_ADMIN),),
    ),
    Rule(
        code="audit_gap",
        on=Noun.GAP,
        when=(Condition(fact="state", value="open"),),
        moment="fill_by",
        severity=Severity.CRITICAL,
        audience=Role.CHAIN_ADMIN,
        steps=(EscalationStep(after_s=3600, role=Role.GENERAL_MANAGER),),
    ),
)

BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}

INHIBITED_BY: dict[str, tuple[str, ...]] = {"at_risk": ("overdue",), "no_rule_owner": ("accept_overdue", "overdue")}
"""An alert of the first rule stays silent while one of the others is live on the same subject."""


def rules_on(noun: Noun) -> tuple[Rule, ...]:
    """The rules that watch one noun."""
    return tuple(rule for rule in RULES if rule.on is noun)

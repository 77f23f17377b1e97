"""The alert rules that every hotel starts with."""

from services.alerts.domain.rules import Concern, Inhibitor, Noun, Rule
from shared.contracts.alerts import Severity
from shared.contracts.identity import Department, Role
from shared.contracts.records import EscalationStep

MANAGERS_LATER = (
    EscalationStep(after_s=900, role=Role.DUTY_MANAGER),
    EscalationStep(after_s=3600, role=Role.GENERAL_MANAGER),
)
SUPERVISOR_LATER = (EscalationStep(after_s=600, role=Role.SUPERVISOR), *MANAGERS_LATER)
FEED_DOWN = (Inhibitor(rule="feed_silent", wide=True), Inhibitor(rule="connection_silent", wide=True))
"""While nothing comes from the PMS, what is seen of it is old: its differences would all be one cause's."""

_DEADLINES: tuple[Rule, ...] = (
    Rule(
        code="accept_near",
        on=Noun.RECORD,
        condition="open && running && !accepted",
        moment="accept_near",
        severity=Severity.NOTICE,
        steps=(),
        repeat_s=(),
        inhibited_by=(Inhibitor(rule="accept_overdue"), Inhibitor(rule="overdue")),
    ),
    Rule(
        code="accept_overdue",
        on=Noun.RECORD,
        condition="open && running && !accepted",
        moment="accept_by",
        severity=Severity.WARNING,
        second_limit_s=1800,
        supersedes=("accept_near",),
    ),
    Rule(
        code="at_risk",
        on=Noun.RECORD,
        condition="open && running",
        moment="warn_at",
        severity=Severity.NOTICE,
        steps=(EscalationStep(after_s=1800, role=Role.SUPERVISOR),),
        inhibited_by=(Inhibitor(rule="overdue"),),
    ),
    Rule(
        code="overdue",
        on=Noun.RECORD,
        condition="open && running",
        moment="due_at",
        severity=Severity.CRITICAL,
        second_limit_s=3600,
        supersedes=("at_risk",),
    ),
    Rule(
        code="blocked_long",
        on=Noun.RECORD,
        condition="open && status == 'blocked'",
        moment="blocked_since",
        plus_s=4 * 3600,
        severity=Severity.WARNING,
        steps=SUPERVISOR_LATER,
        second_limit_s=4 * 3600,
    ),
    Rule(
        code="question_overdue",
        on=Noun.QUESTION,
        condition="open",
        moment="answer_by",
        severity=Severity.WARNING,
        steps=SUPERVISOR_LATER,
        second_limit_s=3600,
    ),
    Rule(
        code="review_waiting",
        on=Noun.REVIEW,
        condition="open",
        moment="since",
        plus_s=1800,
        severity=Severity.WARNING,
        audience=Role.SUPERVISOR,
        steps=MANAGERS_LATER,
        second_limit_s=3600,
    ),
    Rule(
        code="report_unreviewed",
        on=Noun.REPORT,
        condition="!reviewed",
        moment="review_by",
        severity=Severity.WARNING,
        audience=Role.DUTY_MANAGER,
        steps=(EscalationStep(after_s=3600, role=Role.GENERAL_MANAGER),),
    ),
    Rule(
        code="handover_unacknowledged",
        on=Noun.HANDOVER,
        condition="state == 'prepared'",
        moment="acknowledge_by",
        severity=Severity.WARNING,
        audience=Role.SUPERVISOR,
        steps=MANAGERS_LATER,
    ),
)

_OWNERS: tuple[Rule, ...] = (
    Rule(
        code="no_rule_owner",
        on=Noun.RECORD,
        condition="open && !accepted && owner_rule == 'fallback'",
        moment="now",
        severity=Severity.WARNING,
        audience=Role.SUPERVISOR,
        steps=MANAGERS_LATER,
        second_limit_s=3600,
        inhibited_by=(Inhibitor(rule="accept_overdue"), Inhibitor(rule="overdue")),
    ),
    Rule(
        code="handed_around",
        on=Noun.RECORD,
        condition="open && !accepted && handoffs >= 2",
        moment="now",
        severity=Severity.WARNING,
        audience=Role.SUPERVISOR,
        steps=MANAGERS_LATER,
    ),
    Rule(
        code="vip_recovery",
        on=Noun.RECORD,
        condition="open && kind == 'service_recovery' && vip",
        moment="now",
        severity=Severity.CRITICAL,
        audience=Role.DUTY_MANAGER,
        steps=(EscalationStep(after_s=900, role=Role.GENERAL_MANAGER),),
        second_limit_s=3600,
    ),
    Rule(
        code="late_yes",
        on=Noun.RECORD,
        condition="open && sale == 'missed'",
        moment="now",
        severity=Severity.WARNING,
        steps=(EscalationStep(after_s=900, role=Role.SUPERVISOR), *MANAGERS_LATER),
        second_limit_s=3600,
    ),
)

_FAILURES: tuple[Rule, ...] = (
    Rule(
        code="command_dead",
        on=Noun.COMMAND,
        condition="state == 'dead' && sort in ['writeback', 'note', 'task']",
        moment="now",
        severity=Severity.WARNING,
        audience=Role.SUPERVISOR,
        steps=MANAGERS_LATER,
        second_limit_s=7200,
    ),
    Rule(
        code="message_failed",
        on=Noun.MESSAGE,
        condition="state == 'failed'",
        moment="now",
        severity=Severity.WARNING,
        steps=SUPERVISOR_LATER,
        second_limit_s=3600,
        by_hand=True,
    ),
    Rule(
        code="posting_failed",
        on=Noun.POSTING,
        condition="state in ['failed', 'unknown']",
        moment="now",
        severity=Severity.CRITICAL,
        audience=Role.FINANCE,
        department=Department.FINANCE,
        steps=MANAGERS_LATER,
        second_limit_s=7200,
        concern=Concern.PAYMENT_FAILURE,
    ),
    Rule(
        code="feed_silent",
        on=Noun.FEED,
        condition="heard && !checked",
        moment="heard_at",
        plus_s=12 * 3600,
        severity=Severity.WARNING,
        audience=Role.DUTY_MANAGER,
        steps=(EscalationStep(after_s=3600, role=Role.GENERAL_MANAGER),),
        second_limit_s=4 * 3600,
    ),
    Rule(
        code="connection_silent",
        on=Noun.FEED,
        condition="heard && checked",
        moment="heard_at",
        plus_s=3600,
        severity=Severity.WARNING,
        audience=Role.DUTY_MANAGER,
        steps=(EscalationStep(after_s=3600, role=Role.GENERAL_MANAGER),),
        second_limit_s=4 * 3600,
    ),
    Rule(
        code="partner_deaf",
        on=Noun.SUBSCRIPTION,
        condition="state == 'disabled'",
        moment="now",
        severity=Severity.WARNING,
        audience=Role.CHAIN_ADMIN,
        steps=(EscalationStep(after_s=3600, role=Role.GENERAL_MANAGER),),
        second_limit_s=24 * 3600,
    ),
)

_DIFFERENCES: tuple[Rule, ...] = (
    Rule(
        code="stay_mismatch",
        on=Noun.MISMATCH,
        condition="open && drifted && field in ['room', 'arrival', 'departure', 'rate', 'guest']",
        moment="now",
        severity=Severity.WARNING,
        steps=SUPERVISOR_LATER,
        second_limit_s=3600,
        inhibited_by=FEED_DOWN,
        by_hand=True,
    ),
    Rule(
        code="balance_mismatch",
        on=Noun.MISMATCH,
        condition="open && drifted && field == 'balance' && money",
        moment="now",
        severity=Severity.WARNING,
        steps=SUPERVISOR_LATER,
        second_limit_s=3600,
        inhibited_by=FEED_DOWN,
        by_hand=True,
    ),
    Rule(
        code="posting_mismatch",
        on=Noun.POSTING,
        condition="state == 'done' && differs",
        moment="now",
        severity=Severity.CRITICAL,
        audience=Role.FINANCE,
        department=Department.FINANCE,
        steps=MANAGERS_LATER,
        second_limit_s=7200,
        concern=Concern.PAYMENT_FAILURE,
        by_hand=True,
    ),
    Rule(
        code="unrecorded_message",
        on=Noun.MESSAGE,
        condition="direction == 'inbound' && !has_record && !is_answer && !(topic in ['stop', 'start'])",
        moment="at",
        plus_s=900,
        severity=Severity.WARNING,
        audience=Role.SUPERVISOR,
        department=Department.FRONT_OFFICE,
        steps=MANAGERS_LATER,
        second_limit_s=3600,
        by_hand=True,
    ),
    Rule(
        code="unrecorded_comment",
        on=Noun.COMMENT,
        condition="!has_record && status in ['booked', 'checked_in']",
        moment="at",
        plus_s=3600,
        severity=Severity.NOTICE,
        audience=Role.SUPERVISOR,
        department=Department.FRONT_OFFICE,
        steps=(),
        repeat_s=(),
        inhibited_by=FEED_DOWN,
        by_hand=True,
    ),
)

_HOUSE: tuple[Rule, ...] = (
    Rule(
        code="missing_on_shift",
        on=Noun.ABSENCE,
        condition="state == 'missing'",
        moment="now",
        severity=Severity.WARNING,
        audience=Role.SUPERVISOR,
        steps=MANAGERS_LATER,
        second_limit_s=3600,
    ),
    Rule(
        code="glass_broken",
        on=Noun.GLASS,
        condition="state == 'broken'",
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
        code="erasure_unconfirmed",
        on=Noun.ERASURE,
        condition="state == 'running'",
        moment="confirm_by",
        severity=Severity.CRITICAL,
        audience=Role.GENERAL_MANAGER,
        steps=(EscalationStep(after_s=3600, role=Role.CHAIN_ADMIN),),
    ),
    Rule(
        code="audit_gap",
        on=Noun.GAP,
        condition="state == 'open'",
        moment="fill_by",
        severity=Severity.CRITICAL,
        audience=Role.CHAIN_ADMIN,
        steps=(EscalationStep(after_s=3600, role=Role.GENERAL_MANAGER),),
    ),
)

RULES: tuple[Rule, ...] = (*_DEADLINES, *_OWNERS, *_FAILURES, *_DIFFERENCES, *_HOUSE)

_CODES = frozenset(rule.code for rule in RULES)
_WIDE = frozenset(one.rule for rule in RULES for one in rule.inhibited_by if one.wide)


def may_hush(code: str) -> bool:
    """Whether alerts of a rule may keep others of their hotel silent: some of ours, and any that a hotel wrote."""
    return code in _WIDE or code not in _CODES

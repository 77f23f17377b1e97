"""What alert rules, the moments they count from and their ways are called by people."""

from collections.abc import Mapping
from typing import Any

from services.console.domain.alerting import AlertRule, span
from services.console.domain.rulebook import briefly
from services.console.domain.tongue import _, mark
from services.console.domain.words import ROLE, SEVERITY, plain, said

RULE: Mapping[str, str] = {
    "accept_near": mark("Nobody has accepted it, time is nearly up"),
    "accept_overdue": mark("Nobody has accepted it in time"),
    "at_risk": mark("Work will soon be late"),
    "overdue": mark("Work is late"),
    "blocked_long": mark("Blocked for long"),
    "question_overdue": mark("A question has no answer"),
    "review_waiting": mark("Something waits for approval"),
    "report_unreviewed": mark("A report was not reviewed"),
    "handover_unacknowledged": mark("A handover was not taken over"),
    "no_rule_owner": mark("No rule found an owner"),
    "handed_around": mark("Handed around"),
    "vip_recovery": mark("A VIP guest has a problem"),
    "late_yes": mark("A guest said yes to what is sold out"),
    "command_dead": mark("The PMS did not take something"),
    "message_failed": mark("A message did not reach the guest"),
    "posting_failed": mark("A posting failed"),
    "feed_silent": mark("Nothing comes from the PMS"),
    "connection_silent": mark("The PMS does not answer"),
    "partner_deaf": mark("A partner takes no messages any more"),
    "stay_mismatch": mark("The PMS differs from what was confirmed"),
    "balance_mismatch": mark("The folio's balance has moved"),
    "posting_mismatch": mark("Another amount was posted"),
    "unrecorded_message": mark("A guest's message has no record"),
    "unrecorded_comment": mark("A comment in the PMS has no record"),
    "missing_on_shift": mark("Somebody is missing on a shift"),
    "glass_broken": mark("Somebody took emergency rights"),
    "erasure_unconfirmed": mark("A guest is not forgotten everywhere"),
    "audit_gap": mark("The audit log misses something"),
}
WATCHED: Mapping[str, str] = {
    "record": mark("Work"),
    "question": mark("Questions"),
    "review": mark("Approvals"),
    "report": mark("Reports"),
    "handover": mark("Handovers"),
    "command": mark("What goes to the PMS"),
    "message": mark("Guests' messages"),
    "comment": mark("Comments in the PMS"),
    "posting": mark("Postings"),
    "mismatch": mark("Differences"),
    "feed": mark("Connections"),
    "subscription": mark("Partners"),
    "absence": mark("Shifts"),
    "glass": mark("Emergency rights"),
    "erasure": mark("Erasures"),
    "gap": mark("Audit"),
}
MOMENT: Mapping[str, str] = {
    "accept_near": mark("two thirds of the time to accept"),
    "accept_by": mark("the time to accept"),
    "warn_at": mark("the time to warn"),
    "due_at": mark("the deadline"),
    "opened_at": mark("it was opened"),
    "blocked_since": mark("it was blocked"),
    "wait_until": mark("the time it waits for"),
    "since": mark("it began to wait"),
    "answer_by": mark("the time to answer"),
    "asked_at": mark("it was asked"),
    "at": mark("it came"),
    "delivered_at": mark("it was delivered"),
    "review_by": mark("the time to review"),
    "acknowledge_by": mark("the time to take over"),
    "confirm_by": mark("the time to confirm"),
    "fill_by": mark("the time to fill it"),
    "heard_at": mark("the last sign of it"),
    "failing_since": mark("it began to fail"),
}
CHANNEL: Mapping[str, str] = {
    "inbox": mark("In the console"),
    "push": mark("On this device"),
    "email": mark("E-mail"),
    "sms": mark("Text message"),
    "whatsapp": mark("WhatsApp"),
    "webhook": mark("Webhook"),
    "slack": mark("Slack"),
    "teams": mark("Teams"),
}
DIGEST: Mapping[str, str] = {
    "never": mark("Each by itself"),
    "hourly": mark("Together, once an hour"),
    "daily": mark("Together, once a day"),
}
STATE: Mapping[str, str] = {
    "proposed": mark("Waits for a decision"),
    "approved": mark("Approved"),
    "rejected": mark("Rejected"),
    "withdrawn": mark("Taken back"),
}


def when(rule: AlertRule) -> str:
    """When a rule rings, in words."""
    if rule.moment == "now":
        return _("At once")
    moment = _(MOMENT.get(rule.moment, rule.moment))
    if not rule.plus_s:
        return _("At: {moment}", moment=moment)
    length = span(rule.plus_s)
    words = _("{length} after: {moment}") if rule.plus_s > 0 else _("{length} before: {moment}")
    return words.format(length=length, moment=moment)


def changes(edit: Mapping[str, Any]) -> str:
    """What an edit of a rule says otherwise, in words."""
    return "; ".join(_change(name, value) for name, value in edit.items())


def _change(name: str, value: Any) -> str:
    if name == "enabled":
        return _("it rings") if value else _("it rings no more")
    if name == "plus_s" and isinstance(value, int):
        return (
            _("{length} after its moment", length=span(value))
            if value >= 0
            else _("{length} before its moment", length=span(value))
        )
    if name == "severity":
        return _("as loud as: {severity}", severity=said(SEVERITY, value))
    if name == "audience":
        return _("first {who}", who=said(ROLE, value))
    return f"{plain(name)}: {briefly(value)}"

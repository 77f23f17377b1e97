"""The words of the board: what codes are called by people who work in a hotel."""

from collections.abc import Mapping

STATUS: Mapping[str, str] = {
    "new": "New",
    "pending": "In work",
    "approved": "Approved",
    "blocked": "Blocked",
    "complete": "Done today",
}
DEPARTMENT: Mapping[str, str] = {
    "front_office": "Front office",
    "housekeeping": "Housekeeping",
    "concierge": "Concierge",
    "food_beverage": "Food & beverage",
    "maintenance": "Maintenance",
    "guest_relations": "Guest relations",
    "revenue": "Revenue",
    "finance": "Finance",
}
ROLE: Mapping[str, str] = {
    "associate": "Associate",
    "supervisor": "Supervisor",
    "duty_manager": "Duty manager",
    "general_manager": "General manager",
    "revenue_manager": "Revenue manager",
    "finance": "Finance",
    "auditor": "Auditor",
    "chain_admin": "Chain administrator",
    "integration": "Connected system",
    "break_glass": "Emergency access",
}
ACTION: Mapping[str, str] = {
    "accept": "Accept",
    "check_value": "Check value",
    "approve": "Approve",
    "block": "Block",
    "unblock": "Go on",
    "resume": "Take back",
    "fill_fields": "Fill in",
    "raise_exception": "Note exception",
    "review_exception": "Review",
    "decide_proposal": "Decide",
    "tell_guest": "Tell the guest",
    "complete": "Complete",
    "reopen": "Reopen",
    "answer_question": "Answer",
    "await_pms": "Wait for the PMS",
    "await_grant": "Wait for its hour",
    "none": "Nothing left",
}
WAITED_FOR: Mapping[str, str] = {
    "guest": "The guest",
    "department": "A department",
    "supplier": "A supplier",
    "pms": "The PMS",
    "other": "Somebody else",
}
OUTCOME: Mapping[str, str] = {
    "fulfilled": "Fulfilled",
    "declined": "Declined",
    "cancelled": "Cancelled",
    "expired": "Expired",
}
RISK: Mapping[str, str] = {"on_track": "On track", "at_risk": "At risk", "late": "Late", "closed": "Closed"}
SEVERITY: Mapping[str, str] = {"notice": "Notice", "warning": "Warning", "critical": "Critical"}
LINE: Mapping[str, str] = {"charge": "Charge", "refund": "Refund", "deposit": "Deposit", "cost": "Cost"}
LINE_STATE: Mapping[str, str] = {
    "requested": "Waiting to be posted",
    "pending": "Waiting to be posted",
    "sending": "Being posted",
    "done": "Posted to the folio",
    "failed": "Could not be posted",
    "unknown": "Unclear if posted",
    "proposed": "Waits for approval",
}
CLASS_NAME: Mapping[str, str] = {
    "ordinary": "",
    "guest_identity": "guest's identity",
    "payment": "payment",
    "security": "security",
    "staff": "staff matter",
    "private_stay": "private",
}


def plain(code: str) -> str:
    """A code as words: `late_check_out` becomes "Late check out"."""
    words = code.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def said(table: Mapping[str, str], code: object) -> str:
    """What a code is called; a code nobody has named yet is shown as plain words, never hidden."""
    text = str(code or "")
    return table.get(text) or plain(text)

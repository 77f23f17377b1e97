"""The words of the board: what codes are called by people who work in a hotel."""

from collections.abc import Mapping

from services.console.domain.tongue import _, mark

STATUS: Mapping[str, str] = {
    "new": mark("New"),
    "pending": mark("In work"),
    "approved": mark("Approved"),
    "blocked": mark("Blocked"),
    "complete": mark("Done today"),
}
DEPARTMENT: Mapping[str, str] = {
    "front_office": mark("Front office"),
    "housekeeping": mark("Housekeeping"),
    "concierge": mark("Concierge"),
    "food_beverage": mark("Food & beverage"),
    "maintenance": mark("Maintenance"),
    "guest_relations": mark("Guest relations"),
    "revenue": mark("Revenue"),
    "finance": mark("Finance"),
}
ROLE: Mapping[str, str] = {
    "associate": mark("Associate"),
    "supervisor": mark("Supervisor"),
    "duty_manager": mark("Duty manager"),
    "general_manager": mark("General manager"),
    "revenue_manager": mark("Revenue manager"),
    "finance": mark("Finance"),
    "auditor": mark("Auditor"),
    "chain_admin": mark("Chain administrator"),
    "integration": mark("Connected system"),
    "break_glass": mark("Emergency access"),
}
ACTION: Mapping[str, str] = {
    "accept": mark("Accept"),
    "check_value": mark("Check value"),
    "approve": mark("Approve"),
    "block": mark("Block"),
    "unblock": mark("Go on"),
    "resume": mark("Take back"),
    "fill_fields": mark("Fill in"),
    "raise_exception": mark("Note exception"),
    "review_exception": mark("Review"),
    "decide_proposal": mark("Decide"),
    "tell_guest": mark("Tell the guest"),
    "complete": mark("Complete"),
    "reopen": mark("Reopen"),
    "answer_question": mark("Answer"),
    "await_pms": mark("Wait for the PMS"),
    "await_grant": mark("Wait for its hour"),
    "none": mark("Nothing left"),
}
WAITED_FOR: Mapping[str, str] = {
    "guest": mark("The guest"),
    "department": mark("A department"),
    "supplier": mark("A supplier"),
    "pms": mark("The PMS"),
    "other": mark("Somebody else"),
}
OUTCOME: Mapping[str, str] = {
    "fulfilled": mark("Fulfilled"),
    "declined": mark("Declined"),
    "cancelled": mark("Cancelled"),
    "expired": mark("Expired"),
}
RISK: Mapping[str, str] = {
    "on_track": mark("On track"),
    "at_risk": mark("At risk"),
    "late": mark("Late"),
    "closed": mark("Closed"),
}
SEVERITY: Mapping[str, str] = {"notice": mark("Notice"), "warning": mark("Warning"), "critical": mark("Critical")}
LINE: Mapping[str, str] = {
    "charge": mark("Charge"),
    "refund": mark("Refund"),
    "deposit": mark("Deposit"),
    "cost": mark("Cost"),
}
LINE_STATE: Mapping[str, str] = {
    "requested": mark("Waiting to be posted"),
    "pending": mark("Waiting to be posted"),
    "sending": mark("Being posted"),
    "done": mark("Posted to the folio"),
    "failed": mark("Could not be posted"),
    "unknown": mark("Unclear if posted"),
    "proposed": mark("Waits for approval"),
}
TO_MANY: Mapping[str, str] = {
    "accept": mark("Accept"),
    "note": mark("Add note"),
    "hand-off": mark("Hand over"),
    "block": mark("Block"),
    "unblock": mark("Go on"),
    "complete": mark("Cancel them"),
    "watch": mark("Watch"),
}
"""What can be done to many records at once; `complete` closes each as cancelled, with its reason."""
PLACES: Mapping[str, str] = {
    "lobby": mark("Lobby"),
    "pool": mark("Pool"),
    "spa": mark("Spa"),
    "restaurant": mark("Restaurant"),
    "bar": mark("Bar"),
    "gym": mark("Gym"),
    "garage": mark("Garage"),
    "garden": mark("Garden"),
    "corridor": mark("Corridor"),
    "lift": mark("Lift"),
}
CLASS_NAME: Mapping[str, str] = {
    "ordinary": "",
    "guest_identity": mark("guest's identity"),
    "payment": mark("payment"),
    "security": mark("security"),
    "staff": mark("staff matter"),
    "private_stay": mark("private"),
}


def plain(code: str) -> str:
    """A code as words: `late_check_out` becomes "Late check out"."""
    words = code.replace("_", " ").replace("-", " ").strip()
    return _(words[:1].upper() + words[1:])


def said(table: Mapping[str, str], code: object) -> str:
    """What a code is called; a code nobody has named yet is shown as plain words, never hidden."""
    text = str(code or "")
    known = table.get(text)
    return _(known) if known else plain(text)
